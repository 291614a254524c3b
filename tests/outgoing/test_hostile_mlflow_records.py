"""An MLflow that isn't one, asked for what a version's makers recorded: refused in a sentence, and read no further."""

from typing import Any

import pytest

from integrations.mlflow import MLflowRegistry
from tests.outgoing.hostile import Speaks, answer, chunked_without_end
from tests.outgoing.test_hostile_mlflow import NOW, ORDER, RUN, lying, told, whole
from workflows.ports import Permanent
from workflows.releases.source_records import FileOrder

RECORDS = ORDER.model_copy(
    update={
        "tags": ("t",),
        "patterns": ("a/*",),
        "data_sets": True,
        "read": (FileOrder(file="reports/r.json", form="json", kept_in="run", fields=("/n",)),),
    }
)


def ran(info: Any = None, **more: Any) -> Speaks:
    """A run with these records."""
    about = {**RUN["run"]["info"], "artifact_uri": "mlflow-artifacts:/1/r/artifacts", **(info or {})}
    return told({"run": {"info": about, "data": {}, **more}})


@pytest.mark.parametrize(
    "run",
    [
        ran({"end_time": "soon"}),
        ran({"end_time": 10**30}),
        ran({"end_time": [1]}),
        ran(data={"metrics": [1]}),
        ran(data={"metrics": {"key": "a/b"}}),
        ran(data={"tags": "t"}),
        ran(data={"tags": [{"key": "t", "value": 5}]}),
        ran(inputs={"dataset_inputs": [{"dataset": 5}]}),
        ran(inputs={"dataset_inputs": [{"dataset": {"name": 5}}]}),
        ran(inputs={"dataset_inputs": 5}),
        ran(inputs=[1]),
    ],
)
async def test_records_that_aren_t_built_as_its_answers_are_are_refused(run: Speaks) -> None:
    async with lying(whole(**{"runs/get": run})) as (_, mlflow):
        with pytest.raises(Permanent, match="invalid answer"):
            await MLflowRegistry(mlflow, lambda: NOW).read(RECORDS, None)


@pytest.mark.parametrize(
    ("paths", "trouble", "absent"),
    [
        ({"artifacts/1/r/artifacts/reports": answer(b'{"n": 1}')}, "", False),
        ({"artifacts?path=1%2Fr%2Fartifacts%2Freports": told({})}, "", True),
        ({"artifacts/1/r/artifacts/reports": chunked_without_end()}, "larger than 8 bytes", False),
        ({"artifacts/1/r/artifacts/reports": answer(b"{}")}, "has 2 bytes, but MLflow says 8", False),
        ({"runs/get": ran({"artifact_uri": "s3://elsewhere"})}, "doesn't serve this artifact", False),
        ({"runs/get": ran({"artifact_uri": 5})}, "invalid answer", False),
    ],
)
async def test_a_file_of_a_run_is_read_once_or_not_at_all(paths: Any, trouble: str, absent: bool) -> None:
    listed = told({"files": [{"path": "r.json", "is_dir": False, "file_size": 8}]})
    ways = {**paths, "artifacts?path=1%2Fr%2Fartifacts%2Freports": listed} | paths
    async with lying({**ways, **whole(**{"runs/get": ran()}), **paths}) as (_, mlflow):
        found = (await MLflowRegistry(mlflow, lambda: NOW).read(RECORDS, None)).candidate
    assert found
    assert found.run
    (read,) = found.run.files
    assert (trouble in read.trouble, read.absent) == (True, absent), read
    assert read.found == ({} if trouble or absent else {"/n": "1"})
