"""The same words by the same person within a minute are one, whichever replicas they reach.

Slack tells people that a command failed when its answer was late, and they send it again. So what is begun claims its
words for this minute and the next one, by keys that the database lets stand once. Whoever finds them taken looks
closer: was that within a minute, and does it still go on? If not, it claims to be what came after the one that was found.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.workflow import Actor, Command

MINUTE = timedelta(minutes=1)
_KEY_CHARS = len("said/") + 32


@dataclass(frozen=True)
class EarlierCommand:
    """What somebody began with these words: its subject as it stands now, and when it was begun."""

    key: str
    subject: str
    version: int
    status: str
    state: str
    at: datetime


def words_of(actor: Actor, command: Command) -> str:
    """What this person says with this command, whichever subject it would begin."""
    fields = {name: value for name, value in asdict(command).items() if name != "subject"}
    said = json.dumps([actor.id, type(command).__name__, fields], sort_keys=True, default=str)
    return f"said/{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def keys_at(words: str, now: datetime) -> tuple[str, str]:
    """The keys that are claimed now: one of them is also claimed by whoever says the same within a minute."""
    minute = int(now.timestamp() // MINUTE.total_seconds())
    return f"{words}/{minute}", f"{words}/{minute + 1}"


def claims(words: str, now: datetime, before: Sequence[EarlierCommand] = ()) -> tuple[str, ...]:
    """What is claimed for something new, after all that was begun with these words before."""
    taken = {one.key for one in before}
    free = tuple(key for key in keys_at(words, now) if key not in taken)
    return (*free, f"{words}/after/{_latest(before).subject}") if before else free


def repeated(before: Sequence[EarlierCommand], now: datetime, over: frozenset[str]) -> EarlierCommand | None:
    """What these words have begun already, within a minute; None if there is no such thing, or it is over."""
    latest = _latest(before) if before else None
    return latest if latest and now - latest.at < MINUTE and latest.status not in over else None


async def look_up(connection: AsyncConnection, words: str, now: datetime) -> list[EarlierCommand]:
    """What was begun with these words lately, each after the other."""
    once, events, subjects = tables.once.c, tables.events.c, tables.subjects.c
    first = (
        select(once.key, once.subject, once.version)
        .where(once.key.in_(keys_at(words, now)))
        .cte("said", recursive=True)
    )
    later = tables.once.alias("later")
    after = cast(func.substr(first.c.key, 1, _KEY_CHARS), String) + "/after/" + first.c.subject
    chain = first.union(select(later.c.key, later.c.subject, later.c.version).where(later.c.key == after))
    found = await connection.execute(
        select(chain.c.key, subjects.id, subjects.version, subjects.status, subjects.state, events.at)
        .join(tables.subjects, subjects.id == chain.c.subject)
        .join(
            tables.events,
            (events.subject == chain.c.subject)
            & (events.version == chain.c.version)
            & (events.position == 0),
        )
    )
    return [_said(row) for row in found]


def _said(row: Any) -> EarlierCommand:
    return EarlierCommand(row.key, row.id, row.version, row.status, row.state, row.at)


def _latest(before: Sequence[EarlierCommand]) -> EarlierCommand:
    return max(before, key=lambda one: (one.at, one.subject))
