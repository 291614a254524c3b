"""Reading what the ledger has written. Nothing here writes."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, and_, bindparam, func, literal, literal_column, select, tuple_

from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.tlog.typed_text import Text
from workflows.clock_skew import ClockReading
from workflows.database import tables
from workflows.database.portions import portions
from workflows.database.store import Store
from workflows.narrative import LoggedEvent
from workflows.workflow import State, kind_of


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
class Logged:
    """An event as it stands in the log: its exact bytes, and beside them what people typed."""

    index: int
    leaf: bytes
    texts: tuple[Text, ...]

    @property
    def told(self) -> LoggedEvent:
        return _told(read_leaf(self.leaf), {one.field: one.text for one in self.texts}, self.index)


S = TypeVar("S", bound=State)
_subjects = tables.subjects.c


_AS_LOGGED = (
    select(tables.events.c.leaf, _subjects.state)
    .outerjoin_from(
        tables.events,
        tables.subjects,
        and_(
            _subjects.id == tables.events.c.subject,
            _subjects.version == tables.events.c.version,
            _subjects.anchor == tables.events.c.position,
        ),
    )
    .where(tables.events.c.subject == bindparam("subject"))
    .order_by(tables.events.c.version, tables.events.c.position)
)
"""A subject's events, oldest first, the one that led to its state with that; in one statement, so as of one moment."""


