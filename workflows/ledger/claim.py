"""An effect in somebody's hand, and until when nobody else may take it up."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

CLAIM = timedelta(seconds=30)
"""How long a claim lasts whose process says nothing more of it; then somebody else takes the effect up."""


@dataclass(frozen=True)
class ClaimedEffect:
    """An effect in hand. `attempts` counts this one; above one, an earlier attempt may have got anywhere."""

    seq: int
    subject: str
    version: int
    position: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    since: datetime | None = None
    """When it was recorded."""


@dataclass(frozen=True)
class Claimant:
    """Who claims: a name that no other process has, and how long its claims last unless it keeps them."""

    name: str
    lasting: timedelta = CLAIM
    room: Callable[[str], int] = lambda kind: sys.maxsize
    """On how many more effects of this kind it can begin as soon as they are recorded."""


def claimed_from(row: Any, attempts: int) -> ClaimedEffect:
    """The effect of a row of the outbox, at this attempt."""
    payload = json.loads(row.payload)
    return ClaimedEffect(
        row.seq, row.subject, row.version, row.position, row.kind, payload, attempts, row.created_at
    )
