"""Reads somebody's newest subjects as JSON: as many rows as are wanted, however many there are."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, cast, func, null, select, union_all

from workflows.database import tables
from workflows.database.store import Store

_FIRST_ULID, _LAST_ULID = "0" * 26, f"7{'Z' * 25}"
_subjects = tables.subjects.c


@dataclass(frozen=True)
class NewestDocuments:
    """`documents` are states as JSON, newest first; `first` is the first id of all of the workflow, whoever's it is."""

    documents: tuple[dict[str, Any], ...]
    first: str | None


async def newest_documents(store: Store, prefix: str, owner: str, after: str, limit: int) -> NewestDocuments:
    """A person's newest subjects of one workflow that were made after the id `after`, in one statement."""
    async with store.asking() as connection:
        rows = list(await connection.execute(newest_query(prefix, owner, after, limit)))
    found = sorted(((row.id, row.state) for row in rows if row.state is not None), reverse=True)
    first = next(row.id for row in rows if row.state is None)
    return NewestDocuments(tuple(json.loads(state) for _, state in found), first)


def newest_query(prefix: str, owner: str, after: str, limit: int) -> Select[Any]:
    """Rows of id and state, and one without a state that has the first id."""
    every = _subjects.id.between(f"{prefix}_{_FIRST_ULID}", f"{prefix}_{_LAST_ULID}")
    newest = (
        select(_subjects.id, _subjects.state)
        .where(_subjects.owner == owner, _subjects.kind == prefix, _subjects.id > after)
        .order_by(_subjects.id.desc())
        .limit(limit)
        .subquery()
    )
    first = select(func.min(_subjects.id)).where(every).scalar_subquery()
    rows = union_all(select(newest.c.id, newest.c.state), select(first, cast(null(), _subjects.state.type)))
    return select(rows.subquery())
