"""Slack away, slow or failing while cards are drawn: everything catches up, and nothing stands twice."""

import time

import pytest
from sqlalchemy import text

from bot.demo.actor import Json, seen
from tests.flow.conftest import Sharing
from tests.flow.deeds import (
    WHY,
    ask,
    buttons,
    card,
    filled,
    form,
    granted,
    message,
    press,
    press_as_shown,
    said,
    told,
)
from tests.flow.office import APPROVALS, Office

SLOW = 6.0
"""Seconds that each of Slack's answers takes."""


async def of(office: Office, channel: str, words: str) -> list[Json]:
    found = await office.grace.messages(channel)
    return [one for one in found if words in said(one)]


class TestAClick(Sharing):
    async def test_is_answered_before_slack_is_asked_anything(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await office.fault(slow=SLOW)
        began = time.monotonic()
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        assert time.monotonic() - began < SLOW
        assert (await office.newest()).status == "active"
        await office.fault(slow=0)


class TestEverythingCatchesUp(Sharing):
    async def test_when_slack_was_down_while_somebody_asked(self, office: Office) -> None:
        view = await form(office.ada, f"/access warehouse 1h because {WHY}")
        await office.fault(down=True)
        assert await office.ada.submit(view, filled(view)) == {"ok": True}

        async def tried() -> bool:
            return any(effect.last_error for effect in await office.daypass.reads.open_effects())

        await seen("an attempt that failed", tried)
        assert "Slack failed at" in str(
            [effect.last_error for effect in await office.daypass.reads.open_effects()]
        )
        await office.fault(down=False)
        asked = await office.newest()
        await card(office.grace, APPROVALS, asked.id, "Waiting for <@")
        await office.quiet()
        assert len(await of(office, APPROVALS, asked.id)) == 1

    async def test_when_slack_was_down_while_it_was_approved(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await office.fault(down=True)
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await office.until("active")
        await office.fault(down=False)
        await card(office.grace, APPROVALS, asked.id, "Approved by")
        await message(office.ada, await office.ada.direct(), "is approved")
        await office.quiet()
        direct = await office.ada.messages(await office.ada.direct())
        assert [asked.id in said(one) for one in direct].count(True) == 1
        assert ["is approved" in said(one) for one in direct].count(True) == 1

    async def test_when_slack_asks_to_wait(self, office: Office) -> None:
        limited = {"method": "chat.postMessage", "error": "ratelimited", "retry_after": 1, "times": 2}
        await office.fault(fail=limited)
        asked = await ask(office)
        await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        assert len(await of(office, APPROVALS, asked.id)) == 1
        assert [call.error for call in office.calls].count("ratelimited") == 2

    async def test_when_an_update_failed(self, office: Office) -> None:
        asked = await ask(office)
        await office.quiet()
        await office.fault(
            fail={"method": "chat.update", "error": "internal_error", "status": 500, "times": 2}
        )
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await card(office.edsger, await office.edsger.direct(), asked.id, "Approved by")
        await office.quiet()
        assert len(await of(office, APPROVALS, asked.id)) == 1


class TestACallThatFailed:
    """Whom Daypass has written to before it need not look for again."""

    @pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open", "users.conversations"])
    async def test_in_between_is_made_up_for(self, office: Office, method: str) -> None:
        failing = {"method": method, "error": "internal_error", "status": 500, "times": 2}
        await office.fault(fail=failing)
        asked = await ask(office)
        await card(office.edsger, await office.edsger.direct(), asked.id)
        await office.quiet()
        assert len(await of(office, APPROVALS, asked.id)) == 1


async def adopted(office: Office, subject: str) -> bool:
    """Whether every message of the subject is known again by where it stands."""
    async with office.daypass.store.read_transaction() as connection:
        query = text("SELECT count(*) FROM messages WHERE subject = :id AND ts IS NULL")
        return (await connection.execute(query, {"id": subject})).scalar_one() == 0


class TestNoMessageStandsTwice(Sharing):
    async def test_one_posted_just_before_a_crash_is_adopted(self, office: Office) -> None:
        """What is on record then is that it was begun, and no more."""
        asked = await ask(office)
        posted = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        async with office.daypass.store.write_transaction() as connection:
            unanswered = "UPDATE messages SET channel = NULL, ts = NULL, digest = NULL WHERE subject = :id"
            await connection.execute(text(unanswered), {"id": asked.id})
        await press_as_shown(office.grace, APPROVALS, posted, "Approve")
        await told(office.grace, APPROVALS, "isn't as Daypass posted it")
        await seen("its messages adopted", lambda: adopted(office, asked.id))
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await card(office.grace, APPROVALS, asked.id, "Approved by")
        await card(office.ada, await office.ada.direct(), asked.id, "Approved by")
        await office.quiet()
        assert [one["ts"] for one in await of(office, APPROVALS, asked.id)] == [posted["ts"]]
        direct = await office.ada.messages(await office.ada.direct())
        assert [asked.id in said(one) for one in direct].count(True) == 1

    async def test_one_that_was_deleted_is_posted_again(self, office: Office) -> None:
        asked = await ask(office)
        posted = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        assert (await office.api("chat.delete", channel=APPROVALS, ts=posted["ts"]))["ok"]
        await press(office.edsger, await office.edsger.direct(), "Approve", asked.id)
        again = await card(office.grace, APPROVALS, asked.id, "Approved by")
        assert again["ts"] != posted["ts"]
        assert buttons(again) == ["Revoke"]
        await office.quiet()
        assert len(await of(office, APPROVALS, asked.id)) == 1


class TestNoCallIsWrong(Sharing):
    async def test_through_a_whole_story_slack_declines_nothing(self, office: Office) -> None:
        asked = await granted(office)
        await office.ada.home()
        await press(office.ada, await office.ada.direct(), "Give back", asked.id)
        await office.until("ended")
        await office.quiet()
        assert {call.error for call in office.calls} == {None}
        assert [call.method for call in office.calls if call.method == "views.publish"]
