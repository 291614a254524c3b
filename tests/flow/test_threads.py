"""What a channel hears in the threads of its cards: each event that people there care about, once."""

import pytest

from bot.demo.actor import Actor, Json, seen, text_of
from tests.flow.conftest import Sharing
from tests.flow.deeds import ask, card, give_reason, granted, message, press
from tests.flow.office import APPROVALS, Office
from tests.flow.test_incidents import INCIDENTS, crewed, pressed


async def thread(person: Actor, channel: str, shown: Json, replies: int) -> list[str]:
    """What stands under a message, as soon as there are so many replies."""

    async def look() -> list[str] | None:
        found = await person.thread(channel, shown["ts"])
        return [text_of(one) for one in found[1:]] if len(found) > replies else None

    found: list[str] = await seen(f"{replies} replies", look)
    return found


async def in_channel(office: Office) -> int:
    return len(await office.grace.messages(APPROVALS))


class TestACardsThread(Sharing):
    async def test_a_denial_is_told_with_its_reason_under_the_card(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press(office.grace, APPROVALS, "Deny", asked.id)
        await give_reason(office.grace, "The sample dataset is enough.")
        (said,) = await thread(office.grace, APPROVALS, shown, 1)
        assert said == "Grace Hopper denied the request\nReason: The sample dataset is enough."
        await office.quiet()
        assert await in_channel(office) == 1
        direct = await office.edsger.direct()
        assert not any(one["reply_count"] for one in await office.edsger.messages(direct))

    async def test_a_revocation_and_its_end_are_told(self, office: Office) -> None:
        asked = await granted(office)
        shown = await card(office.grace, APPROVALS, asked.id, "Approved by")
        await press(office.grace, APPROVALS, "Revoke", asked.id)
        await give_reason(office.grace, "The export has leaked.")
        revoked, ended = await thread(office.grace, APPROVALS, shown, 2)
        assert revoked == "Grace Hopper revoked the access\nReason: The export has leaked."
        assert ended.startswith("Access ended, confirmed")
        assert await in_channel(office) == 1

    @pytest.mark.parametrize("when", ["before", "after"])
    async def test_a_reply_that_failed_is_made_up_for_once(self, office: Office, when: str) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await office.fault(fail={"method": "chat.postMessage", "place": APPROVALS, "when": when})
        await press(office.grace, APPROVALS, "Deny", asked.id)
        await give_reason(office.grace, "Not this quarter.")
        await thread(office.grace, APPROVALS, shown, 1)
        await office.quiet()
        assert len(await thread(office.grace, APPROVALS, shown, 1)) == 1

    async def test_a_card_that_somebody_deleted_is_posted_again_with_the_reply_under(
        self, office: Office
    ) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        await office.quiet()
        await press(office.grace, APPROVALS, "Deny", asked.id)
        await office.api("chat.delete", channel=APPROVALS, ts=shown["ts"])
        await give_reason(office.grace, "Not this quarter.")
        again = await card(office.grace, APPROVALS, asked.id, "Denied")
        assert again["ts"] != shown["ts"]
        assert len(await thread(office.grace, APPROVALS, again, 1)) == 1
        await office.quiet()
        assert await in_channel(office) == 1

    async def test_an_incident_s_changes_are_told_under_its_announcement(self, office: Office) -> None:
        incident = await crewed(office)
        shown = await message(office.barbara, INCIDENTS, "stale features")
        assert await pressed(office.margaret, incident, "Severity", severity="sev1") == {"ok": True}
        assert await pressed(office.margaret, incident, "Resolve", reason="The cache was stale.") == {
            "ok": True
        }
        changed, resolved = await thread(office.barbara, INCIDENTS, shown, 2)
        assert changed == "Margaret Hamilton changed the severity from sev2 to sev1"
        assert resolved.splitlines()[0] == "Margaret Hamilton resolved it"
        assert "The cache was stale." in resolved


async def test_what_goes_as_planned_is_told_when_it_is_over(office: Office) -> None:
    asked = await granted(office)
    shown = await card(office.grace, APPROVALS, asked.id, "Approved by")
    await office.forward(hours=2)
    assert len(await thread(office.grace, APPROVALS, shown, 1)) == 1
    await office.quiet()
    assert len(await thread(office.grace, APPROVALS, shown, 1)) == 1
