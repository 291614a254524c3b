"""Searching the log: by person, resource, action and time, newest first, a page at a time.

However long the log is, a page reads a bounded number of entries of the index: if what is looked for is
rare among what was read, the page is short and says from where to go on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows import tables
from workflows.audit.finding import EVERYTHING, EVERYWHERE
from workflows.store import Store

STEPS = (200, 800, 4_000)
"""Entries read before a page is given up short: few at first, for most pages are full by then."""
COUNTED = 500
"""Up to which it is counted how rare a term is."""

Terms = frozenset[str]
"""Alternatives: an event fits that is found by one of them."""


@dataclass(frozen=True, order=True)
class Place:
    """Where in the order of time a page ended; `index` is the event's in the log."""

    at: datetime
    index: int


@dataclass(frozen=True)
class Query:
    """`all_of`: an event has to fit each. `since` is included, `until` isn't."""

    all_of: tuple[Terms, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Indexes of events in the log, newest first; `next` is where to go on, None at the end."""

    indexes: tuple[int, ...]
    next: Place | None


async def search(
    store: Store,
    query: Query,
    before: Place | None,
    limit: int,
    scopes: Collection[str] = (),
    steps: Sequence[int] = STEPS,
) -> Page:
    """One page. `scopes` are the private incidents that may be looked into as well; `steps` as in `STEPS`."""
    places = (EVERYWHERE, *sorted(scopes))
    wanted = query.all_of or (frozenset({EVERYTHING}),)
    async with store.reading() as connection:
        driver = await _rarest(connection, wanted, places)
        others = [terms for terms in wanted if terms is not driver]
        found: list[Place] = []
        for step in steps:
            read = await _read(connection, query, driver, others, places, before, step)
            found += [place for place, fits in read if fits]
            if len(found) > limit:
                return Page(tuple(one.index for one in found[:limit]), found[limit - 1])
            if len(read) < step:
                return Page(tuple(one.index for one in found), None)
            before = read[-1][0]
        return Page(tuple(one.index for one in found), before)


async def terms_in(store: Store, scope: str) -> frozenset[str]:
    """Everything by which something is found in this scope."""
    finds = tables.finds.c
    async with store.reading() as connection:
        return frozenset(await connection.scalars(select(finds.term).where(finds.scope == scope).distinct()))


async def _rarest(connection: AsyncConnection, wanted: Sequence[Terms], places: Sequence[str]) -> Terms:
    """What there is least of, as far as it is counted: that is read, and the rest looked up."""
    if len(wanted) == 1:
        return wanted[0]
    counts = [await _count(connection, terms, places) for terms in wanted]
    return wanted[counts.index(min(counts))]


async def _count(connection: AsyncConnection, terms: Terms, places: Sequence[str]) -> int:
    finds = tables.finds.c
    total = 0
    for scope in places:
        for term in sorted(terms):
            some = select(finds.index).where(finds.scope == scope, finds.term == term).limit(COUNTED)
            total += await connection.scalar(select(func.count()).select_from(some.subquery())) or 0
    return total


async def _read(
    connection: AsyncConnection,
    query: Query,
    driver: Terms,
    others: Sequence[Terms],
    places: Sequence[str],
    before: Place | None,
    limit: int,
) -> list[tuple[Place, bool]]:
    """The next entries of the index for the driver, newest first, each with whether it fits the others."""
    found: dict[Place, bool] = {}
    for scope in places:
        for term in sorted(driver):
            for at, index, fits in await connection.execute(
                _entries(query, scope, term, others, before, limit)
            ):
                found[Place(at, index)] = bool(fits)
    return sorted(found.items(), reverse=True)[:limit]


def _entries(
    query: Query, scope: str, term: str, others: Sequence[Terms], before: Place | None, limit: int
) -> Select[Any]:
    finds = tables.finds.c
    conditions = [finds.scope == scope, finds.term == term]
    if query.since:
        conditions.append(finds.at >= query.since)
    if query.until:
        conditions.append(finds.at < query.until)
    if before:
        at = literal(before.at, tables.finds.c.at.type)
        conditions.append(tuple_(finds.at, finds.index) < tuple_(at, literal(before.index)))
    entries = (
        select(finds.at, finds.index)
        .where(*conditions)
        .order_by(finds.at.desc(), finds.index.desc())
        .limit(limit)
        .subquery()
    )
    fits = and_(true(), *(_also(entries.c, scope, terms) for terms in others))
    return select(entries.c.at, entries.c.index, fits)


def _also(entry: Any, scope: str, terms: Terms) -> Any:
    other = tables.finds.alias()
    return exists(
        select(other.c.index).where(
            other.c.scope == scope,
            other.c.term.in_(sorted(terms)),
            other.c.at == entry.at,
            other.c.index == entry.index,
        )
    )
