"""The bytes of a version's artifact, through MLflow: their SHA-256, and what it costs to know it.

Only reading all bytes tells whether they are the same: MLflow's listing has names and sizes, which whoever swaps a
file keeps as they are. So a digest is as old as the reading that it is from, and whoever asks says how old it may be.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text
from workflows.ports import Permanent
from workflows.releases.attestation.dsse import MAX_ENVELOPE_BYTES
from workflows.releases.attestation.model_signature import verify_model_signature
from workflows.releases.attestation.tree import tree_digest
from workflows.releases.evidence import Artifact, Signature
from workflows.releases.files import MAX_FILE_BYTES, read_file, too_large
from workflows.releases.source_records import FileOrder, FileReading
from workflows.text import one_line

MAX_FILES = 5_000
MAX_FOLDERS = 500
"""Each costs one call."""
MAX_BYTES = 4 << 30
MAX_NAME_CHARS = 500
ARTIFACT_SECONDS = 900.0
"""In which all of an artifact has to have been read."""
PARALLEL_DOWNLOADS = 2
"""Artifacts read at the same time; more wait."""
MAX_CACHED_DIGESTS = 256
_SERVED = "mlflow-artifacts:/"

Listing = Mapping[str, int]
"""Name under the artifact's root → bytes."""
Signatures = Sequence[tuple[str, tuple[str, ...]]]
"""Files that sign the artifact, and the keys that may have signed each."""


@dataclass(frozen=True)
class _Reading:
    root: str
    listing: Listing
    begun: datetime
    files: Mapping[str, str]
    """Name → SHA-256 in hex."""

    @property
    def digest(self) -> str:
        return tree_digest(self.files)


@dataclass(frozen=True)
class _UnderWay:
    root: str
    listing: Listing
    begun: datetime
    task: asyncio.Task[_Reading]

    def serves(self, root: str, listing: Listing, since: datetime) -> bool:
        """Whether who asks now may wait for it."""
        same = (self.root, self.listing) == (root, listing)
        return same and self.begun >= since and not self.task.done()


class Artifacts:
    """Reads artifacts, each once at a time, however many ask; who stops waiting leaves the reading to the next."""

    def __init__(self, mlflow: MLflow, now: Callable[[], datetime]) -> None:
        self._mlflow = mlflow
        self._now = now
        self._turns = asyncio.Semaphore(PARALLEL_DOWNLOADS)
        self._readings: dict[tuple[str, str], _Reading] = {}
        self._under_way: dict[tuple[str, str], _UnderWay] = {}

    async def read(
        self,
        model: str,
        version: str,
        wanted: tuple[str, ...],
        since: datetime | None,
        signatures: Signatures = (),
        files: Sequence[FileOrder] = (),
    ) -> Artifact:
        """As of a reading that began at `since` or later, and of the names and sizes that are there now.

        Without `since` no bytes are read, and the digest is empty.

        Raises Retryable, or Permanent with the reason why the bytes can't be read.
        """
        root = served_root(self._mlflow, await self.location(model, version))
        listing = await self._listed(root)
        present = tuple(name for name in wanted if name in listing)
        found = Artifact(files=present, count=len(listing), size=sum(listing.values()), digest="")
        if since is None:
            return found
        known = self._readings.get((model, version))
        if known is None or known.begun < since or (known.root, known.listing) != (root, listing):
            known = await self._digested(model, version, root, listing, since)
        signed = tuple([await self._signature(known, *one) for one in signatures])
        read = tuple([await self._file(known, one) for one in files])
        return found.model_copy(update={"digest": known.digest, "signatures": signed, "read": read})

    async def _file(self, known: _Reading, order: FileOrder) -> FileReading:
        """What a file says, by the bytes of the same reading. Raises Retryable or Permanent."""
        size = known.listing.get(order.file)
        if size is None:
            return FileReading(order=order, absent=True)
        if size > MAX_FILE_BYTES:
            return too_large(order)
        data = await self._bytes(known, order.file, size)
        return await asyncio.to_thread(read_file, order, data, known.files[order.file])

    async def _signature(self, known: _Reading, name: str, keys: tuple[str, ...]) -> Signature:
        """What a file of the artifact signs, by the digests of the same reading. Raises Retryable or Permanent."""
        size = known.listing.get(name)
        if size is None:
            return Signature(file=name, absent=True)
        if size > MAX_ENVELOPE_BYTES:
            return Signature(
                file=name, trouble=f"{name} is too large: the limit is {MAX_ENVELOPE_BYTES:,} bytes."
            )
        data = await self._bytes(known, name, size)
        return await asyncio.to_thread(verify_model_signature, name, data, known.files, keys)

    async def _bytes(self, known: _Reading, name: str, size: int) -> bytes:
        """Those of which the digest is known. Raises Permanent if they are others by now."""
        data = bytearray()
        if await self._mlflow.file_digest(f"{known.root}/{name}", size, data.extend) != known.files[name]:
            raise Permanent(f"{name} changed while the artifact was read.")
        return bytes(data)

    async def location(self, model: str, version: str) -> str:
        """The URI at which MLflow says that the bytes are; empty if it says none."""
        found = await self._mlflow.find("model-versions/get-download-uri", name=model, version=version)
        with plausible():
            return as_text((found or {}).get("artifact_uri", ""), 1_000)

    async def close(self) -> None:
        """Stop reading."""
        for one in list(self._under_way.values()):
            one.task.cancel()

    async def _digested(
        self, model: str, version: str, root: str, listing: Listing, since: datetime
    ) -> _Reading:
        key = (model, version)
        going_on = self._under_way.get(key)
        if going_on is None or not going_on.serves(root, listing, since):
            begun = self._now()
            task = asyncio.create_task(self._in_turn(root, listing, begun))
            going_on = self._under_way[key] = _UnderWay(root, listing, begun, task)
            task.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(going_on.task)

    def _keep(self, key: tuple[str, str], done: asyncio.Task[_Reading]) -> None:
        if (going_on := self._under_way.get(key)) and going_on.task is done:
            del self._under_way[key]
        if not done.cancelled() and done.exception() is None:
            self._readings.pop(key, None)
            self._readings[key] = done.result()
            while len(self._readings) > MAX_CACHED_DIGESTS:
                del self._readings[next(iter(self._readings))]

    async def _in_turn(self, root: str, listing: Listing, begun: datetime) -> _Reading:
        async with self._turns:
            try:
                async with asyncio.timeout(ARTIFACT_SECONDS):
                    return _Reading(root, listing, begun, await self._digests(root, listing))
            except TimeoutError:
                raise Permanent(f"The artifact couldn't be read within {ARTIFACT_SECONDS:g} s.") from None

    async def _digests(self, root: str, listing: Listing) -> Mapping[str, str]:
        return {
            name: await self._mlflow.file_digest(f"{root}/{name}", listing[name]) for name in sorted(listing)
        }

    async def _listed(self, root: str) -> Listing:
        """All files, folders gone into."""
        found: dict[str, int] = {}
        folders, gone_into = [""], 0
        while folders:
            folder = folders.pop()
            gone_into += 1
            for one in await self._mlflow.files(f"{root}/{folder}".rstrip("/")):
                name, size = entry(folder, one)
                if size is None:
                    folders.append(name)
                else:
                    found[name] = size
            _bounded(found, gone_into + len(folders))
        return found


