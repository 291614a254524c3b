"""How a request is decided, what its cards say in each state and place, and which clicks are refused."""

import asyncio

from bot.demo.actor import Json, button, text_of
from bot.demo.cast import BARBARA, MARGARET
from bot.slack.access.texts import AUTOMATIC, EXPIRED
from bot.slack.texts import TAKEN_BACK
from tests.flow.conftest import OpenOffice, Sharing
from tests.flow.deeds import (
    WHY,
    act,
    approve_what_is_risky,
    ask,
    buttons,
    card,
    confirm,
    give_reason,
    granted,
    log_of,
    message,
    press,
    press_as_shown,
    said,
    submitted,
    told,
    window,
)
from tests.flow.office import APPROVALS, Office
from tests.flow.test_asking import LONG_WHY, days_until
from workflows.access.refusals import NOT_YOURS_TO_WITHDRAW, OWN_REQUEST
from workflows.access.state import Access
from workflows.text import REST

WRITE = "/access warehouse-write 30m DATA-42 because the import was cut short"


async def cards_of(office: Office, asked: Access, *words: str) -> dict[str, Json]:
    """The request's card in each place that should have one, as soon as it says these words."""
    places = {
        "requester": (office.ada, await office.ada.direct()),
        "channel": (office.grace, APPROVALS),
        "grace": (office.grace, await office.grace.direct()),
        "edsger": (office.edsger, await office.edsger.direct()),
    }
    return {name: await card(*place, asked.id, *words) for name, place in places.items()}


