"""The log's search index: the terms by which each event is found. It is derived from the log alone, after the writing.

A term is a person, a resource or an action, two of these together, a surface, a risk, a signal, an input, a ticket, who asked for
somebody else, that it was taken without approval, or someone whom the event concerns.
Private events have their own scope, in which people find only what concerns them.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, combinations, product
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.audit.lock import take_turn
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.tree_nodes import forget, keep
from workflows.database import tables
from workflows.database.store import Store
from workflows.workflow import REFUSED, SearchTerms, Workflow, kind_of

OPEN = ""
"""The scope of what isn't private."""
PRIVATE = "private"
TAKEN = "break-glass"
"""The term of what was taken without approval."""
EVERYTHING = "*"
EVENTS_PER_RUN = 250
"""Events indexed in one transaction: on SQLite whoever else writes waits for it."""

LOOKED_BACK = 1_000
"""Events among which one may stand that was overtaken by later ones on its way into the log."""

_NAME = "finds"


def by_person(person: str) -> str:
    """What they did, and what they have to do with."""
    return f"person:{person}"


def by_concern(person: str) -> str:
    """What is any business of theirs."""
    return f"concerns:{person}"


def by_resource(resource: str) -> str:
    """A resource, an entitlement on it, or a service."""
    return f"resource:{resource}"


def by_action(action: str) -> str:
    """`access.reviewed`, or `access` for all that happens to access."""
    return f"action:{action}"


def by_surface(surface: str) -> str:
    """Where it was done: `slack`, `console`, `api`, `clockwork` …"""
    return f"surface:{surface}"


def by_risk(risk: str) -> str:
    """The risk of what it is about: `low`, `moderate`, `high` or `critical`."""
    return f"risk:{risk}"


def by_signal(signal: str) -> str:
    """What was unusual about the request it belongs to, such as `burst`."""
    return f"signal:{signal}"


def by_ticket(ticket: str) -> str:
    """The ticket that the request it belongs to is for, such as `OPS-12`, in whatever case."""
    return f"ticket:{ticket.casefold()}"


def by_input(given: str) -> str:
    """A value that the request it belongs to has for an input, such as `dataset=eu`."""
    return f"input:{given}"


def by_asker(person: str) -> str:
    """What they asked for on somebody else's behalf."""
    return f"asked-by:{person}"


def by_holding(resource: str, day: date) -> str:
    """What was held of the resource on this day (UTC), under the event that ended it."""
    return f"held:{resource}/{day.isoformat()}"


def by_both(one: str, other: str) -> str:
    """What is found by a person and a resource, a person and an action, or a resource and an action."""
    joined = "\0".join(sorted((one, other)))
    return f"both:{hashlib.sha256(joined.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class _Placed:
    """An event with its place in the log."""

    index: int
    leaf: Leaf


@dataclass(frozen=True)
class Behind:
    """What the index has not come to yet: how many events, since when, and on which subjects of those asked for."""

    events: int
    since: datetime | None
    subjects: frozenset[str]


async def index_log(store: Store, workflows: Mapping[str, Workflow]) -> int:
    """Index the next events that have a place in the log; how many. One replica at a time does."""
    if not await _left(store):
        return 0
    async with store.write_transaction() as connection:
        await take_turn(connection)
        before = await _upto(connection)
        placed = await _placed(connection, before)
        if not placed:
            return 0
        found = await _found(connection, {one.leaf.subject for one in placed})
        rows = [row for one in placed for row in _rows(one, found, workflows)]
        await connection.execute(insert(tables.finds), rows)
        await _keep_found(connection, {one.leaf.subject: found[one.leaf.subject] for one in placed})
        await keep(connection, before, before + len(placed))
        await _reached(connection, before + len(placed))
    return len(placed)


async def behind(store: Store, kind: str, most: int) -> Behind:
    """How far the index is behind the log's writers; `subjects` are those of `kind`, of `most` such events."""
    events, leaves = tables.events.c, tables.leaves.c
    async with store.read_transaction() as connection:
        upto = await _upto(connection)
        last = await connection.scalar(
            select(events.seq).join(tables.leaves, leaves.event == events.id).where(leaves.index == upto - 1)
        )
        query = (
            select(events.subject, events.at)
            .outerjoin_from(tables.events, tables.leaves, leaves.event == events.id)
            .where(events.seq > (last or 0) - LOOKED_BACK, leaves.index.is_(None) | (leaves.index >= upto))
            .order_by(events.seq)
            .limit(most)
        )
        rows = list(await connection.execute(query))
    theirs = frozenset(row.subject for row in rows if kind_of(row.subject) == kind)
    return Behind(len(rows), min((row.at for row in rows), default=None), theirs)


