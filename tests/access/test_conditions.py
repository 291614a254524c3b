"""Approving for less: a shorter time takes effect by itself, a condition once its requester accepts it (P3, P4)."""

from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.builders import world_of
from tests.logged import renumbered
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows import access
from workflows.access.card_room import MAX_OFFER_CHARS, written
from workflows.access.commands import ReassessAccess, RequestAccess, StartGrant
from workflows.access.conditions import MAX_CONDITION_CHARS, MAX_CONDITIONS, AcceptConditions
from workflows.access.events import Reviewed
from workflows.access.extensions import extended
from workflows.access.objection import objection
from workflows.access.state import Extended
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.audit.replay import replay
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, NoChange, Refused, World

READ_ONLY = "Only the churn tables, please."
HALF_AN_HOUR = 1_800


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


def takes_back(story: Story, who: str) -> Decision:
    return story.handle(WithdrawReview(SUBJECT), Actor(who))


def replays(story: Story) -> bool:
    """Whether the log tells the same story, with and without what people typed."""
    told = story.logged.story()
    bare = replay(access.WORKFLOW, [(leaf, {}) for leaf, _ in told])
    return story.logged.replayed().state == story.state and bare.fault is None


@pytest.fixture
def asked(story: Story) -> Story:
    """Ada's request for an hour of the warehouse."""
    story.asks(ADA)
    return story


@pytest.fixture
def two_stages(story: Story) -> Story:
    """Ada's request for an hour of writing, which two stages decide."""
    story.asks(ADA, "warehouse-write", ticket="DATA-42")
    return story


class TestShorter:
    def test_is_granted_at_once_for_as_long_as_was_approved(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, HALF_AN_HOUR)
        grant = asked.now.grant
        assert grant
        assert (asked.status, grant.ends_at - grant.starts_at) == ("active", timedelta(minutes=30))
        assert asked.now.seconds == 3_600
        assert replays(asked)

    def test_of_several_the_shortest_counts(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, HALF_AN_HOUR)
        two_stages.approves_for_less(RADIA, 900)
        grant = two_stages.now.grant
        assert grant
        assert grant.ends_at - grant.starts_at == timedelta(minutes=15)
        assert replays(two_stages)

    def test_whoever_decides_later_was_shown_it(self, two_stages: Story) -> None:
        before = two_stages.card
        two_stages.approves_for_less(GRACE, HALF_AN_HOUR)
        assert code(two_stages.approves(RADIA, before)) == "stale"
        two_stages.approves(RADIA)
        assert two_stages.now.approved_seconds == HALF_AN_HOUR
        assert two_stages.status == "active"

    def test_whoever_approved_longer_before_need_not_decide_again(self, two_stages: Story) -> None:
        two_stages.approves(GRACE)
        two_stages.approves_for_less(RADIA, HALF_AN_HOUR)
        assert (two_stages.status, two_stages.now.approved_seconds) == ("active", HALF_AN_HOUR)

    def test_taken_back_it_never_makes_another_approval_longer(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, HALF_AN_HOUR)
        two_stages.approves_for_less(RADIA, 900, READ_ONLY)
        takes_back(two_stages, GRACE)
        assert two_stages.now.approved_seconds == 900
        takes_back(two_stages, RADIA)
        assert (two_stages.now.approved_seconds, two_stages.now.conditions) == (3_600, ())
        assert replays(two_stages)

    def test_a_later_approval_holds_for_what_it_was_shown(self, story: Story) -> None:
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        story.approves(RADIA)
        takes_back(story, GRACE)
        assert story.now.approved_seconds == HALF_AN_HOUR
        assert [one.condition for one in story.now.conditions] == [READ_ONLY]

    def test_is_allowed_where_the_policy_no_longer_allows_what_was_asked(
        self, asked: Story, worlds: dict[str, World]
    ) -> None:
        asked.world = worlds["half an hour at most"]
        asked.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        assert code(asked.approves(GRACE)) == "no-longer-allowed"
        asked.approves_for_less(GRACE, HALF_AN_HOUR)
        assert asked.status == "active"
        asked.gets_credentials(ADA)
        replayed = asked.logged.replayed()
        assert objection(asked.now, replayed.story, asked.now.credentials[0].id, asked.world) is None

    @pytest.mark.parametrize(
        ("seconds", "condition", "refused"),
        [
            (3_600, None, "not-less-duration"),
            (3_600, "  ", "not-less-duration"),
            (3_601, READ_ONLY, "not-less-duration"),
            (59, None, "not-less-duration"),
            (HALF_AN_HOUR, "x" * (MAX_CONDITION_CHARS + 1), "not-less-condition"),
            (HALF_AN_HOUR, "half \ud800", "unreadable"),
        ],
    )
    def test_is_refused_if_it_is_not_less_or_too_little(
        self, asked: Story, seconds: int, condition: str | None, refused: str
    ) -> None:
        assert code(asked.approves_for_less(GRACE, seconds, condition)) == refused
        assert asked.now.reviews == ()

    def test_sent_twice_counts_once_and_another_one_is_refused(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        assert two_stages.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY) == NoChange()
        assert code(two_stages.approves_for_less(GRACE, 900)) == "reviewed"

    def test_nobody_shortens_their_own(self, asked: Story) -> None:
        assert code(asked.approves_for_less(ADA, HALF_AN_HOUR)) == "own-request"
        assert code(asked.approves_for_less(MARGARET, HALF_AN_HOUR)) == "not-an-approver"


