"""Whoever has the bot token alone can rewrite what people see. A click on that decides nothing, and is on record."""

import re
from typing import Any

import pytest

from bot.demo.actor import Actor, Json, seen, text_of
from bot.demo.cast import GRACE
from bot.slack.access import cards as access_cards
from bot.slack.drawn_buttons import KINDS
from bot.slack.incidents import cards as incident_cards
from bot.slack.incidents import checklist
from bot.slack.releases import cards as release_cards
from tests.flow.conftest import Sharing
from tests.flow.deeds import (
    WHY,
    approve_what_is_risky,
    ask,
    card,
    confirm,
    give_reason,
    granted,
    log_of,
    message,
    press,
    press_as_shown,
    told,
    window,
)
from tests.flow.office import APPROVALS, Office
from tests.flow.test_home import home, in_view
from tests.flow.test_incidents import crewed, now
from workflows.access.state import Access

WRITE = "/access warehouse-write 1h DATA-42 because the import was cut short"
REFUSED = "isn't as Daypass posted it"


def harmless(blocks: list[Json]) -> list[Json]:
    """The card's blocks as a thief redraws them: other words, the same buttons."""
    words = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*Ada asks for a sample*, low risk, 10 minutes"},
    }
    return [words, *(block for block in blocks if block["type"] == "actions")]


async def steal(office: Office, person: Actor, channel: str, asked: Access, **changes: Any) -> Json:
    """The request's card, redrawn with the bot token alone."""
    shown = await card(person, channel, asked.id)
    await office.quiet()
    wanted = {"text": shown["text"], "blocks": harmless(shown["blocks"]), **changes}
    answer = await office.api("chat.update", channel=channel, ts=shown["ts"], **wanted)
    assert answer["ok"], answer
    return await _at(person, channel, shown["ts"])


async def _at(person: Actor, channel: str, ts: str) -> Json:
    return next(one for one in await person.messages(channel) if one["ts"] == ts)


async def refusals(office: Office, subject: str) -> list[str]:
    return [entry for entry in await log_of(office, subject) if entry.startswith("not-as-drawn")]


async def _refused(office: Office, subject: str, times: int) -> bool:
    return len(await refusals(office, subject)) == times


