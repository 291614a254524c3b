"""The rules of access on the real ledger: what people type and click is on record, whatever it is (P2)."""

import pytest

from tests.access.story import SUBJECT, WHY
from tests.people import ADA, BARBARA, GRACE
from tests.spine.tally import rows
from workflows.access.commands import RequestAccess, ReviewAccess
from workflows.access.state import Access
from workflows.audit.tlog.leaf import read_leaf
from workflows.ledger.repository import Repository
from workflows.workflow import Actor

RUDE = ["\0", "a\0b", "\ud800", "\U0001f388" * 750, "<!channel> & `x`", "\u202eright to left", "x" * 3_000]


async def ask(ledger, who=ADA, what="warehouse", seconds=3_600, why=WHY, ticket=None):
    return await ledger.handle(RequestAccess(SUBJECT, what, seconds, why, ticket), Actor(who), "slack")


async def review(ledger, verdict="approve", who=GRACE, reason=None):
    state = (await ledger.handle(RequestAccess(SUBJECT, "x", 1, ""), Actor(ADA), "slack")).state
    command = ReviewAccess(SUBJECT, verdict, state.digest, state.terms.digest, reason)
    return await ledger.handle(command, Actor(who), "slack")


async def test_a_refused_click_is_on_record_with_who_what_and_why(store, ledger):
    await ask(ledger)
    await review(ledger, who=BARBARA)

    last = (await rows(store, "events"))[-1]
    assert (last.actor, last.surface, last.action) == (BARBARA, "slack", "access.refused")
    assert read_leaf(last.leaf).facts == {"command": "ReviewAccess", "code": "not-an-approver"}
    assert "approver" in (await rows(store, "texts"))[-1].text


async def test_the_justification_is_kept_beside_the_leaf(store, ledger):
    await ask(ledger, ticket="DATA-1")

    (event,) = await rows(store, "events")
    assert WHY not in event.leaf.decode()
    assert {row.field: row.text for row in await rows(store, "texts")} == {
        "justification": WHY,
        "ticket": "DATA-1",
    }


async def test_somebody_who_corrects_their_form_gets_through(store, ledger):
    assert (await ask(ledger, why="?")).refusal
    assert (await ask(ledger, seconds=1)).refusal
    assert (await ask(ledger)).state.status == "pending"
    assert (await review(ledger)).state.status == "active"
    found = await Repository(store).find(Access, SUBJECT)
    assert found is not None
    assert found.grant is not None


@pytest.mark.parametrize(
    "typed", RUDE, ids=["NUL", "NUL inside", "half a character", "emoji", "markup", "right to left", "long"]
)
class TestWhateverSomebodyTypes:
    async def test_as_a_justification(self, store, ledger, typed):
        outcome = await ask(ledger, why=typed + WHY)
        assert outcome.refusal or outcome.state.justification == typed + WHY
        assert await rows(store, "events")

    async def test_as_a_ticket(self, store, ledger, typed):
        outcome = await ask(ledger, what="warehouse-write", seconds=600, ticket=typed)
        assert outcome.refusal
        assert await rows(store, "events")

    async def test_as_the_name_of_what_they_want(self, store, ledger, typed):
        assert (await ask(ledger, what=typed)).refusal
        assert await rows(store, "events")

    async def test_as_the_reason_of_a_denial(self, store, ledger, typed):
        await ask(ledger)
        outcome = await review(ledger, "deny", reason=typed)
        assert outcome.refusal or outcome.state.reason == typed
        assert len(await rows(store, "events")) > 1
