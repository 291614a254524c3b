"""How often the bytes of an artifact are read: once for each thing that depends on them, and never for a look at them."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from integrations.mlflow.artifact import Artifacts
from tests.builders import Clock
from workflows.ports import Permanent
from workflows.releases.evidence import Artifact
from workflows.releases.source_records import FileOrder, FileReading

HOUR = timedelta(hours=1)


class Store:
    """One version's files, as MLflow lists and serves them. Counts the files that were read."""

    def __init__(self) -> None:
        self.bytes = {"MLmodel": b"flavors: {}", "weights.bin": b"approved"}
        self.reads = 0
        self.swaps: dict[str, bytes] = {}
        """What somebody puts there while it is read."""

    def is_at(self, host: str) -> bool:
        return True

    async def find(self, path: str, **query: str) -> dict[str, str]:
        return {"artifact_uri": "mlflow-artifacts:/1/r"}

    async def files(self, path: str) -> list[dict[str, object]]:
        return [{"path": name, "file_size": len(one)} for name, one in self.bytes.items()]

    async def file_digest(
        self, path: str, size: int, keep: Callable[[bytes], None] = lambda piece: None
    ) -> str:
        self.reads += 1
        data = self.bytes[path.rpartition("/")[2]]
        keep(data)
        self.bytes |= self.swaps
        return hashlib.sha256(data).hexdigest()


class Release:
    """What the steps of a release ask for, at the times at which they ask."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = Store()
        self._artifacts = Artifacts(self.store, self.clock)  # type: ignore[arg-type]
        self.since = self.clock()

    async def step(self) -> Artifact:
        """Proposed, approved, moved or rolled back: the bytes as they are from then on."""
        self.since = self.clock.forward(seconds=1)
        return await self.again()

    async def again(self) -> Artifact:
        """Another part of the same step."""
        return await self._artifacts.read("model", "1", (), self.since)

    async def reads_licence(self) -> FileReading:
        """As a gate does that goes by a file."""
        order = FileOrder(file="LICENCE", form="licence")
        found = await self._artifacts.read("model", "1", (), self.since, (), [order])
        return found.read[0]

    async def preview(self) -> Artifact:
        return await self._artifacts.read("model", "1", (), None)

    async def watched(self, minutes: int) -> Artifact:
        """Looked at each minute; the last of what was found."""
        for _ in range(minutes):
            found = await self._artifacts.read("model", "1", (), self.clock.forward(minutes=1) - HOUR)
        return found

    @property
    def times(self) -> float:
        """How often all of the artifact was read."""
        return self.store.reads / len(self.store.bytes)


@pytest.fixture
def release() -> Release:
    return Release()


async def test_a_preview_reads_none(release: Release) -> None:
    for _ in range(5):
        assert (await release.preview()).digest == ""
    assert release.times == 0


async def test_each_step_reads_them_once_whoever_else_needs_them(release: Release) -> None:
    for steps in (1, 2, 3):  # proposed, approved, live
        await release.step()
        await release.again()
        await release.preview()
        await release.watched(minutes=30)
        assert release.times == steps


async def test_a_watch_reads_them_once_an_hour_while_nothing_looks_changed(release: Release) -> None:
    await release.step()
    await release.watched(minutes=3 * 61)
    assert release.times == 4


async def test_a_file_of_another_size_is_found_within_the_minute(release: Release) -> None:
    approved = await release.step()
    release.store.bytes["weights.bin"] = b"not approved"
    assert (await release.watched(minutes=1)).digest != approved.digest


async def test_a_swapped_file_of_the_same_size_is_found_within_the_hour(release: Release) -> None:
    approved = await release.step()
    release.store.bytes["weights.bin"] = b"swapped!"
    assert (await release.watched(minutes=59)).digest == approved.digest
    assert (await release.watched(minutes=2)).digest != approved.digest


async def test_a_swapped_file_of_the_same_size_never_goes_live_as_what_was_approved(release: Release) -> None:
    approved = await release.step()
    release.store.bytes["weights.bin"] = b"swapped!"
    assert (await release.step()).digest != approved.digest


async def test_a_file_that_a_gate_goes_by_is_the_one_that_was_hashed(release: Release) -> None:
    release.store.bytes["LICENCE"] = b"MIT"
    await release.step()
    found = await release.reads_licence()
    assert (found.found, found.digest) == ({"licence": "MIT"}, hashlib.sha256(b"MIT").hexdigest())
    release.store.bytes["LICENCE"] = b"ISC"
    with pytest.raises(Permanent, match="LICENCE changed while the artifact was read"):
        await release.reads_licence()


async def test_a_file_that_changes_while_it_is_read_is_no_evidence(release: Release) -> None:
    release.store.bytes["LICENCE"] = b"GPL"
    release.store.swaps = {"LICENCE": b"MIT"}
    with pytest.raises(Permanent, match="changed while"):
        await release.reads_licence()


async def test_a_file_that_isn_t_there_or_is_huge_isn_t_read(release: Release) -> None:
    assert (await release.reads_licence()).absent
    release.store.bytes["LICENCE"] = b" " * 4_000_001
    await release.step()
    reads = release.store.reads
    assert (await release.reads_licence()).trouble == "LICENCE is too large: the limit is 4,000,000 bytes."
    assert release.store.reads == reads
