"""What every kind of run has to say: whether a run goes on, and that it can't be seen when it can't.

MLflow is the real one; no cluster runs here, so Kubernetes is a stand-in built as its API is documented.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from pydantic import SecretStr
from ulid import ULID

from bot.demo.servers import free_port
from integrations.egress import Reach
from integrations.runs import RUN_KINDS, RunAddress, open_runs
from tests.access.kubernetes_jobs import KubernetesJobApi, rfc3339
from tests.lab import Lab
from workflows.access.runs import RunReading, Runs, UntilRun, read_run

SECONDS = 20.0
Reads = Callable[[str], Awaitable[RunReading]]


class RunLab(Protocol):
    """A system with runs, and how a job begins and ends one there."""

    kind: str
    address: RunAddress
    ends: tuple[str, ...]
    """What it can say of a run that has ended."""
    absent: tuple[str, ...]
    """Ids of runs that it doesn't have."""

    def begin(self) -> str: ...

    def end(self, id: str, said: str, at: datetime) -> None: ...

    def delete(self, id: str) -> None: ...


class MLflowLab:
    """Runs of a real MLflow, as a training job writes them."""

    kind = "mlflow"
    ends = ("FINISHED", "FAILED", "KILLED")
    absent = ("0" * 32, "no-such-run", "f" * 32, "training/nightly")

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.address = RunAddress(lab.url)

    def begin(self) -> str:
        return str(self.lab.run({}, status="RUNNING")["run_id"])

    def end(self, id: str, said: str, at: datetime) -> None:
        milliseconds = int(at.timestamp() * 1000)
        self.lab.call("POST", "runs/update", run_id=id, status=said, end_time=milliseconds)

    def delete(self, id: str) -> None:
        self.lab.call("POST", "runs/delete", run_id=id)


class KubernetesLab:
    """Jobs of a stand-in for Kubernetes, as its Job controller marks them."""

    kind = "kubernetes"
    ends = ("Complete", "Failed")
    absent = ("training/no-such-job", "no-namespace", "training/Not-A-Name", "training/..", "../secrets")

    def __init__(self, api: KubernetesJobApi, token_file: Path) -> None:
        self.api = api
        self.address = RunAddress(api.url, token_file=token_file)

    def begin(self) -> str:
        id = f"training/fit-{str(ULID()).lower()}"
        self.api.create(id)
        return id

    def end(self, id: str, said: str, at: datetime) -> None:
        self.api.condition(id, said, at)

    def delete(self, id: str) -> None:
        del self.api.jobs[id]


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("first-token\n")
    return file


@pytest.fixture
def cluster() -> Iterator[KubernetesJobApi]:
    api = KubernetesJobApi("first-token")
    yield api
    api.stop()


@pytest.fixture
def kubernetes(cluster: KubernetesJobApi, token_file: Path) -> KubernetesLab:
    return KubernetesLab(cluster, token_file)


LABS: dict[str, Callable[[pytest.FixtureRequest], RunLab]] = {
    "mlflow": lambda request: MLflowLab(request.getfixturevalue("lab")),
    "kubernetes": lambda request: request.getfixturevalue("kubernetes"),
}


@pytest.fixture(params=sorted(RUN_KINDS))
def at_work(request: pytest.FixtureRequest) -> RunLab:
    return LABS[request.param](request)


@pytest.fixture
async def runs(at_work: RunLab) -> AsyncIterator[dict[str, Runs]]:
    async with open_runs({at_work.kind: at_work.address}, Reach()) as opened:
        yield dict(opened)


async def read(runs: dict[str, Runs], at_work: RunLab, id: str) -> RunReading:
    return await read_run(runs, UntilRun(kind=at_work.kind, id=id), SECONDS)


async def test_a_run_goes_on_until_it_is_over(runs: dict[str, Runs], at_work: RunLab) -> None:
    for said in at_work.ends:
        run, ended_at = at_work.begin(), datetime.now(UTC).replace(microsecond=0)
        assert (await read(runs, at_work, run)).status == "running"
        at_work.end(run, said, ended_at)
        assert await read(runs, at_work, run) == RunReading("over", said, ended_at)


async def test_its_status_counts_and_not_its_end_time(runs: dict[str, Runs], at_work: RunLab) -> None:
    run = at_work.begin()
    at_work.end(run, at_work.ends[0], datetime.now(UTC) + timedelta(days=3_650))
    assert (await read(runs, at_work, run)).status == "over"


