"""Access from a later moment on: scheduled until then, under the rules of then, and over when it was to be over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.people import ADA, EDSGER, GRACE, MARGARET
from workflows.access import objection
from workflows.access.commands import ReassessAccess, RequestAccess, StartGrant
from workflows.access.extensions import extended
from workflows.access.scheduling import CancelScheduled
from workflows.access.views import held_over
from workflows.policy.directory import Doubt
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, NoChange, Refused, TimePassed, World

HOUR = timedelta(hours=1)


def asks(story: Story, starts_at: datetime | None, seconds: int = 3_600, what: str = "warehouse") -> Decision:
    return story.handle(RequestAccess(SUBJECT, what, seconds, WHY, starts_at=starts_at), Actor(ADA))


def starts(story: Story) -> Decision:
    return story.handle(StartGrant(SUBJECT), OUTBOX)


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


@pytest.fixture
def story(world: World) -> Story:
    """Ada's request for an hour, two hours from now."""
    story = Story(world)
    asks(story, story.clock() + 2 * HOUR)
    assert story.status == "pending"
    return story


@pytest.fixture
def scheduled(story: Story) -> Story:
    story.approves(GRACE)
    assert story.status == "scheduled"
    return story


class TestAWindow:
    def test_begins_and_ends_when_it_was_asked_for(self, scheduled: Story) -> None:
        grant, starts_at = scheduled.now.grant, scheduled.clock() + 2 * HOUR
        assert grant
        assert (grant.starts_at, grant.ends_at) == (starts_at, starts_at + HOUR)
        (effect,) = scheduled.called_for("start-grant")
        assert scheduled.clock() + timedelta(seconds=effect.delay) == starts_at

        scheduled.clock.at = starts_at
        starts(scheduled)
        assert scheduled.status == "active"
        assert held_over(scheduled.now) == (starts_at, None)
        scheduled.passes(hours=1)
        assert scheduled.status == "ended"
        assert scheduled.logged.replayed().state == scheduled.state

    def test_gives_nothing_before_it_begins(self, scheduled: Story) -> None:
        assert code(scheduled.gets_credentials(ADA)) == "not-started"
        assert starts(scheduled) == NoChange()
        assert code(scheduled.handle(StartGrant(SUBJECT), Actor(ADA))) == "not-yours"
        assert held_over(scheduled.now) is None

    def test_may_be_asked_for_in_any_time_zone(self, world: World) -> None:
        story = Story(world)
        kathmandu = timezone(timedelta(hours=5, minutes=45))
        asks(story, (story.clock() + HOUR).astimezone(kathmandu))
        assert story.now.starts_at == story.clock() + HOUR
        assert story.now.starts_at.tzinfo == UTC
        assert story.logged.replayed().fault is None

    def test_is_announced_to_the_requester_when_it_begins(self, scheduled: Story) -> None:
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        assert (ADA, "grant-started") in scheduled.told


@pytest.mark.parametrize(
    ("ahead", "refusal"),
    [
        (timedelta(), "start-in-the-past"),
        (-HOUR, "start-in-the-past"),
        (timedelta(days=7, seconds=1), "start-too-late"),
        (timedelta(days=100_000), "start-too-late"),
    ],
)
def test_a_start_that_cant_be_is_refused_under_its_field(
    world: World, ahead: timedelta, refusal: str
) -> None:
    story = Story(world)
    decision = asks(story, story.clock() + ahead)
    assert code(decision) == refusal
    assert isinstance(decision, Refused)
    assert set(decision.fields) == {"start"}
    assert story.state is None


def test_a_week_ahead_is_the_limit_unless_the_bundle_says_otherwise(world: World) -> None:
    story = Story(world)
    asks(story, story.clock() + timedelta(days=7))
    assert story.status == "pending"


def test_a_window_longer_than_the_rule_allows_is_refused(world: World) -> None:
    story = Story(world)
    assert code(asks(story, story.clock() + HOUR, seconds=86_400)) == "too-long"


