"""Short numbers, such as the 42 of inc-42: each is given once, by the event that begins its subject.

A number is claimed by a key that stands once, in the transaction that records the event. Two replicas that claim the
same one can't both commit; the one that can't decides again, with the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.workflow import Command, kind_of

DIGITS = 10
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


async def greatest_number(connection: AsyncConnection, kind: str) -> int:
    """The greatest number that this kind's subjects have; 0 if there is none.

    Below it numbers may be missing; none comes again.
    """
    key, prefix = tables.once.c.key, _prefix(kind)
    ours = (
        key.between(number_key(kind, 0), number_key(kind, 10**DIGITS - 1)),
        func.substr(key, 1, len(prefix)) == prefix,
    )
    return _number(await connection.scalar(select(func.max(key)).where(*ours)), prefix)


def with_number(command: N, greatest: int, claimed: Iterable[str]) -> N:
    """The command with the number after the greatest, and after those whose keys were `claimed` meanwhile."""
    if not command.is_numbered:
        return replace(command, number=None)
    prefix = _prefix(kind_of(command.subject))
    return replace(command, number=1 + max((greatest, *(_number(key, prefix) for key in claimed))))


def _number(key: str | None, prefix: str) -> int:
    return int(key.removeprefix(prefix)) if key and key.startswith(prefix) else 0


def _prefix(kind: str) -> str:
    return f"{kind}/number/"
