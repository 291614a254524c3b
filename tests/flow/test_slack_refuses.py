"""Slack refuses for a while, by word, place and time: nothing is lost, nothing stands twice, and an operator is told."""

from typing import Any

from bot.cli.operator import read_status
from bot.demo.actor import seen
from bot.demo.cast import ADA, EDSGER, MARGARET
from bot.slack.texts import NOTHING_WAITS
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import (
    WHY,
    ask,
    buttons,
    card,
    filled,
    form,
    message,
    not_ready,
    press,
    press_as_shown,
    said,
)
from tests.flow.office import ALARMS, APPROVALS, AUDIT, GENERAL, Office, fault
from tests.flow.test_home import in_view
from tests.flow.test_incidents import crewed, declared, files, now, pressed
from workflows.system.alarms import ClearAlarm, RaiseAlarm, alarm_id
from workflows.workflow import CLOCKWORK

STRANGE = "a_word_that_nobody_knows"
BOT = "U00DAYPASS"


async def refuse(office: Office, method: str, error: str | None = None, **more: Any) -> None:
    """Until it is healed."""
    force = error == STRANGE
    await office.fault(fail={"method": method, "error": error, "times": -1, "force": force, **more})


def drawn(word: str) -> str:
    """As a card says it: no style begins in the middle of a word."""
    return word.replace("_", "_\u2060")


async def heal(office: Office) -> None:
    await office.fault(heal=True)


async def tried(office: Office, words: str) -> None:
    """Return when an attempt has failed with these words."""

    async def failed() -> bool:
        errors = [effect.last_error or "" for effect in await office.daypass.reads.open_effects()]
        return any(words in error for error in errors)

    await seen(f"an attempt that failed with {words}", failed)


async def once(office: Office, channel: str, words: str) -> None:
    await office.quiet()
    found = [one for one in await office.radia.messages(channel) if words in said(one)]
    assert len(found) == 1, [said(one) for one in found]


async def raise_alarm(office: Office, sentence: str = "Vault has a lease that nobody knows.") -> str:
    subject = alarm_id(sentence)
    await office.daypass.ledger.handle(RaiseAlarm(subject, sentence, sentence), CLOCKWORK, "clockwork")
    return sentence


async def ready(office: Office) -> bool:
    return not await not_ready(office)


async def unready(office: Office, *words: str) -> str:
    async def said() -> str | None:
        reason = (await not_ready(office)).get("slack", "")
        return reason if all(word in reason for word in words) else None

    found: str = await seen(f"readiness says {words}", said)
    return found


class TestATokenThatSlackRefuses:
    async def test_is_named_by_readiness_and_nothing_is_lost(self, office: Office) -> None:
        word = "account_inactive"
        view = await form(office.ada, f"/access warehouse 1h because {WHY}")
        await refuse(office, "*", word)
        assert await office.ada.submit(view, filled(view)) == {"ok": True}
        await tried(office, word)
        assert "token" in await unready(office, word)
        await heal(office)
        asked = await office.newest()
        await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
        await seen("Daypass is ready again", lambda: ready(office))
        await message(office.radia, ALARMS, "Over:", drawn(word))
        await once(office, APPROVALS, asked.id)


class TestWhatWasGivenUp:
    async def test_is_drawn_again_when_daypass_starts(self, open_office: OpenOffice) -> None:
        async with open_office(slack_pace=1e-6) as office:
            await refuse(office, "chat.postMessage", "restricted_action", place=APPROVALS)
            asked = await ask(office)

            async def given_up() -> bool:
                found = await office.daypass.reads.open_effects()
                return any(one.subject == asked.id and one.status == "failed" for one in found)

            await seen("the card given up", given_up)
            page = office.page
        await fault(page, heal=True)
        async with open_office() as office:
            await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
            await once(office, APPROVALS, asked.id)


