"""What one transaction of the ledger writes: events, states, effects, keys, and settled effects.

Events go in first: the states, effects and keys that follow point at them, and the database lets none
of those stand without its event.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, literal_column, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from ulid import ULID

from workflows.audit.tlog.leaf import Entry, encode_leaf
from workflows.database import tables
from workflows.ledger.claim import Claimant, ClaimedEffect, claimed_from
from workflows.ledger.refusal import Turned
from workflows.workflow import (
    Actor,
    Effect,
    Event,
    State,
    Workflow,
    World,
)


@dataclass(frozen=True)
class Settled:
    """What became of an effect that `claim` had taken: done, failed, or pending again until `not_before`."""

    effect: int
    claim: str
    status: str
    at: datetime
    not_before: datetime
    error: str | None = None


@dataclass(frozen=True)
class Entering:
    """What the events of one command have in common: their subject at one version, who acted, when.

    `now` is never before the subject's last event, whatever another replica's clock says.
    """

    workflow: Workflow
    subject: str
    version: int
    now: datetime
    actor: Actor
    surface: str


@dataclass
class WriteSet:
    """Fills up while commands are decided, and is written once. `claimant` begins effects at once."""

    world: World
    now: datetime
    claimant: Claimant
    events: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    born: list[dict[str, Any]] = field(default_factory=list)
    grown: list[dict[str, Any]] = field(default_factory=list)
    once: list[dict[str, Any]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    begun: list[dict[str, Any]] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    """The subjects after what was entered of them."""

    def enter(self, at: Entering, state: State | None, events: tuple[Event, ...]) -> State | None:
        """Enter the events with all that they call for; the state after them."""
        known = state is not None
        for position, event in enumerate(events):
            self._enter_event(at, position, event, len(events))
            if isinstance(event, Turned):
                continue
            state = at.workflow.evolve(state, event)
            for effect in at.workflow.effects(state, event):
                self._enter_effect(effect, at, position)
            for key in at.workflow.once(state, event):
                self.only_once(key, at.subject, at.version)
        if state is not None:
            (self.grown if known else self.born).append(_subject_row(state, at))
            self.states[at.subject] = state
        return state

    @property
    def effects_due(self) -> datetime | None:
        """When the first of the entered effects is due; one that was settled may have kept others waiting."""
        if self.settled:
            return self.now
        return min((row["not_before"] for row in self.effects), default=None)

    @property
    def next_due(self) -> datetime | None:
        """When the first of the entered states is due."""
        return min((row["due_at"] for row in (*self.born, *self.grown) if row["due_at"]), default=None)

    def only_once(self, key: str, subject: str, version: int) -> None:
        """Enter a key that may stand once; a second transaction with it can't commit."""
        self.once.append({"key": key, "subject": subject, "version": version})

    def settle(self, settled: Settled) -> None:
        """Enter what became of an effect; nothing is written if its claim has passed to somebody else."""
        self.settled.append(
            {
                "of_effect": settled.effect,
                "of_claim": settled.claim,
                "status": settled.status,
                "last_error": settled.error,
                "not_before": settled.not_before,
                "done_at": None if settled.status == "pending" else settled.at,
            }
        )

    def _enter_effect(self, effect: Effect, at: Entering, position: int) -> None:
        row = _effect_row(effect, at, position)
        if effect.at_once and self._can_begin(effect.kind):
            claim = {"claimed_by": self.claimant.name, "claimed_until": self.now + self.claimant.lasting}
            self.begun.append(row | claim | {"status": "claimed", "attempts": 1})
        else:
            self.effects.append(row)

    def _can_begin(self, kind: str) -> bool:
        return len([row for row in self.begun if row["kind"] == kind]) < self.claimant.room(kind)

    def _enter_event(self, at: Entering, position: int, event: Event, of: int) -> None:
        """Serialize the event, the one at `position` of so many, once, and put beside it what people typed."""
        said = {name: words for name in sorted(event.texts) if (words := getattr(event, name))}
        salts = {name: secrets.token_bytes(16) for name in said}
        entry = Entry(
            id=str(ULID.from_datetime(at.now)),
            subject=at.subject,
            version=at.version,
            position=position,
            time=at.now,
            actor=at.actor.id,
            surface=at.surface,
            action=f"{at.workflow.name}.{event.action}",
            facts=event.model_dump(mode="json", exclude=set(event.texts), exclude_none=True),
            policy=self.world.bundle.digest,
            texts=said,
            of=of if of > 1 else None,
        )
        names = ("id", "subject", "version", "position", "actor", "surface", "action")
        row = {name: getattr(entry, name) for name in names}
        self.events.append(row | {"at": at.now, "leaf": encode_leaf(entry, salts)})
        self.texts += [
            {"event": entry.id, "field": name, "salt": salts[name].hex(), "text": words}
            for name, words in said.items()
        ]

    async def write(self, connection: AsyncConnection) -> None:
        """Write the page into the transaction. Nothing is read back, so that all of it can go out in one go."""
        statements = _statements(connection.dialect.name)
        rows_of_each = (
            self.events,
            self.texts,
            self.born,
            [_bound(row) for row in self.grown],
            self.once,
            self.settled,
            self.effects,
            self.begun,
        )
        for statement, rows in zip(statements, rows_of_each, strict=True):
            if rows:
                await connection.execute(statement, rows)

    async def look_up_begun(self, connection: AsyncConnection) -> list[ClaimedEffect]:
        """The effects to begin on, once the page is committed."""
        found = await connection.execute(begun_by(self.claimant.name, self.begun))
        return [claimed_from(row, row.attempts) for row in found]