def test_an_extension_has_no_start_of_its_own(world: World) -> None:
    before = Story(world)
    before.asks(ADA)
    before.approves(GRACE)
    command = RequestAccess(
        "acc_02",
        "warehouse",
        1_800,
        WHY,
        extends=extended(before.now, before.clock()),
        starts_at=before.clock() + HOUR,
    )
    assert code(Story(world, before.clock).handle(command, Actor(ADA))) == "extension-start"


class TestApprovedAfterItsStart:
    def test_it_begins_at_once_and_ends_when_it_was_to_end(self, story: Story) -> None:
        story.clock.forward(hours=2, minutes=45)
        story.approves(GRACE)
        grant = story.now.grant
        assert grant
        assert story.status == "active"
        assert (grant.starts_at, grant.ends_at) == (story.clock(), story.clock() + HOUR / 4)
        assert story.called_for("start-grant") == []
        assert story.logged.replayed().fault is None

    def test_after_its_end_it_has_expired(self, story: Story) -> None:
        assert story.due
        story.clock.forward(hours=3)
        assert code(story.approves(GRACE)) == "lapsed"
        assert story.status == "lapsed"

    def test_nobody_is_reminded_of_the_end_of_what_is_short(self, story: Story) -> None:
        story.clock.forward(hours=2, minutes=45)
        story.approves(GRACE)
        story.passes(minutes=15)
        assert "end-announced" not in story.actions

    def test_the_request_expires_with_its_window_at_the_latest(self, story: Story) -> None:
        assert story.now.lapses_at == story.clock() + 3 * HOUR
        story.passes(hours=3)
        assert story.status == "lapsed"

    def test_the_rule_may_let_it_expire_sooner(self, world: World) -> None:
        story = Story(world)
        asks(story, story.clock() + timedelta(days=1))
        assert story.now.lapses_at == story.clock() + timedelta(seconds=story.now.terms.lapse)


class TestTheRulesOfItsStart:
    def test_whoever_lost_eligibility_gets_nothing(self, scheduled: Story, worlds: dict[str, World]) -> None:
        scheduled.world = worlds["data owners alone may ask"]
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        self.is_cancelled(scheduled, "Only members of")

    def test_what_the_policy_no_longer_has_is_cancelled(
        self, scheduled: Story, worlds: dict[str, World]
    ) -> None:
        scheduled.world = worlds["warehouse is gone"]
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        self.is_cancelled(scheduled, "wasn't found")

    def test_what_is_longer_than_allowed_now_is_cancelled(
        self, scheduled: Story, worlds: dict[str, World]
    ) -> None:
        scheduled.world = worlds["half an hour at most"]
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        self.is_cancelled(scheduled, "The maximum is 30 minutes")

    def test_that_its_approvers_have_left_since_doesnt_matter(self, scheduled: Story) -> None:
        directory = scheduled.world.directory
        nobody = replace(directory, groups={**directory.groups, "data-owners": frozenset()})
        scheduled.world = replace(scheduled.world, directory=nobody)
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        assert scheduled.status == "active"

    @pytest.mark.parametrize("change", ["two data owners", "security as well", "only incident command"])
    def test_a_bundle_that_asks_for_more_approvals_stops_it(
        self, scheduled: Story, worlds: dict[str, World], change: str
    ) -> None:
        why = objection.objection_to_grant(
            scheduled.now, tuple(scheduled.logged.replayed().story), worlds[change]
        )
        assert why == f"It now needs more or other approvals. {objection.CHANGED}"
        scheduled.handle(CancelScheduled(SUBJECT, why), OUTBOX)
        self.is_cancelled(scheduled, "more or other approvals")

    def test_it_waits_while_nobody_knows_whether_the_requester_is_still_here(self, scheduled: Story) -> None:
        scheduled.world = replace(scheduled.world, doubts=(Doubt("Slack hasn't said."),))
        scheduled.clock.forward(hours=2)
        assert code(starts(scheduled)) == "unconfirmed"
        assert scheduled.status == "scheduled"
        scheduled.passes(hours=1)
        assert scheduled.status == "ended"
        assert held_over(scheduled.now) is None
        assert starts(scheduled) == NoChange()

    def test_it_waits_while_clocks_differ(self, scheduled: Story) -> None:
        scheduled.world = replace(scheduled.world, clocks="The clocks differ.")
        scheduled.clock.forward(hours=2)
        assert code(starts(scheduled)) == "clocks-differ"

    @staticmethod
    def is_cancelled(story: Story, why: str) -> None:
        grant = story.now.grant
        assert grant
        assert (story.status, grant.how) == ("ended", "cancelled")
        assert why in (story.now.reason or "")
        assert held_over(story.now) is None
        assert (ADA, "grant-ended") in story.told
        replayed = story.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, story.state)


