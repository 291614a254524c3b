"""The outbox's side of the database: effects that are claimed, kept, and looked at again.

Times in it are by the clock on the wall of whoever wrote them, so a clock that was set back leaves behind
what waits too long; `unwind` puts that right.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.database.portions import portions
from workflows.database.store import Store
from workflows.ledger.claim import Claimant, ClaimedEffect, claimed_from
from workflows.ledger.worker_pools import Hands, Pool
from workflows.workflow import Effect

EFFECTS_PER_INSERT = 500
LOOKED_AT = 64
"""Due effects that are looked at in one query."""

_effects = tables.effects.c


async def claim(
    store: Store, hands: Hands, claimant: Claimant, now: datetime, reach: Callable[[str], None]
) -> list[ClaimedEffect]:
    """Claim what is due and for which there is room, the first of each lock, by priority and age."""
    claimed: list[ClaimedEffect] = []
    more: Counter[Pool] = Counter()
    reach("outbox.claim")
    async with store.write_transaction() as connection:
        while True:
            found = (await connection.execute(_claimable(now, hands.full(more)))).all()
            rows = hands.fitting(found, more)
            await _write_claims(connection, rows, claimant, now)
            claimed += [claimed_from(row, row.attempts + 1) for row in rows]
            if len(found) < LOOKED_AT:
                break
    reach("outbox.claimed")
    return claimed


async def _write_claims(connection: AsyncConnection, rows: list[Any], by: Claimant, now: datetime) -> None:
    if rows:
        claim = {"status": "claimed", "claimed_by": by.name, "claimed_until": now + by.lasting}
        await connection.execute(
            update(tables.effects).where(_effects.seq == bindparam("of")),
            [{"of": row.seq, "attempts": row.attempts + 1, **claim} for row in rows],
        )


async def next_due(store: Store, but: Collection[str]) -> datetime | None:
    """When to look again for effects of other kinds than these; None if none is open."""
    waiting = select(func.min(_effects.not_before)).where(
        _open(_effects), _effects.status == "pending", *_other_than(but), _HOLDS_LOCK
    )
    claimed = select(func.min(_effects.claimed_until)).where(
        _open(_effects), _effects.status == "claimed", *_other_than(but)
    )
    async with store.asking() as connection:
        found = await connection.execute(select(waiting.scalar_subquery(), claimed.scalar_subquery()))
    return min((at for at in found.one() if at), default=None)


async def keep(store: Store, seqs: Collection[int], claimant: Claimant, now: datetime) -> frozenset[int]:
    """Claim these for as long again; those that are still this claimant's."""
    async with store.write_transaction() as connection:
        kept = await connection.scalars(
            update(tables.effects)
            .where(_effects.seq.in_(seqs), _effects.status == "claimed", _effects.claimed_by == claimant.name)
            .values(claimed_until=now + claimant.lasting)
            .returning(_effects.seq)
        )
        return frozenset(kept)


async def free_claims(store: Store, now: datetime) -> None:
    """End every claim. Only where no other process can be alive (SQLite)."""
    async with store.write_transaction() as connection:
        await connection.execute(
            update(tables.effects).where(_effects.status == "claimed").values(claimed_until=now)
        )


async def unwind(store: Store, now: datetime, lasting: timedelta, longest_pause: timedelta) -> None:
    """Put right what was to wait by a clock that was ahead of `now`. Twice, or for nothing, does no harm.

    What is to be tried again is tried at once; what has not been tried keeps the delay that it was given.
    """
    async with store.write_transaction() as connection:
        claimed = and_(_effects.status == "claimed", _effects.claimed_until > now + lasting)
        await connection.execute(update(tables.effects).where(claimed).values(claimed_until=now + lasting))
        retried = and_(_effects.status == "pending", _effects.attempts > 0)
        late = and_(retried, _effects.not_before > now + longest_pause)
        await connection.execute(update(tables.effects).where(late).values(not_before=now))
        untried = and_(_effects.status == "pending", _effects.attempts == 0, _effects.created_at > now)
        for row in (await connection.execute(select(tables.effects).where(_open(_effects), untried))).all():
            due = now + (row.not_before - row.created_at)
            await connection.execute(
                update(tables.effects).where(_effects.seq == row.seq).values(not_before=due, created_at=now)
            )


async def hurry(store: Store, kinds: Collection[str], now: datetime) -> None:
    """Try these kinds again now, where they wait for another attempt: what was in the way may be gone."""
    waiting = and_(_effects.status == "pending", _effects.attempts > 0, _effects.kind.in_(sorted(kinds)))
    async with store.write_transaction() as connection:
        await connection.execute(
            update(tables.effects).where(waiting, _effects.not_before > now).values(not_before=now)
        )


async def add(store: Store, effects: Iterable[tuple[str, int, Effect]], now: datetime) -> None:
    """Enter effects that no event of now calls for, each with its subject and that subject's version.

    They are among those that the subject's last events called for, to be performed once more.
    """
    rows = [_again(subject, version, effect, now) for subject, version, effect in effects]
    async with store.write_transaction() as connection:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(tables.effects)
        for some in portions(rows, EFFECTS_PER_INSERT):
            await connection.execute(insert.on_conflict_do_nothing(), some)


def _again(subject: str, version: int, effect: Effect, now: datetime) -> dict[str, Any]:
    return {
        "subject": subject,
        "version": version,
        "position": 0,
        "kind": effect.kind,
        "lock": effect.lock,
        "priority": effect.priority,
        "dedup_key": effect.dedup_key,
        "payload": json.dumps(dict(effect.payload)),
        "status": "pending",
        "not_before": now,
        "created_at": now,
    }


def _open(effects: Any) -> Any:
    """Spelled with constants, not parameters: only then do the databases use the indexes of what is open."""
    return effects.status.in_((literal_column("'pending'"), literal_column("'claimed'")))


def _claimable(now: datetime, but: Collection[str]) -> Select[Any]:
    """Due effects, or ones whose performer is overdue, that are the first of their lock."""
    ready = and_(_effects.status == "pending", _effects.not_before <= now)
    overdue = and_(_effects.status == "claimed", _effects.claimed_until <= now)
    return (
        select(tables.effects)
        .where(_open(_effects), or_(ready, overdue), *_other_than(but), _HOLDS_LOCK)
        .order_by(_effects.priority, _effects.seq)
        .limit(LOOKED_AT)
        .with_for_update(skip_locked=True)
    )


def _other_than(kinds: Collection[str]) -> list[Any]:
    return [_effects.kind.not_in(sorted(kinds))] if kinds else []


_earlier = tables.effects.alias("earlier").c
_HOLDS_LOCK = ~exists().where(_earlier.lock == _effects.lock, _earlier.seq < _effects.seq, _open(_earlier))