class TestAPendingRequest(Sharing):
    async def test_shows_who_what_where_how_long_and_why_with_the_buttons_of_each_place(
        self, office: Office
    ) -> None:
        cards = await cards_of(office, await ask(office))
        for shown in cards.values():
            text = said(shown)
            assert "Read the feature warehouse" in text
            assert "1h · production · moderate risk" in text
            assert f"“{WHY}”" in text
            assert "Waiting for <@U02GRACE> or <@U03EDSGER> until <!date^" in text
        assert buttons(cards["requester"]) == ["Withdraw"]
        assert all(buttons(cards[place]) == ["Approve", "Deny"] for place in ("channel", "grace", "edsger"))
        assert "*You →" in said(cards["requester"])
        assert f"*<@{office.ada.id}> →" in said(cards["channel"])

    async def test_has_rule_policy_and_ids_under_details(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press_as_shown(office.grace, APPROVALS, shown, "Details")
        text = text_of(await window(office.grace, asked.id))
        for words in ("`warehouse` on Feature warehouse", "feature-warehouse.yaml:", asked.terms.digest[:12]):
            assert words in text
            assert words not in text_of(shown)

    async def test_goes_to_nobody_else(self, office: Office) -> None:
        asked = await ask(office)
        await office.quiet()
        for id in (BARBARA, MARGARET, office.radia.id):
            person = office.person(id)
            assert await person.messages(await person.direct()) == []
        assert len(await office.radia.messages(APPROVALS)) == 1
        assert await log_of(office, asked.id) == ["access.requested"]


class TestAnApproval(Sharing):
    async def test_makes_the_grant_and_every_card_says_so_without_its_buttons(self, office: Office) -> None:
        asked = await granted(office)
        cards = await cards_of(office, asked, "Approved by <@U02GRACE>", "active until")
        assert buttons(cards["requester"]) == ["Get credentials", "Extend", "Give back"]
        assert all(buttons(cards[place]) == ["Revoke"] for place in ("channel", "grace", "edsger"))
        assert all("active until <!date^" in said(shown) for shown in cards.values())

    async def test_tells_the_requester_who_approved_and_until_when(self, office: Office) -> None:
        await granted(office)
        note = await message(office.ada, await office.ada.direct(), "is approved by <@U02GRACE>")
        assert buttons(note) == ["Get credentials"]

    async def test_is_on_record_with_who_and_under_which_policy(self, office: Office) -> None:
        asked = await granted(office)
        assert await log_of(office, asked.id) == [
            "access.requested",
            "access.reviewed",
            "access.approved",
            "access.granted",
        ]
        reviewed = next(leaf for leaf in await office.log() if leaf.action == "access.reviewed")
        assert (reviewed.actor, reviewed.surface) == (office.grace.id, "slack")
        assert reviewed.policy == office.daypass.known.bundle.digest
        assert reviewed.facts["seen"]["reviewer_groups"] == ["data-owners"]

    async def test_on_a_reason_that_the_card_cuts_is_confirmed_where_all_of_it_stands(
        self, office: Office
    ) -> None:
        why = f"{WHY}; {'and more ' * 20}to be read before it is approved"
        asked = await ask(office, justification=why)
        assert REST in said(await card(office.grace, APPROVALS, asked.id))
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await window(office.grace, "to be read before it is approved")
        assert (await office.newest()).status == "pending"
        await confirm(office.grace)
        await office.until("active")


class TestADenial(Sharing):
    async def test_asks_for_a_reason_that_the_requester_reads(self, office: Office) -> None:
        asked = await ask(office)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        assert await give_reason(office.grace, "use the sample & ask <me>") == {"ok": True}
        cards = await cards_of(
            office, asked, "Denied by <@U02GRACE>", "Reason: use the sample &amp; ask &lt;me&gt;"
        )
        assert all(buttons(shown) == [] for shown in cards.values())
        note = await message(office.ada, await office.ada.direct(), "denied your request")
        assert "Reason: use the sample &amp; ask &lt;me&gt;" in said(note)

    async def test_without_a_reason_is_none(self, office: Office) -> None:
        asked = await ask(office)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        assert "reason" in (await give_reason(office.grace, ""))["errors"]
        assert (await office.newest()).status == "pending"

    async def test_that_comes_too_late_says_so_in_the_window(self, office: Office) -> None:
        asked = await ask(office)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        await press(office.edsger, APPROVALS, "Approve", asked.id)
        answer = await give_reason(office.grace, "rather not")
        assert "already active" in answer["errors"]["reason"]
        assert (await office.newest()).status == "active"


class TestWithdrawing(Sharing):
    async def test_ends_the_request_and_every_card_says_so(self, office: Office) -> None:
        asked = await ask(office)
        await press(office.ada, await office.ada.direct(), "Withdraw", asked.id)
        cards = await cards_of(office, asked, "Withdrawn")
        assert all(buttons(shown) == [] for shown in cards.values())


class TestWhatNeedsNobody(Sharing):
    async def test_is_granted_at_once_and_shown_to_the_requester_alone(self, office: Office) -> None:
        asked = await ask(office, f"/access sample 15m because {WHY}")
        shown = await card(office.ada, await office.ada.direct(), asked.id, "active until")
        assert AUTOMATIC in said(shown)
        assert buttons(shown) == ["Get credentials", "Extend", "Give back"]
        await office.quiet()
        assert await office.grace.messages(APPROVALS) == []


class TestTwoStages(Sharing):
    async def test_are_both_needed_and_the_card_says_who_is_still_missing(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        shown = await card(office.radia, APPROVALS, asked.id, "Waiting for data-owners and security until")
        assert "high risk · DATA-42" in said(shown)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        shown = await card(office.radia, APPROVALS, asked.id, "Approved by <@U02GRACE>")
        assert "waiting for <@U04RADIA> until" in said(shown).replace("W", "w")
        assert "EDSGER" not in said(shown)
        assert (await office.newest()).status == "pending"
        await approve_what_is_risky(office.radia, await office.radia.direct(), asked.id)
        await office.until("active")
        await card(office.radia, APPROVALS, asked.id, "Approved by <@U02GRACE> and <@U04RADIA>")

    async def test_count_one_person_once(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await confirm(office.grace)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await told(office.grace, APPROVALS, "You've approved this", "<@U04RADIA>")
        await office.quiet()
        assert (await office.newest()).status == "pending"
        assert len((await office.newest()).reviews) == 1

    async def test_forget_an_approval_that_is_taken_back(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        shown = await card(office.grace, APPROVALS, asked.id)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        answer = await told(office.grace, APPROVALS, "You've approved this", "Take back")
        await press_as_shown(office.grace, APPROVALS, answer, "Take back")
        await told(office.grace, APPROVALS, TAKEN_BACK)
        await card(office.radia, APPROVALS, asked.id, "data-owners and security")
        assert (await log_of(office, asked.id))[-1] == "access.review-withdrawn"
        await approve_what_is_risky(office.radia, APPROVALS, asked.id)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        await office.until("active")

    async def test_show_whoever_approved_the_way_back_under_details_and_to_nobody_else(
        self, office: Office
    ) -> None:
        asked = await ask(office, WRITE)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        shown = await card(office.radia, APPROVALS, asked.id, "Approved by <@U02GRACE>")
        await press_as_shown(office.radia, APPROVALS, shown, "Details")
        theirs = await window(office.radia, asked.id)
        assert "Take back" not in text_of(theirs)
        await press_as_shown(office.grace, APPROVALS, shown, "Details")
        view = await window(office.grace, "You've approved this.")
        block, element = button(view["blocks"], "Take back")
        where = {"type": "view", "view_id": view["id"]}
        await act(
            office.grace, where, block, element["action_id"], {"type": "button", "value": element["value"]}
        )
        await window(office.grace, TAKEN_BACK)
        assert (await office.newest()).reviews == ()

    async def test_end_with_the_first_denial(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        await press(office.radia, APPROVALS, "Deny", asked.id, "Approved by")
        await give_reason(office.radia, "not before the audit")
        await card(office.ada, await office.ada.direct(), asked.id, "Denied by <@U04RADIA>")


class TestPersonalData:
    async def test_takes_two_stages_on_a_weekday(self, open_office: OpenOffice) -> None:
        async with open_office(ahead=days_until(2)) as office:
            asked = await ask(office, f"/access pii 20m because {LONG_WHY}")
            assert ":red_circle: critical risk" in said(await card(office.radia, APPROVALS, asked.id))


class TestTimeWithoutADecision:
    async def test_escalates_to_others_who_then_may_decide(self, office: Office) -> None:
        asked = await ask(office)
        margaret = office.person(MARGARET)
        await office.quiet()
        assert await margaret.messages(await margaret.direct()) == []
        await office.forward(minutes=31)
        shown = await card(office.grace, APPROVALS, asked.id, "escalated")
        assert "1 more" in said(shown)
        await press(margaret, await margaret.direct(), "Approve", asked.id)
        await office.until("active")

    async def test_lapses_and_the_requester_hears_of_it(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.forward(hours=4, seconds=1)
        await office.until("lapsed")
        await message(office.ada, await office.ada.direct(), "expired with no response")
        cards = await cards_of(office, asked, EXPIRED)
        assert all(buttons(one) == [] for one in cards.values())
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await told(office.grace, APPROVALS, "already expired")
        assert (await log_of(office, asked.id))[-2:] == ["access.lapsed", f"decided by {office.grace.id}"]

    async def test_a_click_after_the_lapse_but_before_the_clockwork_finds_it_lapsed(
        self, office: Office
    ) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.daypass.clockwork.stop()
        office.clock.ahead += asked.lapses_at - asked.asked_at
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await told(office.grace, APPROVALS, "expired before your click")
        assert (await office.newest()).status == "lapsed"


class TestAClickIsRefused(Sharing):
    """Each gets a sentence that only they see, each is on record, and nothing changes."""

    async def refused(self, office: Office, who: str, sentence: str, code: str) -> None:
        asked = await ask(office)
        shown = await card(office.radia, APPROVALS, asked.id)
        await office.quiet()
        before = (await office.newest()).model_dump()
        person = office.person(who)
        await press_as_shown(person, APPROVALS, shown, "Approve")
        await told(person, APPROVALS, sentence)
        assert (await office.newest()).model_dump() == before
        assert await log_of(office, asked.id) == ["access.requested", f"{code} by {who}"]
        await office.quiet()
        assert len([one for one in await office.radia.messages(APPROVALS) if not one["ephemeral"]]) == 1

    async def test_by_somebody_who_may_not_decide(self, office: Office) -> None:
        await self.refused(office, office.radia.id, "not an approver", "not-an-approver")

    async def test_by_the_requester_herself(self, office: Office) -> None:
        assert await submitted(office.grace, f"/access warehouse 1h because {WHY}") == {"ok": True}
        asked = await office.newest()
        shown = await card(office.edsger, APPROVALS, asked.id)
        assert "Waiting for <@U03EDSGER>" in said(shown)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await told(office.grace, APPROVALS, OWN_REQUEST.sentence)
        assert (await office.newest()).status == "pending"
        assert await log_of(office, asked.id) == ["access.requested", f"own-request by {office.grace.id}"]

    async def test_that_comes_too_late_and_its_card_is_drawn_again(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.edsger, APPROVALS, asked.id)
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await card(office.edsger, APPROVALS, asked.id, "active until")
        await press_as_shown(office.edsger, APPROVALS, shown, "Approve")
        await told(office.edsger, APPROVALS, "already active")
        assert len((await office.newest()).reviews) == 1
        assert (await log_of(office, asked.id))[-1] == f"decided by {office.edsger.id}"

    async def test_to_withdraw_what_somebody_else_asked_for(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.ada, await office.ada.direct(), asked.id)
        value = button(shown["blocks"], "Withdraw")[1]["value"]
        theirs = await card(office.grace, APPROVALS, asked.id)
        forged = {"type": "button", "value": value}
        where = {"type": "message", "channel": APPROVALS, "ts": theirs["ts"]}
        await act(office.grace, where, button(theirs["blocks"], "Approve")[0], "access.withdraw", forged)
        await told(office.grace, APPROVALS, NOT_YOURS_TO_WITHDRAW.sentence)
        assert (await office.newest()).status == "pending"


class TestOneOutcome(Sharing):
    """Slack redelivers, people double-click, two approvers decide at the same moment."""

    async def granted_once(self, office: Office, asked: Access) -> None:
        await office.until("active")
        await office.quiet()
        log = await log_of(office, asked.id)
        assert log.count("access.granted") == 1
        direct = await office.ada.direct()
        notes = [one for one in await office.ada.messages(direct) if "is approved" in said(one)]
        assert len(notes) == 1
        assert len([one for one in await office.ada.messages(direct) if asked.id in said(one)]) == 1

    async def test_of_a_double_click(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await asyncio.gather(*(press_as_shown(office.grace, APPROVALS, shown, "Approve") for _ in range(3)))
        await self.granted_once(office, asked)
        assert len((await office.newest()).reviews) == 1

    async def test_of_a_click_that_slack_delivers_three_times(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.fault(redeliver=2)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await self.granted_once(office, asked)
        assert (await log_of(office, asked.id))[1:] == [
            "access.reviewed",
            "access.approved",
            "access.granted",
        ]

    async def test_of_two_approvers_in_the_same_moment(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await asyncio.gather(
            press_as_shown(office.grace, APPROVALS, shown, "Approve"),
            press_as_shown(office.edsger, APPROVALS, shown, "Approve"),
        )
        await self.granted_once(office, asked)
        assert len((await office.newest()).reviews) == 1

    async def test_of_an_approval_and_a_withdrawal_in_the_same_moment(self, office: Office) -> None:
        asked = await ask(office)
        mine = await card(office.ada, await office.ada.direct(), asked.id)
        theirs = await card(office.grace, APPROVALS, asked.id)
        await asyncio.gather(
            press_as_shown(office.ada, await office.ada.direct(), mine, "Withdraw"),
            press_as_shown(office.grace, APPROVALS, theirs, "Approve"),
        )
        await office.quiet()
        log = await log_of(office, asked.id)
        assert ("access.withdrawn" in log) != ("access.granted" in log)