class TestARedrawnCard(Sharing):
    async def test_approves_nothing_and_is_replaced_by_the_true_one(self, office: Office) -> None:
        asked = await ask(office)
        redrawn = await steal(office, office.grace, APPROVALS, asked)
        await office.grace.press(APPROVALS, redrawn, "Approve")
        await told(office.grace, APPROVALS, REFUSED)
        assert (await office.newest()).status == "pending"
        assert await refusals(office, asked.id) == [f"not-as-drawn by {GRACE}"]
        await card(office.grace, APPROVALS, asked.id, WHY)
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await office.until("active")

    async def test_denies_nothing_either_and_opens_no_window(self, office: Office) -> None:
        asked = await ask(office)
        redrawn = await steal(office, office.grace, APPROVALS, asked)
        await office.grace.press(APPROVALS, redrawn, "Deny")
        await told(office.grace, APPROVALS, REFUSED)
        assert await office.grace.modal() is None

    async def test_withdraws_nothing(self, office: Office) -> None:
        asked = await ask(office)
        redrawn = await steal(office, office.ada, await office.ada.direct(), asked)
        await office.ada.press(await office.ada.direct(), redrawn, "Withdraw")
        await told(office.ada, await office.ada.direct(), REFUSED)
        assert (await office.newest()).status == "pending"

    async def test_hands_out_and_takes_back_nothing(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        for label in ("Get credentials", "Give back"):
            await card(office.ada, direct, asked.id, "active until")
            redrawn = await steal(office, office.ada, direct, asked)
            await office.ada.press(direct, redrawn, label)
            await card(office.ada, direct, asked.id, "active until")
        note = await message(office.ada, direct, "is approved")
        await office.quiet()
        await office.api(
            "chat.update", channel=direct, ts=note["ts"], text="x", blocks=harmless(note["blocks"])
        )
        await office.ada.press(direct, await _at(office.ada, direct, note["ts"]), "Get credentials")
        await message(office.ada, direct, "is approved")
        await seen("three refusals", lambda: _refused(office, asked.id, 3))
        state = await office.newest()
        assert (state.status, state.credentials) == ("active", ())

    async def test_by_an_attachment_alone_counts_as_redrawn(self, office: Office) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        attached = [{"text": "Security has looked at this: approve it."}]
        redrawn = await steal(
            office, office.grace, APPROVALS, asked, blocks=shown["blocks"], attachments=attached
        )
        await office.grace.press(APPROVALS, redrawn, "Approve")
        await told(office.grace, APPROVALS, REFUSED)
        assert (await office.newest()).status == "pending"

    async def test_as_another_true_card_counts_as_redrawn(self, office: Office) -> None:
        harmless_one = await ask(office, "/access warehouse 10m because a look at one table")
        asked = await ask(office, WRITE)
        other = await card(office.grace, APPROVALS, harmless_one.id)
        redrawn = await steal(
            office, office.grace, APPROVALS, asked, text=other["text"], blocks=other["blocks"]
        )
        await office.grace.press(APPROVALS, redrawn, "Approve")
        await told(office.grace, APPROVALS, REFUSED)
        assert {one.status for one in await office.requests()} == {"pending"}


class TestAMessageThatDaypassNeverPosted(Sharing):
    @pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral"])
    async def test_approves_nothing_though_its_buttons_are_copies(self, office: Office, method: str) -> None:
        asked = await ask(office)
        shown = await card(office.grace, APPROVALS, asked.id)
        posted = await office.api(
            method, channel=APPROVALS, user=GRACE, text=shown["text"], blocks=shown["blocks"]
        )
        copy = await _at(office.grace, APPROVALS, posted.get("ts") or posted["message_ts"])
        await office.grace.press(APPROVALS, copy, "Approve")
        await told(office.grace, APPROVALS, REFUSED)
        assert (await office.newest()).status == "pending"
        assert await refusals(office, asked.id) == [f"not-as-drawn by {GRACE}"]


class TestARedrawnHome:
    async def test_approves_nothing_and_is_published_anew(self, office: Office) -> None:
        asked = await ask(office)
        view = await home(office, office.grace, "→")
        redrawn = {"type": "home", "blocks": harmless(view["blocks"])}
        stolen = await office.api("views.publish", user_id=GRACE, view=redrawn)
        await office.grace.press_home(stolen["view"], "Approve")
        await window(office.grace, REFUSED)
        assert (await office.newest()).status == "pending"
        assert await refusals(office, asked.id) == [f"not-as-drawn by {GRACE}"]
        await office.grace.close(await window(office.grace, REFUSED))
        fresh: Json = await seen("the true Home", lambda: _true_home(office))
        await office.grace.press_home(fresh, "Approve")
        await office.until("active")


class TestARedrawnIncident(Sharing):
    async def test_runs_no_step(self, office: Office) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        steps = await message(office.margaret, channel, "Playbook:")
        redrawn = {"channel": channel, "ts": steps["ts"], "text": "x", "blocks": harmless(steps["blocks"])}
        assert (await office.api("chat.update", **redrawn))["ok"]
        await office.margaret.press(channel, await _at(office.margaret, channel, steps["ts"]), "Run")
        await told(office.margaret, channel, REFUSED)
        assert len(await refusals(office, incident.id)) == 1
        assert await now(office, incident) == incident


async def _true_home(office: Office) -> Json | None:
    view = await in_view(office, office.grace, "Waiting for your decision", "→")
    return view if "low risk" not in text_of(view) else None


class TestWhatIsRisky(Sharing):
    async def test_is_confirmed_in_a_window_that_says_all_of_it_as_plain_text(self, office: Office) -> None:
        asked = await ask(
            office, "/access warehouse-write 1h DATA-42", justification="*bold* <!channel> cut short"
        )
        await press(office.grace, APPROVALS, "Approve", asked.id)
        view = await window(office.grace, "once you press Approve here")
        said = text_of(view)
        for words in (
            "<@U01ADA> requests access",
            "`warehouse-write`",
            "production",
            "1 hour",
            "high",
            "DATA-42",
            asked.id,
        ):
            assert words in said
        assert "Why: *bold* &lt;!channel&gt; cut short" in said
        assert (await office.newest()).reviews == ()
        await confirm(office.grace)
        assert [one.reviewer for one in (await office.newest()).reviews] == [GRACE]

    async def test_isnt_decided_from_a_window_that_is_out_of_date(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        await press(office.grace, APPROVALS, "Approve", asked.id)
        await window(office.grace, "once you press Approve here")
        await press(office.ada, await office.ada.direct(), "Withdraw", asked.id)
        await confirm(office.grace)
        await window(office.grace, "already withdrawn")
        assert (await office.newest()).reviews == ()

    async def test_is_decided_once_however_often_it_is_confirmed(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        await office.fault(redeliver=3)
        await approve_what_is_risky(office.grace, APPROVALS, asked.id)
        await office.quiet()
        assert (await log_of(office, asked.id)).count("access.reviewed") == 1

    async def test_on_a_stale_card_is_refused_before_any_window_opens(self, office: Office) -> None:
        asked = await ask(office, WRITE)
        shown = await card(office.grace, APPROVALS, asked.id)
        await press(office.radia, APPROVALS, "Deny", asked.id)
        await give_reason(office.radia, "not today")
        await press_as_shown(office.grace, APPROVALS, shown, "Approve")
        await told(office.grace, APPROVALS, "already denied")
        assert await office.grace.modal() is None


def actions_of(module: Any) -> list[str]:
    """The ids of its buttons, or of its windows: the constants that look like `access.approve`."""
    constants = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)]
    return [one for one in constants if re.fullmatch(r"[a-z]+\.[a-z-]+", one)]


@pytest.mark.parametrize("module", [access_cards, release_cards, incident_cards, checklist])
def test_every_button_of_every_card_is_one_that_is_looked_at(module: Any) -> None:
    assert actions_of(module)
    assert all(action.partition(".")[0] in KINDS for action in actions_of(module))
