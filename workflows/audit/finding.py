"""The index of the log: by which words each event is found. Derived from the log alone, behind the writers' backs.

A term is a person, a resource or an action. What concerns a private incident is found in a scope of its
own, by the incident's id, so that a search without that scope never comes near it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows import tables
from workflows.audit.nodes import keep
from workflows.audit.turns import take_turn
from workflows.store import Store
from workflows.workflow import Found, Workflow, kind_of

EVERYWHERE = ""
"""The scope of what isn't private."""
PRIVATE = "private"
"""The scope in which the private incidents themselves are listed."""
EVERYTHING = "*"
AT_ONCE = 2_000
"""Events indexed in one transaction."""

_NAME = "finds"


def by_person(person: str) -> str:
    return f"person:{person}"


def by_resource(resource: str) -> str:
    """A resource, an entitlement on it, or a service."""
    return f"resource:{resource}"


def by_action(action: str) -> str:
    """`acc.reviewed`, or `acc` for all that happens to access."""
    return f"action:{action}"


def by_holding(resource: str, day: date) -> str:
    """Access to the resource that was held on this day (UTC), under the event that ended it."""
    return f"held:{resource}/{day.isoformat()}"


@dataclass(frozen=True)
class _Placed:
    """An event with its place in the log."""

    index: int
    at: datetime
    subject: str
    actor: str
    action: str


async def index_log(store: Store, workflows: Mapping[str, Workflow]) -> int:
    """Index the next events that have a place in the log; how many. One replica at a time does."""
    async with store.writing() as connection:
        await take_turn(connection)
        before = await _upto(connection)
        placed = await _placed(connection, before)
        if not placed:
            return 0
        states = await _states(connection, {one.subject for one in placed}, workflows)
        rows = [row for one in placed for row in _rows(one, states.get(one.subject), workflows)]
        await connection.execute(insert(tables.finds), rows)
        await keep(connection, before, before + len(placed))
        await _reached(connection, before + len(placed))
    return len(placed)


def _rows(event: _Placed, state: Any, workflows: Mapping[str, Workflow]) -> Iterator[dict[str, Any]]:
    kind = kind_of(event.subject)
    found = Found() if state is None else workflows[kind].found_by(state, event.action.partition(".")[2])
    terms = {
        EVERYTHING,
        by_action(kind),
        by_action(event.action),
        *(by_person(one) for one in (event.actor, *found.people)),
        *(by_resource(one) for one in found.resources),
        *(by_holding(one, day) for one in found.resources for day in found.held),
    }
    at = {"at": event.at, "index": event.index}
    scope = found.incident or EVERYWHERE
    yield from ({"scope": scope, "term": term, **at} for term in sorted(terms))
    if scope == event.subject and event.action.endswith(".declared"):
        yield {"scope": PRIVATE, "term": scope, **at}


async def _placed(connection: AsyncConnection, upto: int) -> Sequence[_Placed]:
    events, leaves = tables.events.c, tables.leaves.c
    found = await connection.execute(
        select(leaves.index, events.at, events.subject, events.actor, events.action)
        .join(tables.events, events.id == leaves.event)
        .where(leaves.index >= upto, leaves.index < upto + AT_ONCE)
        .order_by(leaves.index)
    )
    return [_Placed(*row) for row in found]


async def _states(
    connection: AsyncConnection, subjects: Iterable[str], workflows: Mapping[str, Workflow]
) -> dict[str, Any]:
    table = tables.subjects.c
    found = await connection.execute(select(table.id, table.state).where(table.id.in_(sorted(subjects))))
    return {id: workflows[kind_of(id)].state.model_validate_json(state) for id, state in found}


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
