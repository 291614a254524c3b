"""A stage that too few people are left to decide is noticed, told, and escalated if it can be."""

from tests.access.story import SUBJECT, Story
from tests.builders import world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows.approval.approvers import short_of_approvers, still_needed
from workflows.approval.approvers_check import CheckApprovers
from workflows.policy.bundle import Bundle
from workflows.workflow import CLOCKWORK, Decision, NoChange, Refused

NOBODY = frozenset[str]()


def check(story: Story) -> Decision:
    return story.handle(CheckApprovers(SUBJECT), CLOCKWORK)


def asked(bundle: Bundle, entitlement: str = "warehouse-write") -> Story:
    story = Story(world_of(bundle))
    story.asks(ADA, entitlement, ticket="DATA-42")
    return story


class TestAllApproversOfAStageLeave:
    def test_it_is_told_once_and_over_when_somebody_is_back(self, bundle: Bundle) -> None:
        story = asked(bundle)
        assert check(story) == NoChange()
        story.world = world_of(bundle, security=NOBODY)
        check(story)
        assert story.now.stuck == ("security",)
        assert story.told == [(ADA, "approvers-missing")]
        assert check(story) == NoChange()
        story.world = world_of(bundle)
        check(story)
        assert story.now.stuck == ()
        assert story.told == [(ADA, "approvers-missing")]
        assert story.actions[-1] == "approvers-found"

    def test_it_is_escalated_at_once_and_may_be_decided_by_others_then(self, bundle: Bundle) -> None:
        story = asked(bundle, "warehouse")
        story.world = world_of(bundle, data_owners=NOBODY)
        check(story)
        assert story.actions == ["requested", "approvers-missing", "escalated"]
        check(story)
        assert story.now.stuck == ()
        (able,) = still_needed(story.now, story.world.directory).values()
        assert able

    def test_what_was_approved_before_still_counts_for_the_other_stage(self, bundle: Bundle) -> None:
        story = asked(bundle)
        story.approves(RADIA)
        story.world = world_of(bundle, data_owners=NOBODY)
        check(story)
        assert story.now.stuck == ("data-owners",)


class TestSiblings:
    def test_the_only_one_left_is_the_requester(self, bundle: Bundle) -> None:
        story = asked(bundle)
        story.world = world_of(bundle, security=frozenset({ADA}))
        check(story)
        assert story.now.stuck == ("security",)

    def test_the_only_one_left_is_needed_in_both_stages(self, bundle: Bundle) -> None:
        story = asked(bundle)
        only = frozenset({GRACE})
        story.world = world_of(bundle, security=only, data_owners=only)
        assert len(short_of_approvers(story.now, story.world.directory)) == 1

    def test_whoever_approved_has_left_and_nobody_else_is_in_their_stage(self, bundle: Bundle) -> None:
        story = asked(bundle)
        story.approves(RADIA)
        story.world = world_of(bundle, security=NOBODY)
        check(story)
        assert story.now.stuck == ("security",)

    def test_nothing_is_said_of_what_is_decided_or_of_a_directory_that_is_empty(self, bundle: Bundle) -> None:
        story = asked(bundle)
        story.world = world_of(bundle, security=frozenset({MARGARET}))
        assert check(story) == NoChange()
        story.world = world_of(bundle)
        story.denies(EDSGER, "no")
        story.world = world_of(bundle, security=NOBODY)
        assert check(story) == NoChange()


class TestNobodyIsThereWhenItIsRequested:
    """As when nobody is on call: others are asked at once, and nothing is approved by itself."""

    def test_the_stage_is_escalated_at_once_and_says_so(self, bundle: Bundle) -> None:
        story = Story(world_of(bundle, data_owners=NOBODY))
        story.asks(ADA, "warehouse")
        assert story.actions == ["requested", "approvers-missing", "escalated"]
        assert story.now.status == "pending"
        (able,) = still_needed(story.now, story.world.directory).values()
        assert able

    def test_it_is_refused_where_nobody_else_could_ever_approve(self, bundle: Bundle) -> None:
        story = Story(world_of(bundle, security=NOBODY))
        refused = story.asks(ADA, "warehouse-write", ticket="DATA-42")
        assert isinstance(refused, Refused)
        assert refused.code == "too-few-approvers"
