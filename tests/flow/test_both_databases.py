"""The main job through Slack, from the request to the confirmed end, on SQLite and on PostgreSQL."""

import asyncio

from bot.app import running
from tests.builders import Database
from tests.flow.deeds import ask, card, log_of, message, press_as_shown, said, token
from tests.flow.office import APPROVALS, Servers, Slack, fault, opened
from tests.flow.test_holding import logs_in, unwrap


async def test_asked_approved_used_and_gone(servers: Servers, workspace: Slack, database: Database) -> None:
    async with opened(servers, workspace, database.url) as office:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await asyncio.gather(
            press_as_shown(office.grace, APPROVALS, shown, "Approve"),
            press_as_shown(office.edsger, APPROVALS, shown, "Approve"),
        )
        await office.until("active")
        direct = await office.ada.direct()
        login = unwrap(servers, await token(office.ada, direct, asked.id))
        assert logs_in(servers, login)
        await card(office.ada, direct, asked.id, "used once")
        await office.forward(hours=1)
        await office.until("ended")
        assert not logs_in(servers, login)
        await message(office.ada, direct, "has ended (expired), confirmed by Vault")
        assert "used once" in said(await card(office.grace, APPROVALS, asked.id, "Expired"))
        log = await log_of(office, asked.id)
        assert [entry for entry in log if not entry.startswith("decided")] == [
            "access.requested",
            "access.reviewed",
            "access.approved",
            "access.granted",
            "access.credential-requested",
            "access.credential-minted",
            "access.grant-end-started",
            "access.credential-end-started",
            "access.credential-ended",
            "access.grant-ended",
        ]


async def test_what_was_still_to_be_told_is_told_after_a_restart(
    servers: Servers, workspace: Slack, database: Database
) -> None:
    async with opened(servers, workspace, database.url) as office:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await office.fault(down=True)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await office.until("active")
    await fault(workspace.page, down=False)
    async with opened(servers, workspace, database.url) as office:
        again = await card(office.grace, APPROVALS, asked.id, "Approved by <@U02GRACE>")
        assert again["ts"] == shown["ts"]
        direct = await office.ada.direct()
        await message(office.ada, direct, "is approved")
        assert await token(office.ada, direct, asked.id)
        await office.quiet()
        notes = [one for one in await office.ada.messages(direct) if "is approved" in said(one)]
        assert len(notes) == 1


async def test_who_is_here_is_known_before_anything_is_done_after_a_restart(
    servers: Servers, workspace: Slack, sqlite_database: Database
) -> None:
    async with opened(servers, workspace, sqlite_database.url) as office:
        settings = office.settings
    await fault(workspace.page, down=True)
    async with running(settings) as daypass:
        assert "U02GRACE" in daypass.known.world().directory.people
