"""Approving for less and asking back, as people see it: from Details to what the requester accepts or answers."""

from bot.demo.actor import Actor as Human
from bot.demo.actor import Json, button, text_of
from tests.flow.conftest import Sharing
from tests.flow.deeds import (
    act,
    ask,
    buttons,
    card,
    log_of,
    message,
    newest,
    press,
    press_as_shown,
    said,
    token,
    window,
)
from tests.flow.office import APPROVALS, Office
from tests.flow.test_deciding import WRITE
from tests.flow.test_home import home
from tests.flow.test_threads import thread

CHURN = "Only the churn tables & nothing <else>, please."


async def press_in_details(person: Human, channel: str, subject: str, label: str) -> None:
    """Open Details on the newest card of the subject, and press a button in it."""
    await press_as_shown(person, channel, await card(person, channel, subject), "Details")
    await press_in_window(person, label)


async def press_in_window(person: Human, label: str) -> None:
    view = await window(person, label)
    block, element = button(view["blocks"], label)
    where = {"type": "view", "view_id": view["id"]}
    await act(person, where, block, element["action_id"], {"type": "button", "value": element["value"]})


async def fill_in(person: Human, title: str, **typed: str) -> Json:
    """Fill in the fields of the window with these words, and submit it; Slack's answer."""
    view = await window(person, title)
    values = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in typed.items()}
    return await person.submit(view, values)


async def approve_for_less(office: Office, subject: str, duration: str, condition: str = "") -> Json:
    """Grace approves it for less."""
    await press_in_details(office.grace, APPROVALS, subject, "Approve for less…")
    return await fill_in(office.grace, "What you take off", duration=duration, condition=condition)


class TestApprovedForLess(Sharing):
    async def test_a_shorter_time_is_granted_at_once(self, office: Office) -> None:
        asked = await ask(office)
        assert await approve_for_less(office, asked.id, "20m") == {"ok": True}
        await office.until("active")
        shown = await card(office.ada, await office.ada.direct(), asked.id, "20 minutes")
        assert "Get credentials" in buttons(shown)
        grant = (await office.newest()).grant
        assert grant
        assert (grant.ends_at - grant.starts_at).total_seconds() == 1_200
        await token(office.ada, await office.ada.direct(), asked.id)

    async def test_a_condition_waits_until_its_requester_accepts_it(self, office: Office) -> None:
        asked = await ask(office)
        await approve_for_less(office, asked.id, "30m", CHURN)
        direct = await office.ada.direct()
        told = await message(office.ada, direct, "with a condition to accept first")
        assert "30 minutes instead of 1 hour" in said(told)
        assert "Only the churn tables &amp; nothing &lt;else&gt;" in said(told)
        assert buttons(told) == ["Accept", "Withdraw"]
        shown = await card(office.edsger, APPROVALS, asked.id, "to accept the condition")
        assert buttons(shown) == ["Deny"]
        assert (await office.newest()).grant is None

        await office.ada.press(direct, told, "Accept")
        await office.until("active")
        await message(office.ada, direct, "is approved", "Only the churn tables")
        log = await log_of(office, asked.id)
        assert log.index("access.conditions-accepted") < log.index("access.granted")

    async def test_conditions_that_fit_on_no_card_are_accepted_where_all_of_them_are_shown(
        self, office: Office
    ) -> None:
        asked = await ask(office, WRITE)
        assert await approve_for_less(office, asked.id, "20m", f"First {'&' * 289} last") == {"ok": True}
        await press_in_details(office.radia, APPROVALS, asked.id, "Approve for less…")
        assert await fill_in(
            office.radia, "What you take off", duration="20m", condition=f"Then {'&' * 290} end"
        ) == {"ok": True}
        direct = await office.ada.direct()
        shown = await card(office.ada, direct, asked.id, "more to read than fits here")
        assert "last" not in said(shown)
        await press_as_shown(office.ada, direct, shown, "Accept")
        view = await window(office.ada, "You accept them once", "&amp; last", "&amp; end")
        assert (await office.newest()).accepted is None
        assert await office.ada.submit(view, {}) == {"ok": True}
        await office.until("active")

    async def test_a_condition_declined_ends_the_request(self, office: Office) -> None:
        asked = await ask(office)
        await approve_for_less(office, asked.id, "1 hour", CHURN)
        direct = await office.ada.direct()
        await message(office.ada, direct, "with a condition to accept first")
        await press(office.ada, direct, "Withdraw", asked.id, "waiting for you to accept")
        await office.until("withdrawn")
        await card(office.grace, APPROVALS, asked.id, "conditions not accepted")

    async def test_what_is_not_less_is_said_in_its_field(self, office: Office) -> None:
        asked = await ask(office)
        answer = await approve_for_less(office, asked.id, "1 hour")
        assert "press Approve instead" in answer["errors"]["duration"]
        answer = await fill_in(office.grace, "What you take off", duration="2 hours")
        assert "1 hour at most" in answer["errors"]["duration"]
        answer = await fill_in(office.grace, "What you take off", duration="soon")
        assert "isn't a duration" in answer["errors"]["duration"]
        assert (await office.newest()).reviews == ()

    async def test_is_offered_to_nobody_who_does_not_decide(self, office: Office) -> None:
        asked = await ask(office)
        direct = await office.ada.direct()
        await press_as_shown(office.ada, direct, await card(office.ada, direct, asked.id), "Details")
        theirs = text_of(await window(office.ada, asked.id))
        assert "Approve for less…" not in theirs
        assert "Ask a question" not in theirs