class TestACondition:
    def test_grants_nothing_before_its_requester_accepts(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        assert (asked.status, asked.now.grant) == ("pending", None)
        assert (ADA, "conditions-offered") in asked.told
        assert code(asked.gets_credentials(ADA)) == "not-granted"

        asked.accepts(ADA)
        grant = asked.now.grant
        assert grant
        assert (asked.status, grant.ends_at - grant.starts_at) == ("active", timedelta(minutes=30))
        assert asked.now.accepted == asked.now.digest
        assert replays(asked)

    def test_accepted_twice_counts_once(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.accepts(ADA)
        assert asked.accepts(ADA) == NoChange()

    def test_nobody_else_accepts(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        assert [code(asked.accepts(one)) for one in (GRACE, EDSGER, MARGARET)] == ["not-yours"] * 3
        assert asked.status == "pending"

    def test_there_is_nothing_to_accept_before_it_has_its_approvals(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, condition=READ_ONLY)
        assert code(two_stages.accepts(ADA)) == "not-offered"
        two_stages.approves(RADIA)
        two_stages.accepts(ADA)
        assert two_stages.status == "active"

    def test_all_of_them_are_kept_and_accepted_together(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, condition=READ_ONLY)
        first = two_stages.card
        two_stages.approves_for_less(RADIA, condition="Not on the weekend.")
        assert [one.by for one in two_stages.now.conditions] == [GRACE, RADIA]
        assert code(two_stages.accepts(ADA, first)) == "stale"
        two_stages.accepts(ADA)
        assert two_stages.status == "active"
        assert replays(two_stages)

    def test_declined_the_request_is_over(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.withdraws(ADA)
        assert asked.actions[-2:] == ["conditions-declined", "withdrawn"]
        assert asked.status == "withdrawn"
        assert code(asked.accepts(ADA)) == "decided"
        assert replays(asked)

    def test_can_be_accepted_for_as_long_as_there_was_to_decide(self, asked: Story) -> None:
        lapse = timedelta(seconds=asked.now.terms.lapse)
        asked.clock.at = asked.now.lapses_at - timedelta(minutes=1)
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        assert asked.now.lapses_at == asked.clock() + lapse
        asked.clock.at = asked.now.lapses_at
        assert code(asked.accepts(ADA)) == "lapsed"
        assert asked.status == "lapsed"

    def test_offered_it_is_escalated_to_nobody(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.passes(hours=2)
        assert "escalated" not in asked.actions

    def test_taken_back_it_waits_for_approvers_again(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        takes_back(asked, GRACE)
        assert asked.now.offered_at is None
        assert code(asked.accepts(ADA)) == "not-offered"
        asked.approves(EDSGER)
        assert asked.status == "active"
        assert replays(asked)

    def test_offered_it_can_be_denied_but_needs_no_other_approval(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        assert code(asked.approves(EDSGER)) == "offered"
        asked.denies(EDSGER)
        assert asked.status == "denied"

    def test_isnt_accepted_once_its_approver_has_left(self, asked: Story) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.world = world_of(asked.world.bundle, data_owners=frozenset({EDSGER}))
        assert code(asked.accepts(ADA)) == "not-approved"
        asked.approves(EDSGER)
        assert [one.condition for one in asked.now.conditions] == [READ_ONLY]
        asked.accepts(ADA)
        assert asked.status == "active"
        assert replays(asked)

    def test_a_stricter_policy_wins(self, asked: Story, worlds: dict[str, World]) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.world = worlds["two data owners"]
        assert code(asked.accepts(ADA)) == "stale"
        assert code(asked.accepts(ADA)) == "not-offered"
        asked.approves(EDSGER)
        asked.accepts(ADA)
        assert asked.status == "active"
        assert replays(asked)

    def test_isnt_accepted_by_whoever_may_no_longer_ask(self, asked: Story, worlds: dict[str, World]) -> None:
        asked.approves_for_less(GRACE, condition=READ_ONLY)
        asked.world = worlds["data owners alone may ask"]
        assert code(asked.accepts(ADA)) == "stale"
        assert code(asked.accepts(ADA)) == "no-longer-allowed"
        assert asked.status == "pending"


class TestMoreThanACardHasRoomFor:
    def test_counts_only_once_it_was_shown_completely(self, two_stages: Story) -> None:
        """Slack writes `&` with five characters."""
        two_stages.approves_for_less(GRACE, condition="&" * MAX_CONDITION_CHARS)
        two_stages.approves_for_less(RADIA, condition="&" * MAX_CONDITION_CHARS)
        assert two_stages.accepts(ADA) == NoChange()
        assert (two_stages.status, two_stages.now.accepted) == ("pending", None)
        two_stages.handle(AcceptConditions(SUBJECT, two_stages.now.digest, confirmed=True), Actor(ADA))
        assert two_stages.status == "active"
        assert replays(two_stages)

    def test_asks_nobody_else_to_read_it(self, two_stages: Story) -> None:
        two_stages.approves_for_less(GRACE, condition="&" * MAX_CONDITION_CHARS)
        two_stages.approves_for_less(RADIA, condition="&" * MAX_CONDITION_CHARS)
        assert code(two_stages.accepts(EDSGER)) == "not-yours"

    def test_is_never_five_of_usual_letters(self) -> None:
        assert MAX_CONDITIONS * written("x" * MAX_CONDITION_CHARS) <= MAX_OFFER_CHARS


class TestOfAccessThatStartsLater:
    @pytest.fixture
    def later(self, story: Story) -> Story:
        """Ada's request for an hour of the warehouse, in an hour."""
        starts_at = story.clock() + timedelta(hours=1)
        story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, starts_at=starts_at), Actor(ADA))
        return story

    def test_a_shorter_time_begins_when_it_was_wanted(self, later: Story) -> None:
        later.approves_for_less(GRACE, HALF_AN_HOUR)
        grant = later.now.grant
        assert grant
        assert later.status == "scheduled"
        assert grant.starts_at == later.now.starts_at
        assert grant.ends_at - grant.starts_at == timedelta(minutes=30)
        assert replays(later)

    def test_accepted_late_it_lasts_as_long_as_was_approved_but_ends_in_time(self, later: Story) -> None:
        later.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        later.clock.forward(hours=1, minutes=40)
        later.accepts(ADA)
        grant = later.now.grant
        assert grant
        assert (later.status, grant.ends_at - later.clock()) == ("active", timedelta(minutes=20))
        assert replays(later)

    def test_conditions_expire_when_it_would_have_ended(self, later: Story) -> None:
        later.approves_for_less(GRACE, condition=READ_ONLY)
        later.clock.forward(hours=2)
        assert code(later.accepts(ADA)) == "lapsed"


class TestAnExtension:
    """Of access that was approved for half an hour instead of one, and under a condition."""

    @pytest.fixture
    def extends(self, asked: Story) -> Extended:
        asked.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        asked.accepts(ADA)
        found = extended(asked.now, asked.clock())
        assert found
        return found

    def asks_for_more(self, story: Story, extends: Extended, seconds: int = HALF_AN_HOUR) -> Decision:
        return story.handle(RequestAccess(SUBJECT, "warehouse", seconds, WHY, extends=extends), Actor(ADA))

    def test_is_no_longer_than_that_was_approved_for(
        self, extends: Extended, asked: Story, world: World
    ) -> None:
        more = Story(world, asked.clock)
        assert code(self.asks_for_more(more, extends, HALF_AN_HOUR + 1)) == "extends-too-long"
        self.asks_for_more(more, extends)
        assert more.status == "pending"

    def test_keeps_the_condition_that_was_accepted(
        self, extends: Extended, asked: Story, world: World
    ) -> None:
        more, plain = Story(world, asked.clock), Story(world, asked.clock)
        self.asks_for_more(more, extends)
        assert [(one.by, one.condition) for one in more.now.conditions] == [(GRACE, READ_ONLY)]
        self.asks_for_more(plain, extends.model_copy(update={"conditions": ()}))
        assert more.now.digest != plain.now.digest
        more.approves(EDSGER)
        assert more.status == "scheduled"
        assert replays(more)

    def test_of_it_keeps_them_too(self, extends: Extended, asked: Story, world: World) -> None:
        more = Story(world, asked.clock)
        self.asks_for_more(more, extends)
        more.approves_for_less(EDSGER, 600, "Tell me when you are done.")
        more.accepts(ADA)
        more.clock.at = extends.ends_at
        more.handle(StartGrant(SUBJECT), OUTBOX)
        again = extended(more.now, more.clock())
        assert again
        assert again.longest == 600
        assert [one.condition for one in again.conditions] == [READ_ONLY, "Tell me when you are done."]


class TestForged:
    """What the log can't say without its verifier noticing."""

    @pytest.fixture
    def told(self, two_stages: Story) -> Story:
        two_stages.approves_for_less(GRACE, HALF_AN_HOUR, READ_ONLY)
        two_stages.approves(RADIA)
        two_stages.accepts(ADA)
        assert replays(two_stages)
        return two_stages

    def why(self, story: Story, *left_out: str) -> str | None:
        kept = [one for one in story.logged.story() if one[0].action not in left_out]
        fault = replay(access.WORKFLOW, renumbered(kept)).fault
        return fault.why if fault else None

    def test_that_nobody_accepted(self, told: Story) -> None:
        assert self.why(told, "access.conditions-accepted") == "nobody had accepted its conditions"

    def test_that_nothing_was_offered(self, told: Story) -> None:
        assert self.why(told, "access.conditions-offered") == "no conditions had been offered"

    def test_that_it_was_approved_for_longer(self, told: Story) -> None:
        story = told.logged.story()
        at = next(n for n, (leaf, _) in enumerate(story) if leaf.action == "access.reviewed")
        leaf, typed = story[at]
        longer = leaf._replace(facts={**leaf.facts, "seconds": 3_600})
        fault = replay(access.WORKFLOW, renumbered([*story[:at], (longer, typed), *story[at + 1 :]])).fault
        assert fault
        assert "longer than was shown" in fault.why

    def test_that_the_condition_was_another(self, told: Story) -> None:
        story = told.logged.story()
        at = next(n for n, (leaf, _) in enumerate(story) if leaf.action == "access.reviewed")
        leaf, typed = story[at]
        changed = (leaf, {**typed, "condition": "Whatever you like."})
        fault = replay(access.WORKFLOW, [*story[:at], changed, *story[at + 1 :]]).fault
        assert fault
        assert "isn't the one that was recorded" in fault.why


def test_an_approval_of_what_was_asked_records_no_limits(asked: Story) -> None:
    asked.approves(GRACE)
    reviewed = next(one for one in asked.events if isinstance(one, Reviewed))
    assert (reviewed.seconds, reviewed.condition, reviewed.condition_digest) == (None, None, None)
    assert asked.now.digest == asked.now.asked_digest
