"""Break-glass in Slack: typed or chosen in the form, announced at once, used, ended, and reviewed by somebody else."""

from bot.demo.actor import Actor as Human
from bot.demo.actor import Json, button, seen, values_of
from tests.flow.deeds import (
    act,
    buttons,
    card,
    filled,
    form,
    log_of,
    message,
    press,
    said,
    submitted,
    token,
    told,
    window,
)
from tests.flow.office import GENERAL, Office
from tests.flow.test_home import home
from workflows.access.state import Access

INCIDENTS = "C06INCIDENTS"
REASON = "the nightly job dropped a table and customers see old prices"
TYPED = f"/access warehouse break-glass 20m because {REASON}"
JUDGED = "read the query log: only the broken job was touched"


async def taken(office: Office, text: str = TYPED) -> Access:
    """Grace takes the warehouse without approval."""
    assert await submitted(office.grace, text) == {"ok": True}
    found = await office.until("active")
    await office.quiet()
    return found


async def reviewed(office: Office, person: Human, subject: str, channel: str = "") -> Json:
    """Press *Justified* on the card, in a direct message unless said, and give a reason."""
    await press(person, channel or await person.direct(), "Justified", subject)
    view = await window(person, "justified?")
    values = {"reason": {"reason": {"type": "plain_text_input", "value": JUDGED}}}
    return await person.submit(view, values)


class TestTaking:
    async def test_gives_access_at_once_and_everybody_is_told(self, office: Office) -> None:
        found = await taken(office)
        announced = await card(office.margaret, INCIDENTS, found.id, "Taken without approval")
        assert REASON in said(announced)
        assert "Revoke" in buttons(announced)
        for person in (office.edsger, office.radia):
            await card(person, await person.direct(), found.id, "Taken without approval", "Review due")
        await message(office.grace, await office.grace.direct(), "You took", "without approval")
        await token(office.grace, await office.grace.direct(), found.id)
        log = await log_of(office, found.id)
        assert "access.break-glass-taken" in log
        assert "access.approved" not in log

    async def test_opens_an_incident_and_says_which(self, office: Office) -> None:
        found = await taken(office)

        async def linked() -> Access | None:
            now = await office.newest()
            return now if now.break_glass and now.break_glass.incident else None

        now: Access = await seen("its incident", linked)
        assert now.break_glass is not None
        assert now.break_glass.incident == "inc-1"
        await card(office.edsger, await office.edsger.direct(), found.id, "inc-1")

    async def test_asks_first_and_says_what_happens(self, office: Office) -> None:
        view = await form(office.grace, TYPED)
        text = str(view["blocks"])
        assert "without approval" in text
        assert "Reviewed by someone else" in text
        assert "#incidents" in text
        assert (await office.requests()) == []

    async def test_is_offered_in_the_form_to_those_who_may(self, office: Office) -> None:
        view = await form(office.grace, f"/access warehouse 1h because {REASON}")
        block, element = button(view["blocks"], "Break glass…")
        where = {"type": "view", "view_id": view["id"]}
        pressed = {"type": "button", "value": element["value"]}
        await act(office.grace, where, block, element["action_id"], pressed, values_of(view))
        changed = await window(office.grace, "You get access at once")
        assert await office.grace.submit(changed, filled(changed)) == {"ok": True}
        found = await office.until("active")
        assert (found.seconds, found.justification) == (1_800, REASON)
        ada = await form(office.ada, f"/access warehouse 1h because {REASON}")
        assert "Break glass" not in str(ada["blocks"])

    async def test_is_refused_to_others_in_the_form(self, office: Office) -> None:
        answer = await submitted(office.ada, TYPED)
        assert "without approval" in str(answer["errors"])
        assert (await office.requests()) == []

    async def test_is_given_while_slack_takes_no_message_and_announced_when_it_does(
        self, office: Office
    ) -> None:
        view = await form(office.grace, TYPED)
        away = {"method": "chat.postMessage", "error": "internal_error", "status": 500, "times": -1}
        await office.fault(fail=away)
        assert await office.grace.submit(view, filled(view)) == {"ok": True}
        found = await office.until("active")
        assert "access.break-glass-taken" in await log_of(office, found.id)
        await office.fault(heal=True)
        await card(office.edsger, await office.edsger.direct(), found.id, "Taken without approval")

    async def test_twice_at_once_is_refused(self, office: Office) -> None:
        await taken(office)
        answer = await submitted(office.grace, f"{TYPED}, again")
        assert "already taken" in str(answer["errors"])


class TestTheReview:
    async def test_is_given_from_the_announcement_when_it_has_ended(self, office: Office) -> None:
        found = await taken(office)
        await press(office.grace, await office.grace.direct(), "Give back", found.id)
        await office.until("ended")
        await office.quiet()
        assert await reviewed(office, office.edsger, found.id) == {"ok": True}
        await office.quiet()
        await message(office.grace, await office.grace.direct(), "Justified", JUDGED)
        shown = await card(
            office.radia, await office.radia.direct(), found.id, "Taken without approval", "Justified"
        )
        assert JUDGED in said(shown)
        assert buttons(shown) == []

    async def test_is_never_given_by_whoever_took_it(self, office: Office) -> None:
        found = await taken(office)
        await press(office.grace, await office.grace.direct(), "Give back", found.id)
        await office.until("ended")
        await office.quiet()
        await home(office, office.edsger, "To review")
        assert "To review" not in str(await home(office, office.grace, "Your access"))
        assert "errors" in await reviewed(office, office.grace, found.id, INCIDENTS)

    async def test_overdue_blocks_the_next_and_the_channel_sees_it(self, office: Office) -> None:
        found = await taken(office)
        await office.forward(hours=26)

        async def late() -> bool:
            now = await office.newest()
            return bool(now.break_glass and now.break_glass.overdue)

        await seen("the review is overdue", late)
        await office.quiet()
        await message(office.grace, await office.grace.direct(), "so you can't use break-glass again")
        await message(office.margaret, INCIDENTS, "Review overdue")
        answer = await submitted(office.grace, f"{TYPED}, once more")
        assert "past the review deadline" in str(answer["errors"])
        assert await reviewed(office, office.edsger, found.id) == {"ok": True}
        await submitted(office.grace, f"{TYPED}, after the review")
        await office.until("active")


async def test_help_says_how(office: Office) -> None:
    await office.grace.command("/access help", GENERAL)
    await told(office.grace, GENERAL, "break-glass")
