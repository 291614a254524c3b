"""Approving takes a second step where a click alone isn't enough, and is taken back by whoever gave it."""

import pytest

from tests.people import ADA, EDSGER, GRACE
from tests.releases.story import SUBJECT, Story
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.releases.commands import ReviewRelease
from workflows.releases.decide_proposal import MAX_NOTE_CHARS_ON_CARD
from workflows.workflow import Actor, Decision, NoChange, Refused

TWO = ("      quorum: 1\n", "      quorum: 2\n")


def clicks(story: Story, who: str, confirmed: bool = False) -> Decision:
    return story.handle(ReviewRelease(SUBJECT, "approve", *story.card, confirmed=confirmed), Actor(who))


def takes_back(story: Story, who: str) -> Decision:
    return story.handle(WithdrawReview(SUBJECT), Actor(who))


class TestAnApproval:
    @pytest.mark.parametrize("risk", ["high", "critical"])
    def test_of_what_is_risky_counts_once_confirmed(self, story, changed, risk):
        story.world = changed(("risk: moderate", f"risk: {risk}"))
        story.proposes(ADA)
        story.is_read()
        assert clicks(story, GRACE) == NoChange()
        clicks(story, GRACE, confirmed=True)
        assert story.status == "approved"

    def test_on_a_text_that_the_card_cuts_counts_once_confirmed(self, story):
        story.proposes(ADA, note="x" * (MAX_NOTE_CHARS_ON_CARD + 1))
        story.is_read()
        assert clicks(story, GRACE) == NoChange()
        clicks(story, GRACE, confirmed=True)
        assert story.status == "approved"

    def test_on_a_text_that_the_card_shows_counts_at_once(self, story):
        story.proposes(ADA, note="x" * MAX_NOTE_CHARS_ON_CARD)
        story.is_read()
        clicks(story, GRACE)
        assert story.status == "approved"


class TestTakenBack:
    @pytest.fixture
    def half_approved(self, story, changed) -> Story:
        """Two have to approve; one has."""
        story.world = changed(TWO)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        return story

    def test_it_no_longer_counts_until_given_again(self, half_approved):
        takes_back(half_approved, GRACE)
        half_approved.approves(EDSGER)
        assert half_approved.status == "pending"
        half_approved.approves(GRACE)
        assert half_approved.status == "approved"
        assert half_approved.logged.replayed().state == half_approved.state

    def test_is_one_s_own_and_not_decided_yet(self, half_approved):
        refused = takes_back(half_approved, EDSGER)
        assert isinstance(refused, Refused)
        assert refused.code == "not-reviewed"
        half_approved.approves(EDSGER)
        late = takes_back(half_approved, GRACE)
        assert isinstance(late, Refused)
        assert late.code == "decided"
        assert half_approved.status == "approved"

    def test_outlives_approvals_that_were_void(self, half_approved):
        takes_back(half_approved, GRACE)
        half_approved.approves(GRACE)
        half_approved.is_read(artifact="b" * 64)
        assert half_approved.now.reviews == ()
        half_approved.approves(GRACE)
        takes_back(half_approved, GRACE)
        half_approved.approves(GRACE)
        assert half_approved.logged.replayed().state == half_approved.state
