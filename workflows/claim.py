"""An effect in somebody's hand, and until when nobody else may take it up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

CLAIM = timedelta(seconds=30)
"""How long an attempt may take before somebody else takes the effect up."""


@dataclass(frozen=True)
class Claimed:
    """An effect in hand. `attempts` counts this one; above one, an earlier attempt may have got anywhere."""

    seq: int
    subject: str
    version: int
    position: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    tells: bool = False


@dataclass(frozen=True)
class Claimant:
    """Who claims: a name that no other process has, and how long its claims last."""

    name: str
    lasting: timedelta = CLAIM
