"""A bundle's files as they stood at one moment, though they may be changed while they are read.

Kubernetes swaps a ConfigMap's directory under its reader, git and editors write one file after the other: half of what was
and half of what comes can be a bundle that loads, and that nobody wrote.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workflows.policy.document import FILE_LIMIT
from workflows.policy.problems import BundleErrors, Problem

FILES_LIMIT = 1_000
STILL_SECONDS = 0.3
"""For which a bundle that comes into force wasn't touched: longer than git takes between two files."""
READING_SECONDS = 10.0
"""In which it has to stand still."""
PROBLEM_SECONDS = 0.2
"""For which what can't be read has to stay so: a file may be gone between being listed and being read."""
PAUSE_SECONDS = 0.02
KUBERNETES_VERSION = "..data"


@dataclass(frozen=True)
class BundleReading:
    """What one look at the directory found: names and bytes, or why it can't be read."""

    files: Mapping[str, bytes]
    problem: Problem | None = None


def read_files(directory: Path, still: float = 0.0, within: float = READING_SECONDS) -> Mapping[str, bytes]:
    """Relative name → bytes, sorted; dot files and anything but YAML left out. Raises BundleErrors.

    Only what reads the same twice is taken, and what wasn't touched in the last `still` seconds; it has to be so
    `within` as many.
    """
    began = time.monotonic()
    deadline = began + within
    before, since = _look(directory), began
    while time.monotonic() < deadline:
        found = _look(directory)
        if found != before:
            before, since = found, time.monotonic()
        elif found.problem and time.monotonic() - since >= PROBLEM_SECONDS:
            raise BundleErrors([found.problem])
        elif not found.problem and not _touched_within(directory, still):
            return found.files
        time.sleep(PAUSE_SECONDS)
    what = f"files kept changing for {within:g} s"
    raise BundleErrors([missing("daypass.yaml", what, "stop writing to the bundle while it's loaded")])


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256, in hex, over the names and bytes."""
    total = hashlib.sha256()
    for name, raw in sorted(files.items()):
        total.update(f"{name}\0{hashlib.sha256(raw).hexdigest()}\n".encode())
    return total.hexdigest()


def digest_now(directory: Path) -> str | None:
    """What the digest would be of what is there at this moment, which may be half of something; None if it can't be read."""
    found = _look(directory)
    return None if found.problem else digest_of(found.files)


def missing(file: str, what: str, meant: str) -> Problem:
    """A problem with a file as a whole."""
    return Problem(file, 1, 1, "file", what, meant)


def _look(directory: Path) -> BundleReading:
    if not directory.is_dir():
        return BundleReading(
            {}, missing(str(directory), "this directory doesn't exist", "give the bundle's directory")
        )
    directory = _in_one_version(directory)
    names = sorted(_yaml_files(directory))
    if len(names) > FILES_LIMIT:
        return BundleReading({}, missing("daypass.yaml", f"{len(names)} files", f"use at most {FILES_LIMIT}"))
    files: dict[str, bytes] = {}
    for name in names:
        try:
            files[name.as_posix()] = _bytes(directory / name)
        except OSError as error:
            what = f"the file can't be read: {error.strerror}"
            return BundleReading(files, missing(name.as_posix(), what, "let Daypass read it"))
    return BundleReading(files)


def _in_one_version(directory: Path) -> Path:
    """Where Kubernetes keeps a ConfigMap's present version: `..data` links there, and every file to `..data`.

    Read there, no file is of another version than the one before it, however often the link is swapped meanwhile.
    https://pkg.go.dev/k8s.io/kubernetes/pkg/volume/util#AtomicWriter
    """
    version = directory / KUBERNETES_VERSION
    return version.resolve() if version.is_symlink() else directory


def _bytes(path: Path) -> bytes:
    """At most one byte over the limit, so that too long a file can be told."""
    with path.open("rb") as opened:
        return opened.read(FILE_LIMIT + 1)


def _yaml_files(directory: Path) -> Iterator[Path]:
    for place, names in _folders(directory):
        yield from (place / name for name in names if name.endswith((".yaml", ".yml")) and name[0] != ".")


def _folders(directory: Path) -> Iterator[tuple[Path, list[str]]]:
    """Three folders deep at most, which also ends a loop of links; hidden ones (Kubernetes') left out."""
    for folder, inner, names in os.walk(directory, followlinks=True):
        place = Path(folder).relative_to(directory)
        inner[:] = [name for name in inner if not name.startswith(".") and len(place.parts) < 3]
        yield place, names


def _touched_within(directory: Path, seconds: float) -> bool:
    """Whether a file or folder was, by its own clock; what lies in the future was written by a clock that is wrong."""
    if not seconds:
        return False
    now = time.time()
    paths = [directory / place for place, _ in _folders(directory)]
    paths += [directory / name for name in _yaml_files(directory)]
    return any(0 <= now - changed < seconds for changed in map(_changed_at, paths))


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_ctime
    except OSError:
        return 0.0