async def test_a_run_that_is_deleted_is_missing(runs: dict[str, Runs], at_work: RunLab) -> None:
    run = at_work.begin()
    at_work.delete(run)
    assert (await read(runs, at_work, run)).status == "missing"


async def test_a_run_that_isn_t_there_is_missing(runs: dict[str, Runs], at_work: RunLab) -> None:
    assert [(await read(runs, at_work, id)).status for id in at_work.absent] == ["missing"] * len(
        at_work.absent
    )


async def test_while_its_system_is_away_it_can_t_be_seen(at_work: RunLab) -> None:
    address = RunAddress(f"http://127.0.0.1:{free_port()}")
    async with open_runs({at_work.kind: address}, Reach()) as runs:
        began = time.monotonic()
        reading = await read(dict(runs), at_work, at_work.absent[0])
    assert reading.status == "unreadable"
    assert reading.why
    assert time.monotonic() - began < SECONDS


async def test_a_server_that_is_something_else_can_t_be_seen(at_work: RunLab) -> None:
    address = RunAddress(f"{at_work.address.url}/nothing-here", SecretStr("not-a-token"))
    async with open_runs({at_work.kind: address}, Reach()) as runs:
        reading = await read(dict(runs), at_work, at_work.absent[0])
    assert reading.status == "unreadable"
    assert "not-a-token" not in reading.why


class TestMLflow:
    async def test_an_end_time_of_a_run_that_goes_on_means_nothing(self, lab: Lab) -> None:
        at_work = MLflowLab(lab)
        run = at_work.begin()
        at_work.end(run, "RUNNING", datetime.now(UTC) - timedelta(days=1))
        async with open_runs({at_work.kind: at_work.address}, Reach()) as runs:
            assert (await read(dict(runs), at_work, run)).status == "running"


class TestAJobOfKubernetes:
    @pytest.fixture
    async def jobs(self, kubernetes: KubernetesLab) -> AsyncIterator[Reads]:
        async with open_runs({kubernetes.kind: kubernetes.address}, Reach()) as runs:
            yield lambda id: read(dict(runs), kubernetes, id)

    async def test_that_is_suspended_goes_on(self, kubernetes: KubernetesLab, jobs: Reads) -> None:
        job = kubernetes.begin()
        kubernetes.api.condition(job, "Suspended", datetime.now(UTC))
        assert await jobs(job) == RunReading("running", "Suspended")
        kubernetes.api.condition(job, "Suspended", datetime.now(UTC), holds=False)
        assert await jobs(job) == RunReading("running", "Running")

    async def test_whose_end_is_only_near_goes_on(self, kubernetes: KubernetesLab, jobs: Reads) -> None:
        job = kubernetes.begin()
        kubernetes.api.condition(job, "FailureTarget", datetime.now(UTC))
        kubernetes.api.condition(job, "Failed", datetime.now(UTC), holds=False)
        assert (await jobs(job)).status == "running"

    async def test_that_is_being_deleted_is_over(self, kubernetes: KubernetesLab, jobs: Reads) -> None:
        job, at = kubernetes.begin(), datetime.now(UTC).replace(microsecond=0)
        kubernetes.api.jobs[job]["metadata"]["deletionTimestamp"] = rfc3339(at)
        assert await jobs(job) == RunReading("over", "Deleted", at)

    async def test_in_a_namespace_that_daypass_may_not_read_can_t_be_seen(self, jobs: Reads) -> None:
        reading = await jobs("payroll/monthly")
        assert reading.status == "unreadable"
        assert "Kubernetes doesn't let Daypass read Jobs in the namespace payroll" in reading.why

    async def test_is_read_with_the_token_of_that_moment(
        self, kubernetes: KubernetesLab, jobs: Reads, token_file: Path
    ) -> None:
        job = kubernetes.begin()
        kubernetes.api.token = "second-token"
        refused = await jobs(job)
        assert (refused.status, refused.why) == (
            "unreadable",
            "Kubernetes doesn't accept Daypass's token. Ask an operator to renew it.",
        )
        token_file.write_text("second-token")
        assert (await jobs(job)).status == "running"
        token_file.unlink()
        assert (await jobs(job)).why == "Daypass can't read its token for Kubernetes. Ask an operator."

    async def test_that_says_nothing_of_itself_goes_on(self, kubernetes: KubernetesLab, jobs: Reads) -> None:
        job = kubernetes.begin()
        for said in (None, [], {"conditions": "none"}, {"conditions": [None, 1, {"type": ["Complete"]}]}):
            kubernetes.api.jobs[job]["status"] = said
            assert (await jobs(job)).status == "running"
