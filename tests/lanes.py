"""How much a test that searches tries: a little in `make test`, on every change; much in `make soak`.

Such a test is marked with `soak`, and its promise is held in both: the short search is a part of the long one.
"""

import os
from collections.abc import Iterable

LONG = os.environ.get("SEARCH") == "long"
"""Whether this is `make soak`."""
UNDONE = ("ledger.begin ", "ledger.decided ")
"""Steps inside a transaction after which the database undoes all of it, as it does right before the commit."""


def examples(few: int, many: int) -> int:
    """How many to try in this lane."""
    return many if LONG else few


def deaths(steps: Iterable[str]) -> list[str]:
    """The steps to die at in this lane: of a transaction, the last before its commit and the first after it."""
    return [step for step in steps if LONG or not step.startswith(UNDONE)]
