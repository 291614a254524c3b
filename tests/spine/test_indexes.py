"""With much open, looking for what is due stays cheap: the indexes of what is open are used."""

import sqlite3

from sqlalchemy.dialects import sqlite

from tests.builders import MONDAY, Database
from workflows.queue import _claimable


def test_claiming_reads_what_is_open_and_never_the_whole_table(sqlite_database: Database) -> None:
    query = str(
        _claimable(MONDAY, ["slow"]).compile(
            dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}
        )
    )
    with sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", ["x"] * query.count("?"))
        steps = [str(step) for *_, step in plan]
    assert any("USING INDEX ix_effects_open" in step for step in steps), steps
    assert any("USING INDEX ix_effects_lane (lane=? AND seq<?)" in step for step in steps), steps
