"""With much open, looking for what is due stays cheap: the indexes of what is open are used."""

import sqlite3
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from tests.builders import MONDAY, Database
from workflows.ledger.effect_queue import _claimable
from workflows.ledger.transaction import begun_by


def test_claiming_reads_what_is_open_and_never_the_whole_table(sqlite_database: Database) -> None:
    steps = plan_of(_claimable(MONDAY, ["slow"]), sqlite_database)
    assert any("USING INDEX ix_effects_open" in step for step in steps), steps
    assert any("USING INDEX ix_effects_lock (lock=? AND seq<?)" in step for step in steps), steps


def test_what_was_begun_at_once_is_looked_for_in_its_lock(sqlite_database: Database) -> None:
    rows = [{"subject": f"acc_{one}", "version": one, "lock": f"lock {one}"} for one in range(3)]
    steps = plan_of(begun_by("somebody", rows), sqlite_database)
    assert any("SEARCH effects USING INDEX ix_effects_lock (lock=?" in step for step in steps), steps


def plan_of(query: Select[Any], database: Database) -> list[str]:
    """How SQLite would go about it."""
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    statement = str(compiled)
    with sqlite3.connect(database.url.removeprefix("sqlite:///")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", ["x"] * statement.count("?"))
        return [str(step) for *_, step in plan]