def begun_by(claimant: str, rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    """These rows as they stand in the table, looked for in their locks: there is little open in a lock."""
    effects = tables.effects.c
    return (
        select(tables.effects)
        .where(
            effects.status.in_((literal_column("'pending'"), literal_column("'claimed'"))),
            effects.lock.in_({row["lock"] for row in rows}),
            effects.claimed_by == claimant,
            tuple_(effects.subject, effects.version).in_({(row["subject"], row["version"]) for row in rows}),
        )
        .order_by(effects.seq)
    )


_GROWING = ("version", "status", "owner", "due_at", "changed_at", "state", "awaits")
_GROW = (
    update(tables.subjects)
    .where(tables.subjects.c.id == bindparam("of_subject"))
    .values({name: bindparam(name) for name in _GROWING})
)

_status = bindparam("status", type_=tables.effects.c.status.type)
_newer = tables.effects.alias("newer").c
_waits = and_(
    _status == "pending",
    ~exists().where(
        _newer.dedup_key == tables.effects.c.dedup_key, _newer.status == literal_column("'pending'")
    ),
)
"""Whether it is to be tried again. One for which a newer one stands by now isn't: that one does it."""
_given_up = and_(_status == "pending", ~_waits)

_SETTLE = (
    update(tables.effects)
    .where(
        tables.effects.c.seq == bindparam("of_effect"), tables.effects.c.claimed_by == bindparam("of_claim")
    )
    .values({name: bindparam(name) for name in ("last_error", "not_before", "done_at")})
    .values(
        status=case((_given_up, "done"), else_=_status),
        dedup_key=case((_waits, tables.effects.c.dedup_key), else_=None),
        claimed_by=None,
        claimed_until=None,
    )
)


@cache
def _statements(dialect: str) -> tuple[Any, ...]:
    """What writes a page, in this order; made once, since SQLAlchemy takes longer to make them than to run them."""
    insert = (sqlite if dialect == "sqlite" else postgresql).insert
    return (
        insert(tables.events).inline(),
        insert(tables.texts).inline(),
        insert(tables.subjects).inline(),
        _GROW,
        insert(tables.once).inline(),
        _SETTLE,
        _entered(insert(tables.effects).inline()),
        insert(tables.effects).inline(),
    )


def _entered(statement: Any) -> Any:
    """Enter effects. One that waits for the same stands for both: as soon, and as urgent, as either would be."""
    given, there = statement.excluded, tables.effects.c
    return statement.on_conflict_do_update(
        index_elements=["dedup_key"],
        index_where=tables.effects.c.status == literal_column("'pending'"),
        set_={name: _least(given[name], there[name]) for name in ("not_before", "priority")},
    )


def _least(one: Any, other: Any) -> Any:
    """Both databases have a function for this, under different names."""
    return case((one < other, one), else_=other)


def _bound(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "of_subject": row["id"],
        **{name: value for name, value in row.items() if name not in ("id", "kind")},
    }


def _subject_row(state: State, at: Entering) -> dict[str, Any]:
    return {
        "id": state.id,
        "kind": at.workflow.kind,
        "version": at.version,
        "status": state.status,
        "owner": state.owner,
        "due_at": at.workflow.due(state),
        "changed_at": at.now,
        "state": state.model_dump_json(),
        "awaits": at.workflow.awaits(state),
    }


def _effect_row(effect: Effect, at: Entering, position: int) -> dict[str, Any]:
    return {
        "subject": at.subject,
        "version": at.version,
        "position": position,
        "kind": effect.kind,
        "lock": effect.lock,
        "priority": effect.priority,
        "dedup_key": effect.dedup_key,
        "payload": json.dumps(dict(effect.payload)),
        "status": "pending",
        "not_before": at.now + timedelta(seconds=effect.delay),
        "created_at": at.now,
    }
