"""Reading what the ledger has written. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, literal_column, select

from workflows import tables
from workflows.audit.leaf import Leaf, read_leaf
from workflows.store import Store
from workflows.workflow import State


@dataclass(frozen=True)
class OpenEffect:
    """An effect that is not done, for the operator."""

    seq: int
    subject: str
    kind: str
    status: str
    attempts: int
    not_before: datetime
    last_error: str | None


@dataclass(frozen=True)
class Told:
    """One event of a subject's story. `texts` is what people typed, by field; what was erased is missing."""

    at: datetime
    actor: str
    surface: str
    action: str
    facts: Mapping[str, Any]
    texts: Mapping[str, str]


S = TypeVar("S", bound=State)
_subjects = tables.subjects.c


class Reads:
    """Questions to the store, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, kind: type[S], subject: str) -> S | None:
        """The subject's state, if there is one."""
        found = await self._states(kind, select(_subjects.state).where(_subjects.id == subject))
        return found[0] if found else None

    async def owned_by(self, kind: type[S], prefix: str, owner: str, limit: int) -> list[S]:
        """A person's subjects of one workflow, newest first."""
        return await self._states(
            kind,
            select(_subjects.state)
            .where(_subjects.kind == prefix, _subjects.owner == owner)
            .order_by(_subjects.id.desc())
            .limit(limit),
        )

    async def in_status(self, kind: type[S], prefix: str, statuses: Sequence[str]) -> list[S]:
        """All subjects of one workflow in one of these statuses, oldest first."""
        return await self._states(
            kind,
            select(_subjects.state)
            .where(_subjects.kind == prefix, _subjects.status.in_(statuses))
            .order_by(_subjects.id),
        )

    async def count(self, prefix: str, statuses: Sequence[str]) -> int:
        """How many subjects of one workflow are in one of these statuses."""
        query = select(func.count()).where(_subjects.kind == prefix, _subjects.status.in_(statuses))
        async with self._store.reading() as connection:
            return await connection.scalar(query) or 0

    async def _states(self, kind: type[S], query: Select[str]) -> list[S]:
        async with self._store.reading() as connection:
            return [kind.model_validate_json(state) for state in await connection.scalars(query)]

    async def story(self, subject: str) -> list[Told]:
        """Every event of the subject, oldest first, refusals included."""
        events, texts = tables.events.c, tables.texts.c
        of_subject = events.subject == subject
        async with self._store.reading() as connection:
            leaves = await connection.execute(
                select(events.id, events.leaf).where(of_subject).order_by(events.version, events.position)
            )
            said = await connection.execute(
                select(texts.event, texts.field, texts.text)
                .join(tables.events, events.id == texts.event)
                .where(of_subject)
            )
            words: dict[str, dict[str, str]] = {}
            for event, field, text in said:
                words.setdefault(event, {})[field] = text
            return [_told(read_leaf(leaf), words.get(id, {})) for id, leaf in leaves]

    async def open_effects(self, limit: int = 100) -> list[OpenEffect]:
        """What is still to be done to the outside world, and what never could be, longest open first."""
        effects = tables.effects.c
        names = ("seq", "subject", "kind", "status", "attempts", "not_before", "last_error")
        async with self._store.reading() as connection:
            found = await connection.execute(
                select(*(effects[name] for name in names))
                .where(effects.status != literal_column("'done'"))
                .order_by(effects.seq)
                .limit(limit)
            )
            return [OpenEffect(*row) for row in found]

    async def answers(self) -> bool:
        """Whether the database answers at all."""
        async with self._store.reading() as connection:
            return await connection.scalar(select(1)) == 1


def _told(leaf: Leaf, texts: Mapping[str, str]) -> Told:
    return Told(leaf.time, leaf.actor, leaf.surface, leaf.action, leaf.facts, texts)
