"""That the guard of all tests sees a module that writes state past the ledger, and lets the ledger."""

import pytest

from tests.guard import ROOT
from tests.spine.tally import count, rows
from workflows.workflow import Effect

ELSEWHERE = """
from sqlalchemy import text

async def write(store, statement):
    async with store.write_transaction() as connection:
        await connection.execute(text(statement))
"""


def written_at(place: str):
    """A function whose source lies there, as far as Python knows."""
    names: dict[str, object] = {}
    exec(compile(ELSEWHERE, str(ROOT / place), "exec"), names)
    return names["write"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE subjects SET status = 'live'",
        "update subjects set status = 'live'",
        "INSERT INTO once (key, subject, version) VALUES ('a', 'b', 1)",
        "WITH gone AS (SELECT 1) DELETE FROM effects",
    ],
)
async def test_a_module_that_writes_state_is_seen(store, ledger, statement):
    await count(ledger)
    before = await rows(store, "subjects")

    with pytest.raises(AssertionError, match=r"decide\.py writes state, past the ledger"):
        await written_at("workflows/access/decide.py")(store, statement)

    assert await rows(store, "subjects") == before


async def test_the_ledger_and_tests_themselves_may(store, ledger):
    await count(ledger, effects=(Effect("tell", lock="a"),))
    await written_at("tests/spine/somewhere.py")(store, "UPDATE effects SET attempts = 7")

    assert [row.attempts for row in await rows(store, "effects")] == [7]
