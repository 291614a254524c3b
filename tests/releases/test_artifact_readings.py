"""How often the bytes of an artifact are read: once for each thing that depends on them, and never for a look at them."""

import hashlib
from datetime import timedelta

import pytest

from integrations.mlflow.artifact import Artifacts
from tests.builders import Clock
from workflows.releases.evidence import Artifact

HOUR = timedelta(hours=1)


class Store:
    """One version's files, as MLflow lists and serves them. Counts the files that were read."""

    def __init__(self) -> None:
        self.bytes = {"MLmodel": b"flavors: {}", "weights.bin": b"approved"}
        self.reads = 0

    def is_at(self, host: str) -> bool:
        return True

    async def find(self, path: str, **query: str) -> dict[str, str]:
        return {"artifact_uri": "mlflow-artifacts:/1/r"}

    async def files(self, path: str) -> list[dict[str, object]]:
        return [{"path": name, "file_size": len(one)} for name, one in self.bytes.items()]

    async def file_digest(self, path: str, size: int) -> str:
        self.reads += 1
        return hashlib.sha256(self.bytes[path.rpartition("/")[2]]).hexdigest()


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
