"""A card that another release drew is answered: nothing is done, and the current card takes its place."""

import json

from sqlalchemy import text

from bot.demo.actor import Json
from bot.demo.cast import GRACE
from bot.slack.access import cards, modals
from bot.slack.button_values import About
from integrations.slack.content_digest import digests_of
from tests.flow.conftest import Sharing
from tests.flow.deeds import ask, card, log_of, press, told
from tests.flow.office import APPROVALS, Office
from tests.flow.test_rejected_requests import knock, signature
from tests.flow.test_replayed import window
from workflows.access.state import Access

OUT_OF_DATE = "That card was out of date"


async def as_another_release_drew_it(office: Office, asked: Access, action: str, value: str) -> Json:
    """The request's card, whose Approve is this instead, as if Daypass had drawn it so."""
    shown = await card(office.grace, APPROVALS, asked.id)
    await office.quiet()
    blocks = json.loads(json.dumps(shown["blocks"]))
    (approve,) = [
        one for block in blocks for one in block.get("elements", []) if one.get("action_id") == cards.APPROVE
    ]
    approve.update(action_id=action, value=value)
    answer = await office.api("chat.update", channel=APPROVALS, ts=shown["ts"], text="x", blocks=blocks)
    drawn = json.dumps(sorted(digests_of(answer["message"])))
    row = {"drawn": drawn, "channel": APPROVALS, "ts": shown["ts"]}
    async with office.daypass.store.write_transaction() as connection:
        await connection.execute(
            text("UPDATE messages SET drawn = :drawn WHERE channel = :channel AND ts = :ts"), row
        )
    return next(one for one in await office.grace.messages(APPROVALS) if one["ts"] == shown["ts"])


async def refusals(office: Office, subject: str) -> list[str]:
    return [entry for entry in await log_of(office, subject) if entry.startswith("stale")]


class TestACardOfAnotherRelease(Sharing):
    async def test_decides_nothing_and_the_current_one_comes(self, office: Office) -> None:
        asked = await ask(office)
        before = json.dumps([asked.id, asked.digest, asked.terms.digest])
        old = await as_another_release_drew_it(office, asked, cards.APPROVE, before)
        await office.grace.press(APPROVALS, old, "Approve")
        await told(office.grace, APPROVALS, OUT_OF_DATE)
        assert (await office.newest()).status == "pending"
        assert await refusals(office, asked.id) == [f"stale by {GRACE}"]
        await press(office.grace, APPROVALS, "Approve", cards.shown(asked).value)
        await office.until("active")

    async def test_with_a_button_that_is_no_more_is_answered_too(self, office: Office) -> None:
        asked = await ask(office)
        old = await as_another_release_drew_it(office, asked, "access.lend", About(asked.id).value)
        await office.grace.press(APPROVALS, old, "Approve")
        await told(office.grace, APPROVALS, OUT_OF_DATE)
        assert await refusals(office, asked.id) == [f"stale by {GRACE}"]


class TestAWindowOfAnotherRelease(Sharing):
    async def test_says_in_its_place_that_it_is_out_of_date(self, office: Office) -> None:
        asked = await ask(office)
        for callback in (modals.DENIAL, "access.lending"):
            body = window(callback, json.dumps([asked.id, asked.digest, asked.terms.digest]))
            status, answer = await knock(
                office, body, {**signature(body), "Content-Type": "application/x-www-form-urlencoded"}
            )
            assert (status, json.loads(answer)["response_action"]) == (200, "update")
            assert OUT_OF_DATE in answer
        assert (await office.newest()).status == "pending"
        assert await refusals(office, asked.id) == [f"stale by {GRACE}"] * 2