def served_root(mlflow: MLflow, uri: str) -> str:
    """Find where this MLflow itself serves it. Raises Permanent if it is anywhere else.

    `mlflow-artifacts:/path`, or with the server's own host: `mlflow-artifacts://host:port/path`
    (https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/).
    """
    path = uri.removeprefix(_SERVED)
    host, _, below = path.lstrip("/").partition("/") if _names_host(path) else ("", "", path)
    if not uri.startswith(_SERVED) or (host and not mlflow.is_at(host)):
        where = one_line(uri, 120) or "an empty address"
        raise Permanent(f"MLflow doesn't serve this artifact itself; it's at {where}.")
    return safe_path(below.strip("/"))


def _names_host(path: str) -> bool:
    """What stands behind `mlflow-artifacts:/`: a second slash begins a host, a third says that there is none."""
    return path.startswith("/") and not path.startswith("//")


def _bounded(listing: Listing, folders: int) -> None:
    if len(listing) > MAX_FILES or folders > MAX_FOLDERS:
        raise Permanent(
            f"The artifact has too many files: the limit is {MAX_FILES:,} files and {MAX_FOLDERS:,} folders."
        )
    if (size := sum(listing.values())) > MAX_BYTES:
        raise Permanent(f"The artifact has {size:,} bytes; the limit is {MAX_BYTES:,}.")


def entry(folder: str, listed: Any) -> tuple[str, int | None]:
    """Read a line of a listing: name under the root, and bytes; None for a folder."""
    with plausible():
        path, is_folder, size = (
            str(listed["path"]),
            bool(listed.get("is_dir")),
            int(listed.get("file_size", 0)),
        )
    if "/" in path or size < 0:
        raise Permanent(f"MLflow lists an invalid file: {one_line(path, 120)}.")
    return safe_path(f"{folder}/{path}".lstrip("/")), None if is_folder else size


def safe_path(path: str) -> str:
    """Check that a path stays below where it begins. Raises Permanent."""
    parts = path.split("/")
    if (
        len(path) > MAX_NAME_CHARS
        or "\\" in path
        or not path.isprintable()
        or not all(part.strip(".") for part in parts)
    ):
        raise Permanent(f"MLflow names an invalid path: {one_line(path, 120)}.")
    return path
