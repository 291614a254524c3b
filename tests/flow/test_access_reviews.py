"""Access reviews in Slack: a reviewer keeps and removes on a card; what is removed ends at once, confirmed by Vault."""

from ulid import ULID

from bot.demo.actor import Json
from bot.demo.cast import ADA
from tests.flow.deeds import ASKS, card, granted, message, press_as_shown, submitted, token, window
from tests.flow.office import Office
from tests.flow.test_command_line import beside
from tests.flow.test_home import home
from workflows.access.review_jobs import open_review
from workflows.system.access_reviews.removals import Removals, removals_of
from workflows.system.access_reviews.state import KIND, AccessReview
from workflows.workflow import OPERATOR

BECAUSE = "she changed teams"


async def opened(office: Office) -> AccessReview:
    """The example's review, opened before its time."""
    daypass, world = office.daypass, office.daypass.known.world()
    subject = f"{KIND}_{ULID()}"
    outcome = await open_review(daypass.ledger, daypass.reads, world, subject, "warehouse", OPERATOR, "test")
    assert isinstance(outcome.state, AccessReview), outcome.refusal
    return outcome.state


def number_of(review: AccessReview, person: str, entitlement: str) -> int:
    items = enumerate(review.items, 1)
    return next(n for n, one in items if (one.person, one.entitlement) == (person, entitlement))


def only(shown: Json, number: int) -> Json:
    """The card with the buttons of this item alone."""
    mine = [one for one in shown["blocks"] if f'"number":"{number}"' in str(one).replace(" ", "")]
    return {**shown, "blocks": mine}


async def test_what_a_reviewer_removes_is_revoked_and_refused_and_can_be_undone(office: Office) -> None:
    asked = await granted(office)
    await token(office.ada, await office.ada.direct(), asked.id)
    await office.quiet()
    review = await opened(office)
    number, direct = number_of(review, ADA, "warehouse"), await office.grace.direct()
    shown = await card(office.grace, direct, review.id, "Access review", "Last used")
    assert "To review" in str(await home(office, office.grace))

    await press_as_shown(office.grace, direct, only(shown, number), "Remove…")
    why = await window(office.grace, "Why?")
    reason = {"reason": {"reason": {"type": "plain_text_input", "value": BECAUSE}}}
    assert await office.grace.submit(why, reason) == {"ok": True}
    ended = await office.until("ended")
    assert ended.grant and ended.grant.ended_by == office.grace.id
    assert BECAUSE in (ended.reason or "")
    removals = await office.daypass.reads.find(Removals, removals_of(review.id))
    assert removals and removals.status == "in force"
    again = await submitted(office.ada, f"{ASKS} again")
    assert "was removed in the access review" in str(again)

    told = await beside(office, "access", "review", "warehouse", "--diff")
    assert (told.returncode, "still open" in told.stderr, "By hand" in told.stderr) == (0, True, True)

    shown = await card(office.grace, direct, review.id, "1 removed", "Removed:")
    await press_as_shown(office.grace, direct, shown, "Undo")
    await message(office.grace, direct, review.id, "0 removed")
    await office.quiet()
    assert await submitted(office.ada, f"{ASKS} once more") == {"ok": True}
