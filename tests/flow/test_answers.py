"""Whoever clicks or types gets an answer, whatever Slack does with the window."""

from typing import Any

from bot.demo.actor import Actor, seen, values_of
from bot.slack.access.form import WHAT
from tests.flow.conftest import Sharing
from tests.flow.deeds import act, ask, card, form, message, press_as_shown, said
from tests.flow.office import APPROVALS, GENERAL, Office

NO_WINDOW: dict[str, dict[str, Any]] = {
    "the trigger has expired": {"error": "expired_trigger_id"},
    "the token is revoked": {"error": "token_revoked"},
    "a scope is missing": {"error": "missing_scope", "needed": "commands"},
    "too many calls": {"error": "ratelimited", "retry_after": 30},
    "an error of Slack's own": {"error": "internal_error", "status": 500},
    "a page of HTML": {"html": "<h1>Bad gateway</h1>"},
    "an empty answer": {"body": "", "status": 503},
    "a reset connection": {"reset": True},
    "a reset connection after the deed": {"when": "after"},
    "no answer in time": {"delay": 9.0},
}


async def answers(person: Actor, channel: str) -> int:
    """How often the person has been told that they may have no window."""
    found = [said(one) for one in await person.messages(channel)]
    return sum("open the window" in words or "opened the window" in words for words in found)


async def told_once_more(person: Actor, channel: str, before: int, why: str) -> None:
    async def more() -> bool:
        return await answers(person, channel) > before

    await seen(f"an answer when {why}", more)


class TestNoWindow:
    async def test_whoever_typed_is_told_where_they_typed(self, office: Office) -> None:
        for why, fault in NO_WINDOW.items():
            before = await answers(office.ada, GENERAL)
            await office.fault(fail={"method": "views.open", "times": -1, **fault})
            await office.ada.command("/access warehouse", GENERAL)
            await told_once_more(office.ada, GENERAL, before, why)
            await office.fault(heal=True)

    async def test_whoever_pressed_is_told_beside_the_card(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        for why in ("the trigger has expired", "too many calls", "a reset connection"):
            fault = NO_WINDOW[why]
            before = await answers(office.grace, APPROVALS)
            await office.fault(fail={"method": "views.open", "times": -1, **fault})
            await press_as_shown(office.grace, APPROVALS, shown, "Deny")
            await told_once_more(office.grace, APPROVALS, before, why)
            await office.fault(heal=True)


class TestAWindow(Sharing):
    async def test_that_was_not_refreshed_is_told(self, office: Office) -> None:
        """What it shows may be out of date: who would be asked, and what stands against it."""
        view = await form(office.ada, "/access")
        await office.fault(fail={"method": "views.update", "error": "internal_error", "status": 500})
        where = {"type": "view", "view_id": view["id"]}
        chosen = {"type": "external_select", "selected_option": {"value": "warehouse"}}
        await act(office.ada, where, WHAT, WHAT, chosen, values_of(view))
        await message(office.ada, await office.ada.direct(), "didn't refresh the window")

    async def test_that_was_closed_meanwhile_is_nothing_to_tell(self, office: Office) -> None:
        view = await form(office.ada, "/access")
        await office.fault(fail={"method": "views.update", "error": "not_found"})
        where = {"type": "view", "view_id": view["id"]}
        chosen = {"type": "external_select", "selected_option": {"value": "warehouse"}}
        await act(office.ada, where, WHAT, WHAT, chosen, values_of(view))

        async def refused() -> bool:
            return [one.error for one in office.calls if one.method == "views.update"] == ["not_found"]

        await seen("the refusal", refused)
        assert await office.ada.messages(await office.ada.direct()) == []