async def indexed_to(store: Store) -> int:
    """How many events of the log are indexed, from the first one on."""
    async with store.read_transaction() as connection:
        return await _upto(connection)


async def forget_index(store: Store) -> None:
    """Begin anew with all that is derived from the log; only the owner of the tables may."""
    async with store.write_transaction() as connection:
        await take_turn(connection)
        await connection.execute(delete(tables.finds))
        await connection.execute(delete(tables.found))
        await connection.execute(delete(tables.indexed))
        await forget(connection)


def _rows(
    event: _Placed, found: dict[str, SearchTerms], workflows: Mapping[str, Workflow]
) -> Iterator[dict[str, Any]]:
    """The entries of the event; what it tells of its subject is put into `found`."""
    leaf = event.leaf
    about, _, name = leaf.action.partition(".")
    before = found.get(leaf.subject, SearchTerms())
    if name == REFUSED:
        now = before.model_copy(update={"private": before.private or "scope" in leaf.facts, "days": ()})
        found.setdefault(leaf.subject, before)
    else:
        now = found[leaf.subject] = workflows[kind_of(leaf.subject)].found_by(before, name, leaf.facts)
    people = {leaf.actor, *now.people}
    kinds = (
        {by_person(one) for one in people},
        {by_resource(one) for one in now.resources},
        {by_action(about), by_action(leaf.action)},
    )
    terms = {
        EVERYTHING,
        by_surface(leaf.surface),
        *chain(*kinds),
        *(by_both(*pair) for these, those in combinations(kinds, 2) for pair in product(these, those)),
        *({by_risk(now.risk)} if now.risk else ()),
        *map(by_signal, now.signals),
        *map(by_ticket, now.tickets),
        *map(by_input, now.inputs),
        *({by_asker(now.asked_by)} if now.asked_by else ()),
        *({TAKEN} if now.break_glass else ()),
        *map(by_concern, people | now.others),
        *(by_holding(one, day) for one in now.resources for day in now.days),
    }
    scope = PRIVATE if now.private else OPEN
    yield from ({"scope": scope, "term": one, "at": leaf.time, "index": event.index} for one in sorted(terms))


async def _left(store: Store) -> bool:
    """Whether something has a place and isn't indexed; looked at without keeping writers waiting."""
    async with store.read_transaction() as connection:
        last = await connection.scalar(select(func.max(tables.leaves.c.index)))
        return last is not None and last >= await _upto(connection)


async def _placed(connection: AsyncConnection, upto: int) -> Sequence[_Placed]:
    events, leaves = tables.events.c, tables.leaves.c
    found = await connection.execute(
        select(leaves.index, events.leaf)
        .join(tables.events, events.id == leaves.event)
        .where(leaves.index >= upto, leaves.index < upto + EVENTS_PER_RUN)
        .order_by(leaves.index)
    )
    return [_Placed(index, read_leaf(leaf)) for index, leaf in found]


async def _found(connection: AsyncConnection, subjects: Collection[str]) -> dict[str, SearchTerms]:
    table = tables.found.c
    rows = await connection.execute(
        select(table.subject, table.by).where(table.subject.in_(sorted(subjects)))
    )
    return {subject: SearchTerms.model_validate_json(by) for subject, by in rows}


async def _keep_found(connection: AsyncConnection, found: Mapping[str, SearchTerms]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(tables.found)
    rows = [{"subject": subject, "by": by.model_dump_json()} for subject, by in sorted(found.items())]
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["subject"], set_={"by": statement.excluded.by}), rows
    )


async def _upto(connection: AsyncConnection) -> int:
    table = tables.indexed.c
    return await connection.scalar(select(table.upto).where(table.name == _NAME)) or 0


async def _reached(connection: AsyncConnection, upto: int) -> None:
    moved = await connection.execute(
        update(tables.indexed).where(tables.indexed.c.name == bindparam("of")).values(upto=upto),
        {"of": _NAME},
    )
    if not moved.rowcount:
        await connection.execute(insert(tables.indexed), [{"name": _NAME, "upto": upto}])
