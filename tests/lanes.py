"""Which test runs where: enough of all in `make test`, the domain alone in `make test-fast`, for long in `make soak`.

A test that searches is marked with `soak` (or by Hypothesis with `hypothesis`) and searches in both: its promise is held
in `make test` by the shorter search. `only_in_soak` is for what something smaller holds as well.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

LONG = os.environ.get("SEARCH") == "long"
"""Whether this is `make soak`."""
only_in_soak = pytest.mark.skipif(not LONG, reason="Something smaller holds the same: `make soak` runs it.")
UNDONE = ("ledger.begin ", "ledger.decided ")
"""Steps inside a transaction after which the database undoes all of it, as it does right before the commit."""
SERVERS = frozenset(
    {
        "postgres",
        "pair",
        "mlflow",
        "servers",
        "sandbox",
        "chromium",
        "node",
        "kubernetes",
        "cluster",
        "server",
    }
)
"""The fixtures that start one, be it one of ours that answers as a system's documents say."""
EARLY = "early"
"""The mark of what takes longest by itself."""


def examples(few: int, many: int) -> int:
    """How many to try in this lane."""
    return many if LONG else few


def some(steps: Sequence[str]) -> Sequence[str]:
    """Every second of them; all in `make soak`."""
    return steps if LONG else steps[1::2]


def every_sixth(steps: Sequence[str], first: int) -> Sequence[str]:
    """Every sixth of them, from the one at `first`; all in `make soak`."""
    return steps if LONG else steps[first::6]


def deaths(steps: Iterable[str]) -> list[str]:
    """The steps to die at in this lane: of a transaction, the last before its commit and the first after it."""
    return [step for step in steps if LONG or not step.startswith(UNDONE)]


def needs_server(test: pytest.Item) -> bool:
    """Whether it starts a server, be it only for its turn on PostgreSQL or MLflow."""
    turn = {
        one for one in getattr(getattr(test, "callspec", None), "params", {}).values() if isinstance(one, str)
    }
    return not turn.isdisjoint({"postgresql", *SERVERS}) or not SERVERS.isdisjoint(
        getattr(test, "fixturenames", ())
    )


def piece_of(folders: Sequence[str], worker: str, workers: int) -> list[str]:
    """The names of the modules with tests under these folders that are this worker's: `gw1` of 3 has the second third."""
    root = Path(__file__).parents[1]
    found = {file for folder in folders for file in (root / folder).rglob("test_*.py")}
    names = [".".join(one.relative_to(root).with_suffix("").parts) for one in sorted(found)]
    number = int(worker.removeprefix("gw"))
    return names[len(names) * number // workers : len(names) * (number + 1) // workers]


def dealt(tests: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in an order in which each worker begins with its share of those that take longest.

    xdist's `worksteal` gives each worker an equal piece of the list, and takes from the end of the longest queue
    for who has nothing left: what takes long must not stand there.
    """
    early = [test for test in tests if test.get_closest_marker(EARLY)]
    others = [test for test in tests if not test.get_closest_marker(EARLY)]
    order: list[pytest.Item] = []
    for worker in range(workers):
        piece = early[worker::workers]
        left = (len(tests) - len(order)) // (workers - worker) - len(piece)
        order += [*piece, *others[:left]]
        del others[:left]
    return order