class TestAMissingScope:
    async def test_is_named_by_readiness_and_status_and_the_card_comes_later(self, office: Office) -> None:
        await refuse(office, "chat.postMessage", "missing_scope", needed="chat:write")
        asked = await ask(office)
        assert "chat.postMessage" in await unready(office, "missing_scope", "scope chat:write")

        async def alarmed() -> bool:
            return any("chat:write" in one for one in (await read_status(office.settings)).sentences)

        await seen("status says so", alarmed)
        await heal(office)
        await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
        await seen("Daypass is ready again", lambda: ready(office))


class TestAChannelThatSlackRefuses:
    async def test_gets_its_card_when_it_can_be_used_again(self, office: Office) -> None:
        word = "not_in_channel"
        await refuse(office, "chat.postMessage", word, place=APPROVALS)
        asked = await ask(office)
        await card(office.ada, await office.ada.direct(), asked.id)
        told = await message(office.radia, ALARMS, "#access-approvals", drawn(word))
        assert any(word in one for one in (await read_status(office.settings)).sentences)
        assert await ready(office)
        await heal(office)
        await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
        await message(office.radia, ALARMS, "Over:", drawn(word))
        await office.quiet()
        about = [one for one in await office.radia.messages(ALARMS) if "#access-approvals" in said(one)]
        assert [one["ts"] for one in about] == [told["ts"]]

    async def test_is_used_again_as_soon_as_daypass_is_invited_back(self, open_office: OpenOffice) -> None:
        async with open_office(slack_pace=0.2) as office:
            await office.fault(channels={APPROVALS: {"leave": [BOT]}})
            asked = await ask(office)
            await message(office.radia, ALARMS, "#access-approvals", drawn("not_in_channel"))
            await office.fault(channels={APPROVALS: {"join": [BOT]}})
            await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
            await once(office, APPROVALS, asked.id)

    async def test_is_another_by_the_same_name_once_it_is_archived(self, office: Office) -> None:
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await office.fault(channels={APPROVALS: {"archived": True, "name": "access-approvals-old"}})
        await office.fault(channels={GENERAL: {"name": "access-approvals", "join": [BOT]}})
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        await card(office.grace, GENERAL, asked.id, "Approved by")

    async def test_is_told_at_start_before_anybody_needs_it(self, open_office: OpenOffice) -> None:
        async with open_office() as office:
            page = office.page
        await fault(page, channels={AUDIT: {"archived": True}})
        async with open_office() as office:
            await message(office.radia, ALARMS, "#access-audit")

    async def test_keeps_no_stale_card(self, office: Office) -> None:
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await refuse(office, "chat.update", "is_inactive", place=APPROVALS)
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        await message(office.ada, await office.ada.direct(), "is approved")
        await heal(office)
        shown = await card(office.grace, APPROVALS, asked.id, "Approved by")
        assert "Approve" not in buttons(shown)
        await once(office, APPROVALS, asked.id)


class TestAnAlarm:
    async def test_waits_for_its_channel_and_reaches_the_operators_meanwhile(self, office: Office) -> None:
        await refuse(office, "chat.postMessage", STRANGE, place=ALARMS)
        sentence = await raise_alarm(office)
        direct = await office.radia.direct()
        await message(office.radia, direct, sentence)
        await heal(office)
        await message(office.radia, ALARMS, sentence)
        await office.daypass.ledger.handle(ClearAlarm(alarm_id(sentence)), CLOCKWORK, "clockwork")
        await message(office.radia, direct, "Over:", sentence)
        await once(office, ALARMS, sentence)


class TestAnAnswerThatIsLost:
    async def test_doubles_no_card(self, office: Office) -> None:
        await office.fault(fail={"method": "chat.postMessage", "when": "after", "times": 3})
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id)
        await once(office, APPROVALS, asked.id)
        direct = await office.ada.messages(await office.ada.direct())
        assert [asked.id in said(one) for one in direct].count(True) == 1

    async def test_doubles_none_that_replaces_a_deleted_one(self, office: Office) -> None:
        asked = await ask(office)
        posted = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        assert (await office.api("chat.delete", channel=APPROVALS, ts=posted["ts"]))["ok"]
        await office.fault(fail={"method": "chat.postMessage", "when": "after", "place": APPROVALS})
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        await card(office.grace, APPROVALS, asked.id, "Approved by")
        await once(office, APPROVALS, asked.id)