class Repository:
    """Questions to the store, each in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, kind: type[S], subject: str) -> S | None:
        """The subject's state, if there is one."""
        found = await self._states(kind, select(_subjects.state).where(_subjects.id == subject))
        return found[0] if found else None

    async def exists(self, subject: str) -> bool:
        """Whether anything was recorded of the subject; its state, which may be large, isn't read."""
        async with self._store.asking() as connection:
            return await connection.scalar(select(_subjects.id).where(_subjects.id == subject)) is not None

    async def versions_of(self, subjects: Collection[str]) -> dict[str, int]:
        """The versions of those of these subjects that exist, by id; their states aren't read."""
        found: dict[str, int] = {}
        async with self._store.read_transaction() as connection:
            for some in portions(sorted(subjects)):
                asked = select(_subjects.id, _subjects.version).where(_subjects.id.in_(some))
                found |= {row.id: row.version for row in await connection.execute(asked)}
        return found

    async def find_all(self, kinds: Mapping[str, type[State]], subjects: Collection[str]) -> dict[str, State]:
        """The states of these subjects by id, each as its kind says; those of other kinds are left out."""
        wanted = [one for one in sorted(subjects) if kind_of(one) in kinds]
        found: dict[str, State] = {}
        async with self._store.read_transaction() as connection:
            for some in portions(wanted):
                rows = await connection.execute(
                    select(_subjects.id, _subjects.state).where(_subjects.id.in_(some))
                )
                found |= {row.id: kinds[kind_of(row.id)].model_validate_json(row.state) for row in rows}
        return found

    async def owned_by(self, kind: type[S], prefix: str, owner: str, limit: int) -> list[S]:
        """A person's subjects of one workflow, newest first."""
        return await self._states(
            kind,
            select(_subjects.state)
            .where(_subjects.kind == prefix, _subjects.owner == owner)
            .order_by(_subjects.id.desc())
            .limit(limit),
        )

    async def page(
        self,
        kind: type[S],
        prefix: str,
        statuses: Sequence[str],
        before: str | None,
        limit: int,
        owner: str | None = None,
    ) -> list[S]:
        """Subjects of one workflow in one of these statuses, newest first, older than the one named `before`.

        With an `owner` only theirs.
        """
        found: list[Any] = []
        async with self._store.read_transaction() as connection:
            for status in statuses:
                query = select(_subjects.id, _subjects.state).where(
                    _subjects.kind == prefix, _subjects.status == status
                )
                if before:
                    query = query.where(_subjects.id < before)
                if owner:
                    query = query.where(_subjects.owner == owner)
                found += await connection.execute(query.order_by(_subjects.id.desc()).limit(limit))
        newest = sorted(found, key=lambda row: str(row.id), reverse=True)[:limit]
        return [kind.model_validate_json(row.state) for row in newest]

    async def made_between(self, kind: type[S], after: str, before: str, limit: int) -> list[S]:
        """The oldest subjects of one workflow whose ids, which begin with its kind, lie between these two."""
        query = select(_subjects.state).where(_subjects.id > after, _subjects.id < before)
        return await self._states(kind, query.order_by(_subjects.id).limit(limit))

    async def in_status(
        self, kind: type[S], prefix: str, statuses: Sequence[str], owners: Collection[str] | None = None
    ) -> list[S]:
        """All subjects of one workflow in one of these statuses, oldest first; with `owners` only theirs."""
        query = select(_subjects.state).where(_subjects.kind == prefix, _subjects.status.in_(statuses))
        if owners is None:
            return await self._states(kind, query.order_by(_subjects.id))
        found: list[S] = []
        for some in portions(sorted(owners)):
            found += await self._states(kind, query.where(_subjects.owner.in_(some)))
        return sorted(found, key=lambda one: one.id)

    async def awaiting(
        self, kind: type[S], prefix: str, what: str, owners: Collection[str] | None = None
    ) -> list[S]:
        """All subjects of one workflow that await this, whatever their status, oldest first; with `owners` only theirs."""
        query = select(_subjects.state).where(_subjects.kind == prefix, _subjects.awaits == what)
        whose = query if owners is None else query.where(_subjects.owner.in_(sorted(owners)))
        return await self._states(kind, whose.order_by(_subjects.id))

    async def versions(self, prefix: str, statuses: Collection[str]) -> list[tuple[str, int]]:
        """The ids and versions of all subjects of one workflow in one of these statuses, oldest first."""
        query = select(_subjects.id, _subjects.version).where(
            _subjects.kind == prefix, _subjects.status.in_(sorted(statuses))
        )
        async with self._store.asking() as connection:
            return [(row.id, row.version) for row in await connection.execute(query.order_by(_subjects.id))]

    async def count(self, prefix: str, statuses: Sequence[str]) -> int:
        """How many subjects of one workflow are in one of these statuses."""
        query = select(func.count()).where(_subjects.kind == prefix, _subjects.status.in_(statuses))
        async with self._store.asking() as connection:
            return await connection.scalar(query) or 0

    async def _states(self, kind: type[S], query: Select[str]) -> list[S]:
        async with self._store.asking() as connection:
            return [kind.model_validate_json(state) for state in await connection.scalars(query)]

    async def decided_as(self, command_id: str) -> str | None:
        """The subject that this command was about, if it was decided."""
        once = tables.once.c
        async with self._store.asking() as connection:
            return await connection.scalar(select(once.subject).where(once.key == command_id))

    async def story(
        self, subject: str, after: tuple[int, int] = (0, 0), limit: int | None = None
    ) -> list[LoggedEvent]:
        """Every event of the subject, oldest first, refusals included; or `limit` of those `after` a place."""
        events, leaves = tables.events.c, tables.leaves.c
        query = (
            select(leaves.index, events.id, events.leaf)
            .outerjoin_from(tables.events, tables.leaves, leaves.event == events.id)
            .where(events.subject == subject)
            .where(tuple_(events.version, events.position) > tuple_(*(literal(n) for n in after)))
            .order_by(events.version, events.position)
            .limit(limit)
        )
        return [
            _told(read_leaf(leaf), {one.field: one.text for one in texts}, index)
            for index, leaf, texts in await self._with_texts(query)
        ]

    async def as_logged(self, kind: type[S], subject: str) -> tuple[S | None, list[bytes]]:
        """The subject's state and the exact bytes of all its events, oldest first, both as of one moment."""
        async with self._store.asking() as connection:
            rows = list(await connection.execute(_AS_LOGGED, {"subject": subject}))
        states = [row.state for row in rows if row.state is not None]
        state = kind.model_validate_json(states[0]) if states else None
        return state, [bytes(row.leaf) for row in rows]

    async def logged(self, indexes: Collection[int]) -> dict[int, Logged]:
        """The events at these places of the log."""
        events, leaves = tables.events.c, tables.leaves.c
        query = (
            select(leaves.index, events.id, events.leaf)
            .join_from(tables.leaves, tables.events, leaves.event == events.id)
            .where(leaves.index.in_(sorted(indexes)))
        )
        found = await self._with_texts(query) if indexes else []
        return {index: Logged(index, bytes(leaf), texts) for index, leaf, texts in found}

    async def _with_texts(self, query: Select[Any]) -> list[tuple[Any, bytes, tuple[Text, ...]]]:
        """Of a query for index, id and leaf: index, leaf and the texts of each."""
        texts = tables.texts.c
        async with self._store.read_transaction() as connection:
            rows = list(await connection.execute(query))
            said: dict[str, list[Text]] = {}
            for some in portions([row.id for row in rows]):
                for found in await connection.execute(
                    select(texts.event, texts.field, texts.salt, texts.text)
                    .where(texts.event.in_(some))
                    .order_by(texts.event, texts.field)
                ):
                    said.setdefault(found.event, []).append(Text(*found))
            return [(row.index, row.leaf, tuple(said.get(row.id, ()))) for row in rows]

    async def open_effects(self, limit: int = 100) -> list[OpenEffect]:
        """What is still to be done to the outside world, and what never could be, longest open first."""
        effects = tables.effects.c
        names = ("seq", "subject", "kind", "status", "attempts", "not_before", "last_error")
        async with self._store.asking() as connection:
            found = await connection.execute(
                select(*(effects[name] for name in names))
                .where(effects.status != literal_column("'done'"))
                .order_by(effects.seq)
                .limit(limit)
            )
            return [OpenEffect(*row) for row in found]

    async def clock(self) -> ClockReading | None:
        """What the database's clock shows; SQLite has none of its own."""
        if self._store.single_process:
            return None
        async with self._store.read_transaction() as connection:
            await connection.scalar(select(1))  # or what it takes to get a connection would count
            sent = time.monotonic()
            shown: datetime | None = await connection.scalar(select(func.clock_timestamp()))
            at = time.monotonic()
        half = timedelta(seconds=(at - sent) / 2)
        return ClockReading(shown + half, at, half) if shown else None


def _told(leaf: Leaf, texts: Mapping[str, str], index: int | None) -> LoggedEvent:
    return LoggedEvent(
        at=leaf.time,
        actor=leaf.actor,
        surface=leaf.surface,
        action=leaf.action,
        facts=leaf.facts,
        texts=texts,
        subject=leaf.subject,
        policy=leaf.policy,
        index=index,
        erased=tuple(sorted(leaf.texts.keys() - texts.keys())),
        place=(leaf.version, leaf.position),
    )
