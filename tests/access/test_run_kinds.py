"""What every kind of run has to say, on the real thing: whether a run goes on, and that it can't be seen when it can't."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.demo.servers import free_port
from integrations.egress import Reach
from integrations.runs import RUN_KINDS, RunAddress, open_runs
from tests.lab import Lab
from workflows.access.runs import RunReading, Runs, UntilRun, read_run

SECONDS = 20.0


class MLflowLab:
    """Runs of a real MLflow, as a training job writes them."""

    kind = "mlflow"

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.address = RunAddress(lab.url)

    def begin(self) -> str:
        return str(self.lab.run({}, status="RUNNING")["run_id"])

    def end(self, id: str, said: str = "FINISHED", at: datetime | None = None) -> None:
        milliseconds = int((at or datetime.now(UTC)).timestamp() * 1000)
        self.lab.call("POST", "runs/update", run_id=id, status=said, end_time=milliseconds)

    def delete(self, id: str) -> None:
        self.lab.call("POST", "runs/delete", run_id=id)


LABS = {MLflowLab.kind: MLflowLab}


@pytest.fixture(params=sorted(RUN_KINDS))
def at_work(request: pytest.FixtureRequest, lab: Lab) -> MLflowLab:
    return LABS[request.param](lab)


@pytest.fixture
async def runs(at_work: MLflowLab) -> AsyncIterator[dict[str, Runs]]:
    async with open_runs({at_work.kind: at_work.address}, Reach()) as opened:
        yield dict(opened)


async def read(runs: dict[str, Runs], at_work: MLflowLab, id: str) -> RunReading:
    return await read_run(runs, UntilRun(kind=at_work.kind, id=id), SECONDS)


async def test_a_run_goes_on_until_it_is_over(runs: dict[str, Runs], at_work: MLflowLab) -> None:
    run, ended_at = at_work.begin(), datetime.now(UTC).replace(microsecond=0)
    assert (await read(runs, at_work, run)).status == "running"
    at_work.end(run, at=ended_at)
    reading = await read(runs, at_work, run)
    assert (reading.status, reading.ended_at) == ("over", ended_at)


@pytest.mark.parametrize("said", ["FINISHED", "FAILED", "KILLED"])
async def test_however_it_ends_it_is_over(runs: dict[str, Runs], at_work: MLflowLab, said: str) -> None:
    run = at_work.begin()
    at_work.end(run, said)
    reading = await read(runs, at_work, run)
    assert (reading.status, reading.said) == ("over", said)


async def test_its_status_counts_and_not_its_end_time(runs: dict[str, Runs], at_work: MLflowLab) -> None:
    run = at_work.begin()
    at_work.end(run, "RUNNING", datetime.now(UTC) - timedelta(days=1))
    assert (await read(runs, at_work, run)).status == "running"
    at_work.end(run, "FINISHED", datetime.now(UTC) + timedelta(days=3_650))
    assert (await read(runs, at_work, run)).status == "over"


async def test_a_run_that_is_deleted_is_missing(runs: dict[str, Runs], at_work: MLflowLab) -> None:
    run = at_work.begin()
    at_work.delete(run)
    assert (await read(runs, at_work, run)).status == "missing"


@pytest.mark.parametrize("id", ["0" * 32, "no-such-run", "ffffffffffffffffffffffffffffffff"])
async def test_a_run_that_isn_t_there_is_missing(runs: dict[str, Runs], at_work: MLflowLab, id: str) -> None:
    assert (await read(runs, at_work, id)).status == "missing"


async def test_while_its_system_is_away_it_can_t_be_seen(at_work: MLflowLab) -> None:
    address = RunAddress(f"http://127.0.0.1:{free_port()}")
    async with open_runs({at_work.kind: address}, Reach()) as runs:
        began = time.monotonic()
        reading = await read(dict(runs), at_work, "0" * 32)
    assert reading.status == "unreadable"
    assert reading.why
    assert time.monotonic() - began < SECONDS


async def test_a_server_that_is_something_else_can_t_be_seen(at_work: MLflowLab) -> None:
    address = RunAddress(f"{at_work.address.url}/nothing-here", SecretStr("not-a-token"))
    async with open_runs({at_work.kind: address}, Reach()) as runs:
        reading = await read(dict(runs), at_work, "0" * 32)
    assert reading.status == "unreadable"
    assert "not-a-token" not in reading.why
