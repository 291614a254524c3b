"""What hashing an artifact of five gigabytes costs, against `sha256sum` of the same file, and how much memory it takes.

The file is hashed as `daypass release verify` does it, from disk, and as Daypass does it for a release, over HTTP from a server
that only sends it. Each reading is a process of its own. The processor's time is compared, its start left in: how long it takes
depends on what else the machine does, and is told beside it. BENCH_HASHED_BYTES makes the file smaller.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bot.demo.servers import free_port
from bot.demo.stage import ROOT
from tests.bench.figures import NO_LIMIT, Figure
from workflows.releases.attestation.tree import tree_digest

LIMIT = 1.2
SIZE = int(os.environ.get("BENCH_HASHED_BYTES", 5_000_000_000))
SMALL = 50_000_000
TURNS = int(os.environ.get("BENCH_HASHED_TURNS", 3))
MEMORY_LIMIT = 1.2
"""Memory for all of it over memory for a hundredth."""


@dataclass(frozen=True)
class Cost:
    """Of one process: the processor's seconds, those that passed, and what it said."""

    processor: float
    passed: float
    said: str


def measure() -> list[Figure]:
    """Three ratios for each way. The server's own processor time is in none of them."""
    with TemporaryDirectory(prefix="daypass-hashing-") as directory:
        large, small = (_written(Path(directory), name, size) for name, size in (("l", SIZE), ("s", SMALL)))
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.hashed", "serve", str(port), directory], cwd=ROOT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            ways: dict[str, Callable[[Path], list[str]]] = {
                "from disk": lambda file: ["disk", str(file)],
                "from MLflow": lambda file: ["http", url, file.name],
            }
            bare = [_cost("sha256sum", str(large / "weights.bin")) for _ in range(TURNS)]
            return [one for name, way in ways.items() for one in _figures(name, way, large, small, bare)]
        finally:
            server.terminate()
            server.wait()


def _figures(
    name: str, way: Callable[[Path], list[str]], large: Path, small: Path, bare: list[Cost]
) -> list[Figure]:
    command = [sys.executable, "-m", "tests.bench.hashed"]
    ours = [_cost(*command, *way(large)) for _ in range(TURNS)]
    own, other = (median(one.processor for one in some) for some in (ours, bare))
    passed, passed_bare = (median(one.passed for one in some) for some in (ours, bare))
    much = max(_peak(one) for one in ours)
    little = _peak(_cost(*command, *way(small)))
    assert {one.said.split()[0] for one in ours} == {_expected(bare[0])}, "the digest isn't that of the file"
    what = f"hashing {SIZE / 1e9:g} GB {name}"
    return [
        Figure(
            f"processor time of {what}, against sha256sum",
            own / other,
            LIMIT,
            f"{own:.1f} s",
            f"{other:.1f} s",
        ),
        Figure(
            f"{what}, against sha256sum",
            passed / passed_bare,
            NO_LIMIT,
            f"{passed:.1f} s",
            f"{passed_bare:.1f} s",
        ),
        Figure(
            f"memory of {what}, against a hundredth",
            much / little,
            MEMORY_LIMIT,
            f"{much / 1e6:.0f} MB",
            f"{little / 1e6:.0f} MB",
        ),
    ]


def _written(directory: Path, name: str, size: int) -> Path:
    """A folder with one file that isn't sparse, in the page cache as far as it fits."""
    folder = directory / name
    folder.mkdir()
    block = os.urandom(1 << 20)
    with (folder / "weights.bin").open("wb") as file:
        for at in range(0, size, len(block)):
            file.write(block[: size - at])
    return folder


def _cost(*command: str) -> Cost:
    """Of a command that has to succeed."""
    began, before = time.perf_counter(), os.times()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    after, passed = os.times(), time.perf_counter() - began
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(used, passed, said)


def _peak(cost: Cost) -> int:
    return int(cost.said.split()[1])


def _expected(bare: Cost) -> str:
    """The digest of a folder with this file, from what `sha256sum` said of it."""
    return tree_digest({"weights.bin": bare.said.split()[0]})
