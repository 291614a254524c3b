"""The owner of the database rewrites the log and forgets what was signed: Daypass doesn't sign it (P9)."""

import psycopg
import pytest

from tests.builders import Database
from tests.flow.deeds import ask, message, not_ready
from tests.flow.office import ALARMS, AUDIT, Servers, Slack, opened
from workflows.audit.growth import Forked
from workflows.audit.sequencer import last_head

REWRITTEN = """
    SET session_replication_role = replica;
    UPDATE leaves SET hash = sha256('another story') WHERE index = 1;
    DELETE FROM nodes; DELETE FROM checkpoints
"""


async def test_a_fork_is_not_signed_and_everybody_is_told(
    servers: Servers, workspace: Slack, postgres_database: Database
) -> None:
    async with opened(servers, workspace, postgres_database.url, daypass_checkpoint_seconds=0.5) as office:
        await ask(office)
        await message(office.radia, AUDIT, "Checkpoint of the audit log")
        await office.quiet()
        await office.daypass.jobs.keep_log()
        posted = (await office.radia.messages(AUDIT))[-1]
    with psycopg.connect(postgres_database.owner_url) as connection:
        connection.execute(REWRITTEN.encode())

    async with opened(servers, workspace, postgres_database.url) as office:
        with pytest.raises(Forked, match="forked"):
            await office.daypass.jobs.keep_log()
        assert await last_head(office.daypass.store) is None
        await message(office.margaret, ALARMS, "The log is forked")
        assert "forked" in (await not_ready(office))["audit log"]
        newest = (await office.radia.messages(AUDIT))[-1]
        assert newest["ts"] == posted["ts"], "nothing was posted after it"
