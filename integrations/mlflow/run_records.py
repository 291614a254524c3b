"""What a run's makers recorded beside its metrics: tags, the data sets that it read, and files that aren't the model's."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.mlflow.artifact import entry, safe_path, served_root
from integrations.mlflow.client import MLflow
from integrations.mlflow.fields import as_text, tags_of
from integrations.mlflow.lineage import LoggedModel
from workflows.ports import Permanent
from workflows.releases.evidence import Order
from workflows.releases.files import MAX_FILE_BYTES, read_file, too_large
from workflows.releases.source_records import (
    MAX_DATA_SETS,
    MAX_MATCHED,
    DataSet,
    FileOrder,
    FileReading,
    MatchedMetrics,
    Tag,
)

_CONTEXT = "mlflow.data.context"
MAX_CONTEXTS = 4
"""Kept of one data set."""


def ended_at(info: dict[str, Any]) -> datetime | None:
    """When a run ended; None while it hasn't. Raises ValueError or TypeError."""
    milliseconds = info.get("end_time") or 0
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1_000, UTC) if milliseconds else None
    except (OverflowError, OSError):
        raise ValueError("a time that no calendar has") from None


def tags_asked(document: dict[str, Any], order: Order | None) -> tuple[Tag, ...]:
    """Those of the document's tags that are asked for. Raises KeyError, TypeError or AttributeError."""
    wanted = order.tags if order else ()
    found = tags_of(document) if wanted else {}
    return tuple(Tag(key=key, value=found[key]) for key in wanted if key in found)


def data_sets(run: dict[str, Any]) -> tuple[DataSet, ...]:
    """The run's inputs, one more than `MAX_DATA_SETS` at most. Raises KeyError, TypeError or AttributeError."""
    listed = ((run.get("inputs") or {}).get("dataset_inputs") or [])[: MAX_DATA_SETS + 1]
    return tuple(_data_set(one) for one in listed)


def _data_set(one: dict[str, Any]) -> DataSet:
    contexts = [as_text(tag.get("value", ""), 60) for tag in one.get("tags") or () if tag["key"] == _CONTEXT]
    about = one["dataset"]
    name, digest = as_text(about.get("name") or "", 120), as_text(about.get("digest") or "", 80)
    return DataSet(name=name, digest=digest, contexts=tuple(contexts[:MAX_CONTEXTS]))


def matched_metrics(
    run: dict[str, Any], model: LoggedModel | None, mixed: bool, order: Order
) -> tuple[MatchedMetrics, ...]:
    """For each pattern that is asked for, the metrics of the run or its model that have such a name.

    Of a `mixed` run, which has several models, only the model's own, if it has any. Raises KeyError, TypeError or
    AttributeError.
    """
    if not order.patterns:
        return ()
    own = {as_text(one["key"]) for one in (model.metrics if model else ())}
    all_names = own | {as_text(one["key"]) for one in (run.get("data") or {}).get("metrics") or []}
    return tuple(
        (mixed and _matched(pattern, own))
        or _matched(pattern, all_names)
        or MatchedMetrics(pattern=pattern, count=0, names=())
        for pattern in order.patterns
    )


def _matched(pattern: str, names: Collection[str]) -> MatchedMetrics | None:
    """Those that fit the pattern; None if there are none."""
    start, _, end = pattern.partition("*")
    found = [
        one
        for one in sorted(names)
        if one.startswith(start) and one.endswith(end) and len(one) > len(start) + len(end)
    ]
    return (
        MatchedMetrics(pattern=pattern, count=len(found), names=tuple(found[:MAX_MATCHED])) if found else None
    )


def kept_in_model(orders: Sequence[FileOrder]) -> tuple[FileOrder, ...]:
    """Those of them that are about the artifact's own files."""
    return tuple(one for one in orders if one.kept_in == "model")


async def run_files(
    mlflow: MLflow, info: dict[str, Any], orders: Sequence[FileOrder]
) -> tuple[FileReading, ...]:
    """Read these of the run's artifacts, each time anew. Raises Retryable."""
    return tuple([await _run_file(mlflow, info, one) for one in orders if one.kept_in == "run"])


async def _run_file(mlflow: MLflow, info: dict[str, Any], order: FileOrder) -> FileReading:
    """What it says, with the digest of the very bytes that it was read from."""
    try:
        folder, _, name = safe_path(order.file).rpartition("/")
        root = served_root(mlflow, as_text(info.get("artifact_uri") or "", 1_000))
        below = f"{root}/{folder}".rstrip("/")
        sizes = dict([entry("", one) for one in await mlflow.files(below)])
        size = sizes.get(name)
        if size is None:
            return FileReading(order=order, absent=True)
        if size > MAX_FILE_BYTES:
            return too_large(order)
        data = bytearray()
        digest = await mlflow.file_digest(f"{below}/{name}", size, data.extend)
    except (Permanent, TypeError) as error:
        trouble = str(error) if isinstance(error, Permanent) else "MLflow sent an invalid answer."
        return FileReading(order=order, trouble=trouble)
    return await asyncio.to_thread(read_file, order, bytes(data), digest)
