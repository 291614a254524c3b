"""How far the witnesses are: what of the log each has cosigned, and for how long the log has been ahead of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.tlog.note import NoteError, VerifierKey, cosigners
from workflows.database import tables
from workflows.database.store import Store
from workflows.durations import spell_duration

WINDOW = 1_000
"""How many of the newest checkpoints are looked through, so that looking costs the same however long the log is."""


@dataclass(frozen=True)
class WitnessProgress:
    """`size` is how many events it has cosigned, and `at` when it did by its own clock; 0 and None if it signed none of
    the newest checkpoints. `behind_since` is when the first one was made that it hasn't signed; None if it has them all.
    """

    name: str
    size: int
    at: datetime | None
    behind_since: datetime | None

    def lag(self, now: datetime) -> float:
        """Seconds for which it has been behind."""
        return max(0.0, (now - self.behind_since).total_seconds()) if self.behind_since else 0.0


@dataclass(frozen=True)
class Progress:
    """`size` is how many events the newest checkpoint signs, and `made_at` when it was made."""

    size: int
    made_at: datetime
    witnesses: tuple[WitnessProgress, ...]

    @property
    def signed(self) -> int:
        """How many have signed the newest checkpoint."""
        return sum(one.behind_since is None for one in self.witnesses)

    def lag(self, now: datetime) -> float:
        """Seconds for which the one that is furthest behind has been."""
        return max((one.lag(now) for one in self.witnesses), default=0.0)


async def read_progress(store: Store, witnesses: Sequence[VerifierKey]) -> Progress | None:
    """What these witnesses have cosigned; None if there is no checkpoint yet."""
    made = tables.checkpoints.c
    async with store.read_transaction() as connection:
        newest = select(made.id, made.size, made.at).order_by(made.id.desc()).limit(1)
        last = (await connection.execute(newest)).one_or_none()
        if last is None:
            return None
        signed = await _newest_of_each(connection, last.id, [one.name for one in witnesses])
        found = [await _one(connection, key, signed.get(key.name), last.id) for key in witnesses]
    return Progress(last.size, last.at, tuple(found))


async def _newest_of_each(connection: AsyncConnection, last: int, names: Sequence[str]) -> Mapping[str, int]:
    """The number of the newest checkpoint that each has cosigned, if it is one of the last."""
    given = tables.cosignatures.c
    query = (
        select(given.witness, func.max(given.checkpoint))
        .where(given.checkpoint > last - WINDOW, given.witness.in_(names))
        .group_by(given.witness)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


async def _one(
    connection: AsyncConnection, key: VerifierKey, number: int | None, last: int
) -> WitnessProgress:
    made, given = tables.checkpoints.c, tables.cosignatures.c
    size, at = 0, None
    if number is not None:
        query = (
            select(made.size, made.note, given.line)
            .join_from(tables.checkpoints, tables.cosignatures, given.checkpoint == made.id)
            .where(made.id == number, given.witness == key.name)
        )
        size, note, line = (await connection.execute(query)).one()
        at = _signed_at(note + line, key)
    missing = select(made.at).where(made.id > (number or last - WINDOW)).order_by(made.id).limit(1)
    return WitnessProgress(key.name, size, at, await connection.scalar(missing))


def _signed_at(note: str, key: VerifierKey) -> datetime | None:
    try:
        return cosigners(note.encode(), [key]).get(key)
    except NoteError:
        return None


def spell_progress(progress: Progress, now: datetime) -> str:
    """Such as “2 of 3 witnesses have signed the newest checkpoint, the last one 4 s ago.”, and who is behind."""
    signed, number = progress.signed, len(progress.witnesses)
    times = [one.at for one in progress.witnesses if one.at]
    last = f", the last one {_ago(max(times), now)}" if times and signed else ""
    have = "has" if number == 1 else "have"
    sentences = [
        f"{signed} of {number} witness{'' if number == 1 else 'es'} {have} signed the newest checkpoint{last}."
    ]
    return " ".join(
        sentences + [spell_behind(one, progress, now) for one in progress.witnesses if one.lag(now)]
    )


def spell_behind(one: WitnessProgress, progress: Progress, now: datetime) -> str:
    """How far a witness is behind, in a sentence; empty if it isn't."""
    if one.behind_since is None:
        return ""
    if not one.size:
        return f"{one.name} has signed none of the newest checkpoints."
    return f"{one.name} is {progress.size - one.size} events behind, for {_length(one.lag(now))}."


def _ago(at: datetime, now: datetime) -> str:
    return f"{_length((now - at).total_seconds())} ago"


def _length(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 60 else spell_duration(whole - whole % 60)
