"""Loads what the commands of one transaction are decided by: their subjects, what is in force, what people have besides."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Select,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from workflows.database import tables
from workflows.ledger.numbering import GREATEST, number_key, read_number
from workflows.workflow import State, Workflow, kind_of

_subjects = tables.subjects.c
_NO_TEXT = cast(null(), tables.subjects.c.state.type)


@dataclass(frozen=True)
class Loaded:
    """A subject as it stands; without a state if it so far only has refusals."""

    version: int = 0
    state: State | None = None
    changed_at: datetime | None = None


ABSENT = Loaded()


@dataclass(frozen=True)
class Besides:
    """What people have that isn't over, by workflow; `turns` are the greatest keys claimed by `turn_of`."""

    states: Mapping[str, State] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)

    def of(self, subject: str, owners: Collection[str], written: Mapping[str, State]) -> tuple[State, ...]:
        """What these owners have beside the subject, as it is after what was `written` in this transaction."""
        every, kind = {**self.states, **written}, kind_of(subject)
        return tuple(
            one for id, one in every.items() if kind_of(id) == kind and id != subject and one.owner in owners
        )


NOTHING_BESIDES = Besides()


def turn_of(kind: str, owner: str) -> str:
    """What the decisions about somebody's subjects of one workflow are counted under."""
    return f"{kind}/{owner}"


def next_turns(kind: str, owners: Collection[str], besides: Besides, claimed: Iterable[str]) -> list[str]:
    """The keys that stand for having seen all that these owners had, after those `claimed` in this transaction.

    Two transactions that read the same claim the same keys, so the second can't commit.
    """
    names, taken = [turn_of(kind, one) for one in sorted(owners)], list(claimed)
    return [
        number_key(one, 1 + max((besides.turns.get(one, 0), *(read_number(one, key) for key in taken))))
        for one in names
    ]


class Loader:
    """Loads for workflows by their kinds."""

    def __init__(self, workflows: Mapping[str, Workflow]) -> None:
        self._workflows = workflows
        heeded = {kind: one for kind, one in workflows.items() if one.in_force}
        self._statement = _as_they_stand(
            {kind: sorted(one.in_force) for kind, one in heeded.items() if not one.heeds_own},
            {kind: sorted(one.in_force) for kind, one in heeded.items() if one.heeds_own},
        )

    async def close_others_out(self, connection: AsyncConnection) -> None:
        """Wait until every transaction that has loaded subjects is over, and let none load any before this one's end.

        On SQLite the writing transaction itself is alone.
        """
        if connection.dialect.name == "postgresql":
            await connection.execute(text("LOCK TABLE subjects IN EXCLUSIVE MODE"))

    async def load(
        self, connection: AsyncConnection, ids: Collection[str], actors: Collection[str]
    ) -> tuple[dict[str, Loaded], tuple[State, ...]]:
        """Each subject as it stands, locked, and what is in force for decisions of these actors, by their ids."""
        if not ids:
            return {}, ()
        given = {"ids": sorted(ids), "actors": sorted(actors)}
        found = list(await connection.execute(self._statement, given))
        loaded = {row.id: self._loaded(row) for row in found if row.is_subject}
        return loaded, tuple(self._read(row.id, row.state) for row in found if not row.is_subject)

    async def besides(self, connection: AsyncConnection, owners: Mapping[str, Collection[str]]) -> Besides:
        """What these people have, by the kind of workflow, in one question."""
        parts = [
            part
            for kind, some in sorted(owners.items())
            for part in _had_by(kind, sorted(some), self._workflows[kind].over)
        ]
        if not parts:
            return NOTHING_BESIDES
        states: dict[str, State] = {}
        turns: dict[str, int] = {}
        for name, state, key in await connection.execute(union_all(*parts)):
            if state is None:
                turns[name] = read_number(name, key)
            else:
                states[name] = self._read(name, state)
        return Besides(states, turns)

    def _loaded(self, row: Any) -> Loaded:
        return Loaded(row.version, self._read(row.id, row.state) if row.state else None, row.changed_at)

    def _read(self, subject: str, state: str) -> State:
        return self._workflows[kind_of(subject)].state.model_validate_json(state)


def greatest_key(kind: str) -> Select[Any]:
    """Selects the key of the greatest number; none if there is none. Below it numbers may be missing; none comes again."""
    key, first, last = tables.once.c.key, number_key(kind, 0), number_key(kind, GREATEST)
    prefix = first.rstrip("0")
    return select(func.max(key)).where(key.between(first, last), func.substr(key, 1, len(prefix)) == prefix)


def _had_by(kind: str, owners: Sequence[str], over: Collection[str]) -> list[Select[Any]]:
    had = select(_subjects.id, _subjects.state, cast(null(), String)).where(
        _subjects.kind == kind, _subjects.owner.in_(owners), _subjects.status.not_in(sorted(over))
    )
    turns = (turn_of(kind, one) for one in owners)
    return [had, *(select(literal(one), _NO_TEXT, greatest_key(one).scalar_subquery()) for one in turns)]


def _as_they_stand(in_force: Mapping[str, Sequence[str]], owned: Mapping[str, Sequence[str]]) -> Any:
    """Each subject's version and state, locked; without a state if it so far only has refusals.

    That is what a form has that somebody has yet to fill in rightly. Of what is `owned` only the actors' own is in force.
    """
    events = tables.events.c
    ids: Any = bindparam("ids", expanding=True)
    actors: Any = bindparam("actors", expanding=True)
    locked = (
        select(_subjects.id, _subjects.version, _subjects.state, _subjects.changed_at)
        .where(_subjects.id.in_(ids))
        .order_by(_subjects.id)
        .with_for_update()
        .cte("locked")
    )
    refused = (
        select(events.subject, func.max(events.version), _NO_TEXT, func.max(events.at), literal(1))
        .where(events.subject.in_(ids), ~exists(literal(1)).where(_subjects.id == events.subject))
        .group_by(events.subject)
    )
    subjects = select(locked, literal(1).label("is_subject"))
    if not in_force and not owned:
        return union_all(subjects, refused)
    those = [
        *((_subjects.kind == kind) & _subjects.status.in_(names) for kind, names in in_force.items()),
        *(
            (_subjects.kind == kind) & _subjects.status.in_(names) & _subjects.owner.in_(actors)
            for kind, names in owned.items()
        ),
    ]
    heeded = select(_subjects.id, _subjects.version, _subjects.state, _subjects.changed_at, literal(0))
    return union_all(subjects, refused, heeded.where(or_(*those)))
