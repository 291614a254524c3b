"""An approver takes their own approval back while the request is pending: the quorum forgets it, the log doesn't."""

import pytest

from tests.access.story import SUBJECT, Story
from tests.people import ADA, EDSGER, GRACE, RADIA
from workflows import access
from workflows.access.narrative import SENTENCES
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.audit.replay import replay
from workflows.narrative import Names
from workflows.workflow import Actor, Decision, NoChange, Refused


def takes_back(story: Story, who: str) -> Decision:
    return story.handle(WithdrawReview(SUBJECT), Actor(who))


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


@pytest.fixture
def half_approved(story: Story) -> Story:
    """Ada asks to write, which two stages decide; the data owners have."""
    story.asks(ADA, "warehouse-write", ticket="DATA-42")
    story.approves(GRACE)
    return story


def test_it_no_longer_counts(half_approved: Story) -> None:
    takes_back(half_approved, GRACE)
    half_approved.approves(RADIA)
    assert half_approved.status == "pending"
    half_approved.approves(EDSGER)
    assert half_approved.status == "active"


def test_one_can_decide_again_and_take_it_back_again(half_approved: Story) -> None:
    for _ in range(3):
        takes_back(half_approved, GRACE)
        half_approved.approves(GRACE)
    half_approved.approves(RADIA)
    assert half_approved.status == "active"


def test_one_can_deny_what_one_had_approved(half_approved: Story) -> None:
    takes_back(half_approved, GRACE)
    half_approved.denies(GRACE)
    assert half_approved.status == "denied"


def test_nobody_takes_back_another_s(half_approved: Story) -> None:
    assert code(takes_back(half_approved, EDSGER)) == "not-reviewed"
    assert code(takes_back(half_approved, ADA)) == "not-reviewed"
    assert [one.reviewer for one in half_approved.now.reviews] == [GRACE]


def test_a_second_click_changes_nothing(half_approved: Story) -> None:
    takes_back(half_approved, GRACE)
    assert takes_back(half_approved, GRACE) == NoChange()


def test_nothing_is_taken_back_once_it_is_decided(half_approved: Story) -> None:
    half_approved.approves(RADIA)
    assert code(takes_back(half_approved, GRACE)) == "decided"
    assert half_approved.status == "active"


def test_nothing_is_taken_back_after_the_request_has_expired(half_approved: Story) -> None:
    half_approved.clock.at = half_approved.now.lapses_at
    assert code(takes_back(half_approved, GRACE)) == "lapsed"
    assert half_approved.status == "lapsed"


def test_the_story_replays_and_says_so(half_approved: Story) -> None:
    takes_back(half_approved, GRACE)
    half_approved.approves(GRACE)
    half_approved.approves(RADIA)
    assert half_approved.logged.replayed().state == half_approved.state
    leaf = next(leaf for leaf, _ in half_approved.logged.story() if leaf.action == "access.review-withdrawn")
    assert SENTENCES["review-withdrawn"](leaf.facts, Names(half_approved.world.directory, leaf.actor))


@pytest.mark.parametrize("reviewer", [EDSGER, RADIA])
def test_a_log_that_takes_back_another_s_could_not_have_happened(half_approved: Story, reviewer: str) -> None:
    takes_back(half_approved, GRACE)
    story = half_approved.logged.story()
    leaf, typed = story[-1]
    leaf.facts["reviewer"] = reviewer
    fault = replay(access.WORKFLOW, [*story[:-1], (leaf, typed)]).fault
    assert fault
    assert "someone else" in fault.why
