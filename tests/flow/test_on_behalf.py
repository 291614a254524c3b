"""Access for someone else in Slack: nobody but they are asked until they accept, and whoever asked decides nothing (P3)."""

from bot.demo.actor import text_of, values_of
from bot.demo.cast import ADA
from tests.flow.deeds import (
    WHY,
    buttons,
    card,
    form,
    log_of,
    message,
    more_options,
    newest,
    press,
    said,
    told,
    window,
)
from tests.flow.office import APPROVALS, GENERAL, Office
from tests.flow.test_home import NOTHING_WAITS, home, in_view

FOR_ADA = f"/access warehouse 30m for @ada because {WHY}"


class TestForSomeoneElse:
    async def test_is_theirs_once_they_accept_it(self, office: Office) -> None:
        view = await form(office.grace, FOR_ADA)
        assert values_of(view)["on_behalf"]["on_behalf"]["selected_user"] == ADA
        assert "Edsger" in text_of(view)
        assert await office.grace.submit(view, values_of(view)) == {"ok": True}
        asked = await office.until("proposed")
        await told(office.grace, GENERAL, "Approvers are asked once they accept")
        direct = await office.ada.direct()
        shown = await card(office.ada, direct, asked.id, "Waiting for you to accept", "Requested by")
        assert buttons(shown) == ["Accept", "Decline"]
        assert "requests access for you" in said(shown)
        assert await newest(office.edsger, APPROVALS, asked.id) is None

        await office.ada.press_home(await home(office, office.ada, "Requested for you"), "Accept")
        await office.until("pending")
        await in_view(office, office.ada, NOTHING_WAITS)
        await message(office.grace, await office.grace.direct(), "accepted what you requested for them")
        await card(office.grace, APPROVALS, asked.id, "Requested by")
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await told(office.grace, APPROVALS, "You can't decide your own request")
        await press(office.edsger, APPROVALS, "Approve", asked.id)
        await office.until("active")
        await card(office.ada, direct, asked.id, "Get credentials")
        await message(office.grace, await office.grace.direct(), "Approved", "which you requested for them")
        log = await log_of(office, asked.id)
        assert log.index("access.proposal-accepted") < log.index("access.granted")

    async def test_is_declined_or_taken_back_with_nobody_else_asked(self, office: Office) -> None:
        opened = await form(office.grace, f"/access warehouse 30m because {WHY}")
        view = await more_options(office.grace, opened)
        values = values_of(view)
        values["on_behalf"]["on_behalf"]["selected_user"] = ADA
        assert await office.grace.submit(view, values) == {"ok": True}
        first = await office.until("proposed")
        await press(office.ada, await office.ada.direct(), "Decline", first.id)
        await office.until("withdrawn")
        await message(office.grace, await office.grace.direct(), "declined what you requested for them")
        await card(office.ada, await office.ada.direct(), first.id, "Declined by")

        view = await form(office.grace, f"{FOR_ADA}, again")
        assert await office.grace.submit(view, values_of(view)) == {"ok": True}
        await office.until("proposed")
        await office.quiet()
        await press(office.grace, await office.grace.direct(), "Withdraw", "has to accept")
        assert (await office.until("withdrawn")).declined is False
        assert await newest(office.edsger, APPROVALS, first.id) is None

    async def test_that_nobody_can_be_asked_for_is_said_in_its_field(self, office: Office) -> None:
        view = await form(office.grace, "/access warehouse 30m for @nobody because of that")
        assert "isn't exactly one person here" in text_of(await window(office.grace, "For someone else"))
        values = values_of(view)
        values["on_behalf"]["on_behalf"]["selected_user"] = office.grace.id
        answer = await office.grace.submit(view, values)
        assert "That's you" in answer["errors"]["on_behalf"]