class TestBeforeItBegins:
    def test_whoever_leaves_is_known_not_to_come(self, scheduled: Story, worlds: dict[str, World]) -> None:
        scheduled.world = worlds["data owners alone may ask"]
        scheduled.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        TestTheRulesOfItsStart.is_cancelled(scheduled, "Only members of")

    def test_a_change_that_allows_it_changes_nothing(
        self, scheduled: Story, worlds: dict[str, World]
    ) -> None:
        scheduled.world = worlds["a day to decide"]
        assert scheduled.handle(ReassessAccess(SUBJECT), CLOCKWORK) == NoChange()

    def test_nobody_is_cancelled_in_doubt(self, scheduled: Story, worlds: dict[str, World]) -> None:
        changed = worlds["data owners alone may ask"]
        scheduled.world = replace(changed, doubts=(Doubt("Slack hasn't said."),))
        assert scheduled.handle(ReassessAccess(SUBJECT), CLOCKWORK) == NoChange()

    def test_it_can_be_given_back(self, scheduled: Story) -> None:
        scheduled.gives_back(ADA)
        assert scheduled.status == "ended"
        scheduled.clock.forward(hours=2)
        assert starts(scheduled) == NoChange()
        assert held_over(scheduled.now) is None

    def test_it_can_be_revoked_by_its_approvers_alone(self, scheduled: Story) -> None:
        assert code(scheduled.revokes(MARGARET)) == "not-an-approver"
        scheduled.revokes(EDSGER)
        assert scheduled.status == "ended"
        assert held_over(scheduled.now) is None

    def test_its_request_can_be_withdrawn_while_it_is_pending(self, story: Story) -> None:
        story.withdraws(ADA)
        assert story.status == "withdrawn"
        assert code(story.approves(GRACE)) is not None

    def test_nobody_but_daypass_cancels_it(self, scheduled: Story) -> None:
        assert code(scheduled.handle(CancelScheduled(SUBJECT, "no"), Actor(EDSGER))) == "not-an-approver"
        assert scheduled.status == "scheduled"

    def test_it_isnt_cancelled_once_it_has_begun(self, scheduled: Story) -> None:
        scheduled.clock.forward(hours=2)
        starts(scheduled)
        assert scheduled.handle(CancelScheduled(SUBJECT, "late"), OUTBOX) == NoChange()

    def test_its_approval_is_bound_to_the_start_that_was_shown(self, world: World) -> None:
        story, other = Story(world), Story(world)
        asks(story, story.clock() + HOUR)
        asks(other, other.clock() + 2 * HOUR)
        assert story.now.digest != other.now.digest
        assert code(story.approves(GRACE, other.card)) == "stale"


def test_whatever_is_due_of_a_scheduled_grant_lies_no_later_than_its_end(scheduled: Story) -> None:
    grant = scheduled.now.grant
    assert grant
    assert scheduled.due == grant.ends_at
    assert scheduled.handle(TimePassed(SUBJECT), CLOCKWORK) == NoChange()
