"""When the rules or the groups change while a request is pending, the stricter win, and cards say so (P4)."""

import pytest

from tests.access.story import SUBJECT, Story
from tests.builders import world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access import refusals
from workflows.access.commands import ReassessAccess
from workflows.policy.evaluation import objections
from workflows.workflow import CLOCKWORK, NoChange


@pytest.fixture
def story(world):
    story = Story(world)
    story.asks(ADA)
    return story


def adopt(story: Story, world) -> None:
    """As Daypass does when another bundle comes into force."""
    story.world = world
    story.handle(ReassessAccess(SUBJECT), CLOCKWORK)


class TestAStricterBundle:
    def test_asks_for_more_and_old_cards_are_refused(self, story, worlds):
        old = story.card
        adopt(story, worlds["security as well"])

        assert story.actions == ["requested", "terms-revised"]
        assert story.card != old
        assert story.approves(GRACE, old).code == "stale"
        story.approves(GRACE)
        assert story.status == "pending"
        story.approves(RADIA)
        assert story.status == "active"

    def test_counts_at_the_click_although_nobody_has_reassessed_yet(self, story, worlds):
        story.world = worlds["two data owners"]

        refused = story.approves(GRACE)

        assert refused.code == "stale"
        assert story.actions[-1] == "terms-revised"
        story.approves(GRACE)
        assert story.status == "pending"

    def test_narrows_who_can_decide(self, story, worlds):
        adopt(story, worlds["only incident command"])
        assert story.approves(GRACE).code == "not-an-approver"
        assert story.approves(MARGARET).code == "not-an-approver", "the old rule doesn't let her"

    def test_keeps_an_approval_that_was_given_before(self, story, worlds):
        adopt(story, worlds["security as well"])
        story.approves(GRACE)
        adopt(story, worlds["two data owners"])
        story.approves(RADIA)
        assert story.status == "pending"
        story.approves(EDSGER)
        assert story.status == "active"

    def test_may_make_it_lapse_at_once(self, story, worlds):
        story.clock.forward(minutes=2)
        adopt(story, worlds["a minute to decide"])
        story.passes()
        assert story.status == "lapsed"

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ("data owners alone may ask", "data-owners"),
            ("half an hour at most", objections.too_long(1_800).sentence),
            ("warehouse is gone", "“warehouse”"),
            ("made in another way", refusals.MADE_DIFFERENTLY),
        ],
    )
    def test_forbids_the_approval_but_not_the_denial(self, story, worlds, change, why):
        adopt(story, worlds[change])

        refused = story.approves(GRACE)
        assert refused.code == "no-longer-allowed"
        assert why in refused.sentence
        assert story.status == "pending"

        story.denies(GRACE)
        assert story.status == "denied"

    def test_leaves_alone_what_is_granted(self, story, worlds):
        story.approves(GRACE)
        adopt(story, worlds["half an hour at most"])
        assert story.handle(ReassessAccess(SUBJECT), CLOCKWORK) == NoChange()
        assert story.status == "active"


class TestALooserBundle:
    def test_loosens_nothing_that_was_asked_under_a_stricter_one(self, worlds, world):
        story = Story(worlds["security as well"])
        story.asks(ADA)
        adopt(story, world)
        story.approves(GRACE)
        assert story.status == "pending"

    def test_gives_nothing_that_was_forbidden_meanwhile(self, story, worlds, world):
        adopt(story, worlds["half an hour at most"])
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        adopt(story, world)
        refused = story.approves(GRACE)
        assert refused.code == "no-longer-allowed"
        assert refusals.too_long_now(1_800) in refused.sentence

    def test_gives_no_more_time_to_decide(self, story, worlds):
        adopt(story, worlds["a day to decide"])
        story.passes(hours=4)
        assert story.status == "lapsed"


class TestSomebodyLeavesTheirGroup:
    def test_and_their_approval_no_longer_counts(self, bundle, worlds):
        story = Story(worlds["security as well"])
        story.asks(ADA)
        story.approves(GRACE)
        story.world = world_of(worlds["security as well"].bundle, data_owners=frozenset({EDSGER}))
        story.approves(RADIA)
        assert story.status == "pending"
        story.approves(EDSGER)
        assert story.status == "active"

    def test_and_can_no_longer_decide(self, story, bundle):
        story.world = world_of(bundle, data_owners=frozenset({EDSGER}))
        assert story.approves(GRACE).code == "not-an-approver"

    def test_and_nobody_is_left_to_decide(self, story, bundle):
        story.world = world_of(bundle, data_owners=frozenset(), incident_command=frozenset({MARGARET}))
        story.passes(minutes=30)
        story.approves(MARGARET)
        assert story.status == "active", "it was escalated to her"

    def test_and_the_requester_may_no_longer_ask(self, story, bundle):
        story.world = world_of(bundle, scientists=frozenset())
        assert story.approves(GRACE).code == "no-longer-allowed"


def test_a_decision_keeps_what_it_saw(story, bundle):
    story.approves(GRACE)
    requested, reviewed = story.events[0], story.events[1]
    assert requested.seen["groups"] == ["scientists"]
    assert reviewed.seen["reviewer_groups"] == ["data-owners"]
    assert reviewed.seen["digest"] == bundle.digest
    assert reviewed.digest == requested.digest
