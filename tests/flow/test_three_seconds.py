"""Slack is answered in time however long the database takes; what came of it is told afterwards, and nothing is lost."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.util import await_only

from bot.demo.actor import seen, text_of
from bot.slack.texts import DONE, UNDER_WAY
from tests.builders import Database
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, ask, card, filled, form, message, press_as_shown, told, window
from tests.flow.office import APPROVALS, GENERAL, Office

SOON = 0.3
"""Seconds to the acknowledgement in these tests. The database answers when the test lets it."""


class Gate:
    """Holds up what would be recorded until it is opened."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    def open(self) -> None:
        self._open.set()

    def wait(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO events") and not self._open.is_set():
            await_only(self._open.wait())


@contextmanager
def slow_database() -> Iterator[Gate]:
    gate = Gate()
    event.listen(Engine, "before_cursor_execute", gate.wait)
    try:
        yield gate
    finally:
        gate.open()
        event.remove(Engine, "before_cursor_execute", gate.wait)


@pytest.fixture
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    async with open_office(acknowledge_within=SOON) as office:
        yield office


class TestWhileTheDatabaseTakesItsTime:
    async def test_a_button_is_acknowledged_and_counts(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        with slow_database() as gate:
            assert await press_as_shown(office.grace, APPROVALS, shown, "Approve") == {"ok": True}
            assert (await office.newest()).status == "pending"
            gate.open()
            await office.until("active")
        await card(office.grace, APPROVALS, asked.id, "Approved by")

    async def test_a_command_is_told_later_what_became_of_it(self, office: Office) -> None:
        with slow_database() as gate:
            typed = "/incident sev3 the ranking is stale"
            assert await office.ada.command(typed, GENERAL) == {"ok": True}
            await told(office.ada, GENERAL, UNDER_WAY)
            gate.open()
            await told(office.ada, GENERAL, "Declared:", "the ranking is stale")

    async def test_a_window_stays_until_it_is_recorded(self, office: Office) -> None:
        view = await form(office.ada, f"/access warehouse 1h because {WHY}")
        with slow_database() as gate:
            assert await office.ada.submit(view, filled(view)) == {"ok": True}
            await window(office.ada, UNDER_WAY)
            assert await office.requests() == []
            gate.open()
            await window(office.ada, DONE)
        assert len(await office.requests()) == 1

    async def test_a_window_says_why_it_was_refused(self, office: Office) -> None:
        view = await form(office.ada, "/access warehouse 1h because no")
        with slow_database() as gate:
            assert await office.ada.submit(view, filled(view)) == {"ok": True}
            await window(office.ada, UNDER_WAY)
            gate.open()
            shown = await window(office.ada, "That wasn't accepted.")
        assert "characters" in text_of(shown)

    async def test_what_a_window_can_not_say_a_direct_message_does(self, office: Office) -> None:
        view = await form(office.ada, f"/access warehouse 1h because {WHY}")
        await office.fault(fail={"method": "views.update", "error": "internal_error", "status": 500})
        with slow_database() as gate:
            await office.ada.submit(view, filled(view))
            gate.open()
            await message(office.ada, await office.ada.direct(), DONE)

    async def test_a_click_under_way_is_recorded_when_daypass_is_stopped(
        self, open_office: OpenOffice
    ) -> None:
        with ExitStack() as until_the_end:
            async with open_office(acknowledge_within=SOON) as office:
                gate = until_the_end.enter_context(slow_database())
                await office.ada.command("/incident sev3 the ranking is stale", GENERAL)
                asyncio.get_running_loop().call_later(0.2, gate.open)
        async with open_office() as office:
            assert "incident.declared" in [leaf.action for leaf in await office.log()]


class TestWhileSomebodyElseLocksTheFile:
    async def test_a_click_is_acknowledged_and_counts(
        self, office: Office, sqlite_database: Database
    ) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        backup = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"), check_same_thread=False)
        await asyncio.to_thread(backup.execute, "BEGIN IMMEDIATE")  # Daypass may be writing: let it finish
        assert await press_as_shown(office.grace, APPROVALS, shown, "Approve") == {"ok": True}
        backup.rollback()
        backup.close()
        await office.until("active")
        await seen("the card", lambda: card(office.grace, APPROVALS, asked.id, "Approved by"))


class TestWhatIsSentAgain:
    async def test_by_a_command_is_one_and_whoever_typed_is_told_which(self, office: Office) -> None:
        for _ in range(2):
            await office.ada.command("/incident sev3 the ranking is stale", GENERAL)
        await told(office.ada, GENERAL, "Declared:", "the ranking is stale")
        await told(office.ada, GENERAL, "counts once", "the ranking is stale", "inc-")
        assert [leaf.action for leaf in await office.log()].count("incident.declared") == 1

    async def test_by_a_window_is_one_and_whoever_asked_is_told_which(self, office: Office) -> None:
        asked = await ask(office)
        view = await form(office.ada, f"/access warehouse 1h because {WHY}")
        assert await office.ada.submit(view, filled(view)) == {"ok": True}
        await window(office.ada, "counts once", asked.id)
        assert len(await office.requests()) == 1
