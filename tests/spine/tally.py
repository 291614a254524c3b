"""The smallest workflow there is, to try the spine on: it counts, and does to the outside what it is told."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from workflows.database import tables
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Reads
from workflows.ledger.work import Outcome
from workflows.workflow import (
    Actor,
    Command,
    Decision,
    Effect,
    Event,
    NoChange,
    Refused,
    State,
    TimePassed,
    Workflow,
    World,
)

KIND = "tly"
SOMEBODY = Actor("UADA")


class Tally(State):
    total: int
    due_at: datetime | None = None
    cursed: bool = False


@dataclass(frozen=True)
class Count(Command):
    """Adds up, by so many events; `fact` is kept in the log, `note` beside it."""

    by: int = 1
    events: int = 1
    note: str = ""
    fact: str = ""
    effects: tuple[Effect, ...] = ()
    due_at: datetime | None = None
    key: str | None = None


@dataclass(frozen=True)
class Reach(Command):
    """Counts up to a total, if it isn't there already."""

    total: int


@dataclass(frozen=True)
class Refuse(Command):
    pass


@dataclass(frozen=True)
class Crash(Command):
    pass


class Counted(Event):
    action = "counted"
    texts = frozenset({"note"})
    id: str
    by: int
    note: str = ""
    fact: str = ""
    effects: str = "[]"
    due_at: datetime | None = None
    key: str | None = None


def decide(state: Tally | None, command: Command, actor: Actor, world: World, now: datetime) -> Decision:
    total = state.total if state else 0
    match command:
        case Count():
            return tuple(_counted(command) for _ in range(command.events))
        case Reach(total=wanted):
            return (Counted(id=command.subject, by=wanted - total),) if wanted > total else NoChange()
        case Refuse():
            return Refused("no", "This tally is not counted.")
        case TimePassed() if state and state.cursed:
            raise RuntimeError("this tally can't be advanced")
        case TimePassed() if state and state.due_at and now >= state.due_at:
            return (Counted(id=command.subject, by=100),)
        case TimePassed():
            return NoChange()
    raise RuntimeError("nobody foresaw this")


def evolve(state: Tally | None, event: Counted) -> Tally:
    total = state.total if state else 0
    return Tally(
        id=event.id,
        status="counting",
        total=total + event.by,
        due_at=event.due_at,
        cursed=event.fact == "cursed",
    )


def effects(state: Tally, event: Counted) -> tuple[Effect, ...]:
    return tuple(Effect(**effect) for effect in json.loads(event.effects))


def once(state: Tally, event: Counted) -> tuple[str, ...]:
    return (event.key,) if event.key else ()


WORKFLOW = Workflow(KIND, "tally", Tally, decide, evolve, effects, lambda state: state.due_at, once)


def tally_ledger(store: Store, world: World, now: Callable[[], datetime], **hooks: Any) -> Ledger:
    return Ledger(store, [WORKFLOW], lambda: world, now, **hooks)


async def count(
    ledger: Ledger, subject: str = "tly_1", command_id: str | None = None, **what: Any
) -> Outcome:
    return await ledger.handle(Count(subject, **what), SOMEBODY, "test", command_id)


async def total(store: Store, subject: str = "tly_1") -> int:
    found = await Reads(store).find(Tally, subject)
    assert found is not None
    return found.total


async def rows(store: Store, table: str) -> list[Any]:
    """All rows of a table, in the order of its key."""
    found = tables.metadata.tables[table]
    async with store.reading() as connection:
        return list(await connection.execute(select(found).order_by(*found.primary_key)))


def _counted(command: Count) -> Counted:
    return Counted(
        id=command.subject,
        by=command.by,
        note=command.note,
        fact=command.fact,
        effects=json.dumps([vars(effect) for effect in command.effects]),
        due_at=command.due_at,
        key=command.key,
    )