class TestTheHomeTab:
    async def test_offers_to_accept_only_what_it_shows(self, office: Office) -> None:
        asked = await ask(office)
        await approve_for_less(office, asked.id, "30m", CHURN)
        view = await home(office, office.ada, "Only the churn tables")
        await office.ada.press_home(view, "Accept")
        await office.until("active")


class TestAQuestion(Sharing):
    async def test_reaches_the_requester_and_its_answer_whoever_asked(self, office: Office) -> None:
        asked = await ask(office)
        await press_in_details(office.grace, APPROVALS, asked.id, "Ask a question")
        assert await fill_in(office.grace, "Question", text="Which tables, <@U03EDSGER>?") == {"ok": True}
        direct = await office.ada.direct()
        told = await message(office.ada, direct, "has a question about your request", "Which tables")
        await office.ada.press(direct, told, "Answer")
        assert await fill_in(office.ada, "Which tables", text="The *churn* tables.") == {"ok": True}
        await message(
            office.grace, await office.grace.direct(), "answered your question", "The *churn* tables."
        )
        shown = await card(office.grace, APPROVALS, asked.id)
        assert "Approve" in buttons(shown)
        await press_as_shown(office.grace, APPROVALS, shown, "Details")
        assert "Answer: The *churn* tables." in text_of(await window(office.grace, "Which tables"))
        log = await log_of(office, asked.id)
        assert log[-2:] == ["access.question-asked", "access.question-answered"]

    async def test_is_told_in_the_thread_of_the_approvers(self, office: Office) -> None:
        asked = await ask(office)
        await press_in_details(office.grace, APPROVALS, asked.id, "Ask a question")
        await fill_in(office.grace, "Question", text="Which tables?")
        shown = await card(office.edsger, APPROVALS, asked.id)
        (told,) = await thread(office.edsger, APPROVALS, shown, 1)
        assert told == "Grace Hopper asked the requester a question\nQuestion: Which tables?"

    async def test_decided_meanwhile_it_is_said_where_it_was_typed(self, office: Office) -> None:
        asked = await ask(office)
        await press_in_details(office.grace, APPROVALS, asked.id, "Ask a question")
        await press(office.edsger, APPROVALS, "Approve", asked.id)
        await office.until("active")
        answer = await fill_in(office.grace, "Question", text="Which tables?")
        assert "already active" in answer["errors"]["text"]
        assert await newest(office.ada, await office.ada.direct(), "has a question") is None
