"""Searches the log by person, resource, action, surface, risk and time, newest first, a page at a time.

However long the log is, a page reads a bounded number of index entries: if few of them match, the page is short and
says where to go on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, select, true, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.database.store import Store
from workflows.queries.search_index import EVERYTHING, OPEN, PRIVATE, by_both

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
    """`all_of`: an event has to fit each; they are of different kinds: a person, a resource, an action. `also`: terms
    that no pair is indexed with: a surface, a risk. `since` is included, `until` isn't."""

    all_of: tuple[Terms, ...] = ()
    also: tuple[Terms, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    awaits: bool | None = None
    """Whether something is still to be done now about what an event is about, whatever its status."""


@dataclass(frozen=True)
class Sight:
    """Whose search it is: what concerns them is found by `theirs`, and unless they see `all`, nothing else is.

    Of what is private nobody finds more than that.
    """

    theirs: Terms
    all: bool


@dataclass(frozen=True)
class SearchPage:
    """Indexes of events in the log, newest first; `next` is where to go on, None at the end."""

    indexes: tuple[int, ...]
    next: Place | None


@dataclass(frozen=True)
class _Way:
    """Entries of one scope are read by `driver`, and have to fit the `others`."""

    scope: str
    driver: Terms
    others: tuple[Terms, ...]


async def search(
    store: Store,
    query: Query,
    sight: Sight,
    before: Place | None,
    limit: int,
    steps: Sequence[int] = STEPS,
) -> SearchPage:
    """One page; `steps` as in `STEPS`. No place that it names is that of an event they may not find."""
    async with store.read_transaction() as connection:
        ways = await _ways(connection, query, sight)
        found: list[Place] = []
        for step in steps:
            read = await _read(connection, query, ways, before, step)
            found += [place for place, fits in read if fits]
            if len(found) > limit:
                return SearchPage(tuple(one.index for one in found[:limit]), found[limit - 1])
            if len(read) < step:
                return SearchPage(tuple(one.index for one in found), None)
            before = read[-1][0]
        return SearchPage(tuple(one.index for one in found), before)


async def subjects_found(store: Store, terms: Iterable[str]) -> list[str]:
    """The subjects of all events found by one of the terms, private or not."""
    finds, leaves, events = tables.finds.c, tables.leaves.c, tables.events.c
    query = (
        select(events.subject)
        .join_from(tables.finds, tables.leaves, leaves.index == finds.index)
        .join(tables.events, events.id == leaves.event)
        .where(finds.scope.in_([OPEN, PRIVATE]), finds.term.in_(sorted(terms)))
        .distinct()
    )
    async with store.asking() as connection:
        return list(await connection.scalars(query))


async def _ways(connection: AsyncConnection, query: Query, sight: Sight) -> list[_Way]:
    """What is private is read by whom it concerns; so is the rest, unless they see everything."""
    every = (*query.all_of, *query.also)
    private = _Way(PRIVATE, sight.theirs, every)
    if not sight.all:
        return [_Way(OPEN, sight.theirs, every), private]
    ways = [replace(way, others=(*way.others, *query.also)) for way in _open_ways(query.all_of)]
    if not query.all_of and query.also:
        ways = [_Way(OPEN, one, tuple(each for each in query.also if each != one)) for one in query.also]
    return [await _rarest(connection, ways), private]


def _open_ways(wanted: Sequence[Terms]) -> list[_Way]:
    """By which entries of what isn't private can be read: those of two kinds together, as far as two are wanted."""
    if len(wanted) < 2:
        return [_Way(OPEN, terms, ()) for terms in wanted] or [_Way(OPEN, frozenset({EVERYTHING}), ())]
    return [
        _Way(
            OPEN,
            frozenset(by_both(*pair) for pair in product(these, those)),
            tuple(terms for terms in wanted if terms not in (these, those)),
        )
        for these, those in combinations(wanted, 2)
    ]


async def _rarest(connection: AsyncConnection, ways: Sequence[_Way]) -> _Way:
    """The way with the fewest entries, as far as they are counted: those are read, and the rest looked up."""
    if len(ways) == 1:
        return ways[0]
    counts = [await _count(connection, way.driver) for way in ways]
    return ways[counts.index(min(counts))]


async def _count(connection: AsyncConnection, terms: Terms) -> int:
    finds = tables.finds.c
    some = [
        select(select(finds.index).where(finds.scope == OPEN, finds.term == term).limit(COUNTED).subquery())
        for term in sorted(terms)
    ]
    return await connection.scalar(select(func.count()).select_from(union_all(*some).subquery())) or 0


async def _read(
    connection: AsyncConnection, query: Query, ways: Sequence[_Way], before: Place | None, limit: int
) -> list[tuple[Place, bool]]:
    """The next entries of the index on these ways, newest first, each with whether it fits."""
    parts = [part for way in ways for part in _entries(query, way, before, limit)]
    found = await connection.execute(union_all(*parts))
    entries = {Place(at, index): bool(fits) for at, index, fits in found}
    return sorted(entries.items(), reverse=True)[:limit]


def _entries(query: Query, way: _Way, before: Place | None, limit: int) -> Iterator[Select[Any]]:
    finds = tables.finds.c
    for term in sorted(way.driver):
        conditions = [finds.scope == way.scope, finds.term == term]
        if query.since:
            conditions.append(finds.at >= query.since)
        if query.until:
            conditions.append(finds.at < query.until)
        if before:
            at = literal(before.at, finds.at.type)
            conditions.append(tuple_(finds.at, finds.index) < tuple_(at, literal(before.index)))
        entries = (
            select(finds.at, finds.index)
            .where(*conditions)
            .order_by(finds.at.desc(), finds.index.desc())
            .limit(limit)
            .subquery()
        )
        fits = and_(true(), *(_also(entries.c, way.scope, terms) for terms in way.others))
        if query.awaits is not None:
            fits = and_(fits, _awaits(entries.c) if query.awaits else ~_awaits(entries.c))
        yield select(entries.c.at, entries.c.index, fits.label("fits"))


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


def _awaits(entry: Any) -> Any:
    leaves, events, subjects = tables.leaves.c, tables.events.c, tables.subjects.c
    return exists(
        select(subjects.id)
        .join_from(tables.leaves, tables.events, events.id == leaves.event)
        .join(tables.subjects, subjects.id == events.subject)
        .where(leaves.index == entry.index, subjects.awaits.is_not(None))
    )