class TestACardThatCantBeChangedAnyMore:
    async def test_is_replaced_and_gone(self, office: Office) -> None:
        asked = await ask(office)
        first = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await refuse(office, "chat.update", "cant_update_message", place=APPROVALS)
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        second = await card(office.grace, APPROVALS, asked.id, "Approved by")
        assert second["ts"] != first["ts"]
        await once(office, APPROVALS, asked.id)

    async def test_is_gone_though_slack_failed_at_deleting_it_at_first(self, office: Office) -> None:
        asked = await ask(office)
        first = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await refuse(office, "chat.update", "cant_update_message", place=APPROVALS)
        await office.fault(fail={"method": "chat.delete", "error": "internal_error", "place": APPROVALS})
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        second = await card(office.grace, APPROVALS, asked.id, "Approved by")
        assert second["ts"] != first["ts"]
        assert "Use this card" not in said(second)
        await once(office, APPROVALS, asked.id)

    async def test_is_named_by_the_new_one_where_it_stays_and_a_click_on_it_is_answered(
        self, office: Office
    ) -> None:
        asked = await ask(office)
        first = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await refuse(office, "chat.update", "edit_window_closed", place=APPROVALS)
        await refuse(office, "chat.delete", "cant_delete_message", place=APPROVALS)
        await press(office.ada, await office.ada.direct(), "Withdraw", asked.id)
        await card(office.grace, APPROVALS, asked.id, "Use this card", "ithdrawn")
        await press_as_shown(office.grace, APPROVALS, first, "Approve")
        answer = await message(office.grace, APPROVALS, "already withdrawn")
        assert answer["ephemeral"]
        assert "isn't as Daypass posted it" not in said(answer)


class TestOneRefusal:
    async def test_of_a_message_or_a_home_leaves_no_other_home_stale(self, office: Office) -> None:
        for person in (office.ada, office.edsger, office.grace):
            await person.home()
        asked = await ask(office)
        await in_view(office, office.grace, "→")
        await office.quiet()
        await refuse(office, "chat.update", STRANGE, place=ADA)
        await refuse(office, "views.publish", STRANGE, place=ADA)
        await refuse(office, "views.publish", STRANGE, place=EDSGER)
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        await in_view(office, office.grace, NOTHING_WAITS)

    async def test_that_lasts_holds_up_nothing_that_people_are_told(self, office: Office) -> None:
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await refuse(office, "chat.update", "ratelimited", place=APPROVALS, retry_after=300)
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        await message(office.ada, await office.ada.direct(), "is approved")


class TestAnInvitation:
    async def test_that_slack_refuses_for_one_keeps_nobody_else_out(self, office: Office) -> None:
        word = "org_user_not_in_team"
        await refuse(office, "conversations.invite", word, place=MARGARET)
        incident = await declared(office)
        await message(office.ada, str(incident.channel), f"<@{MARGARET}> couldn't be invited")
        assert (await now(office, incident)).uninvited == {MARGARET: word}


class TestAReview:
    async def test_is_shared_once_though_the_answer_was_lost(self, office: Office) -> None:
        incident = await crewed(office)
        await office.fault(fail={"method": "files.completeUploadExternal", "when": "after", "times": 2})
        assert await pressed(office.margaret, incident, "Resolve", reason="The job runs again.") == {
            "ok": True
        }
        channel = str(incident.channel)
        await seen("the review", lambda: files(office.margaret, channel))
        await office.quiet()
        assert len(await files(office.margaret, channel)) == 2
