"""Short numbers, such as the 42 of inc-42: each is given once, by the event that begins its subject.

A number is claimed by a key that stands once, in the transaction that records the event. Two replicas that claim the
same one can't both commit; the one that can't decides again, with the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from workflows.workflow import Command, kind_of

DIGITS = 10
GREATEST = 10**DIGITS - 1
"""With which numbers are written in keys, so that the greatest key is the greatest number."""


@dataclass(frozen=True)
class BeginNumbered(Command):
    """Begins a subject that people call by a number."""

    number: int | None = field(default=None, kw_only=True)
    """Given by the ledger, which heeds no other; None if the subject gets none."""

    @property
    def is_numbered(self) -> bool:
        return True


N = TypeVar("N", bound=BeginNumbered)


def number_key(kind: str, number: int) -> str:
    """The key that stands for a number of this kind's subjects."""
    return f"{_prefix(kind)}{number:0{DIGITS}}"


def with_number(command: N, greatest: int, claimed: Iterable[str]) -> N:
    """The command with the number after the greatest, and after those whose keys were `claimed` meanwhile."""
    if not command.is_numbered:
        return replace(command, number=None)
    kind = kind_of(command.subject)
    return replace(command, number=1 + max((greatest, *(read_number(kind, key) for key in claimed))))


def read_number(kind: str, key: str | None) -> int:
    """The number that a key stands for; 0 if it stands for none."""
    prefix = _prefix(kind)
    return int(key.removeprefix(prefix)) if key and key.startswith(prefix) else 0


def _prefix(kind: str) -> str:
    return f"{kind}/number/"
