"""Break-glass: taken at once and without approval, by those whom the rule lets; loud, short, and reviewed by somebody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, WHY, Story
from tests.builders import world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.access.break_glass.commands import (
    ReportBreakGlassIncident,
    ReviewBreakGlass,
    TakeAccess,
    TakenBefore,
)
from workflows.access.break_glass.decide import reminders
from workflows.access.break_glass.events import BreakGlassReviewReminded
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.break_glass.state import REVIEW, BreakGlassVerdict, Denial
from workflows.access.events import Approved
from workflows.access.objection import objection
from workflows.access.views import audiences, concerns, overdue
from workflows.approval.approvers_check import CheckApprovers
from workflows.queries.waiting import waiting_for
from workflows.system.absences.state import Absence
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, NoChange, Refused, World

HALF_AN_HOUR = 1_800
NOTHING_BEFORE = TakenBefore()
JUDGED = "read the query log: only the broken job was touched"


def takes(
    story: Story,
    who: str = GRACE,
    seconds: int = HALF_AN_HOUR,
    why: str = WHY,
    before: TakenBefore = NOTHING_BEFORE,
    what: str = "warehouse",
) -> Decision:
    return story.handle(TakeAccess(SUBJECT, what, seconds, why, before=before), Actor(who))


def reviews(
    story: Story, who: str = EDSGER, verdict: BreakGlassVerdict = "justified", why: str = JUDGED
) -> Decision:
    return story.handle(ReviewBreakGlass(SUBJECT, verdict, why), Actor(who))


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


def replays(story: Story) -> bool:
    replayed = story.logged.replayed()
    return (replayed.fault, replayed.state) == (None, story.state)


@pytest.fixture
def taken(story: Story) -> Story:
    """Grace's, active for half an hour."""
    takes(story)
    return story


@pytest.fixture
def over(taken: Story) -> Story:
    """Grace's, ended, and not reviewed."""
    taken.passes(minutes=31)
    return taken


class TestTaking:
    def test_it_is_active_at_once_and_says_that_nobody_approved_it(self, taken: Story) -> None:
        grant = taken.now.grant
        assert grant is not None
        assert (taken.status, taken.now.awaits) == ("active", REVIEW)
        assert grant.ends_at - grant.starts_at == timedelta(seconds=HALF_AN_HOUR)
        assert taken.actions == ["requested", "break-glass-taken", "granted"]
        assert not any(isinstance(one, Approved) for one in taken.events)
        assert replays(taken)

    def test_everybody_who_could_have_approved_it_is_told(self, taken: Story, world: World) -> None:
        places = {one.place for one in audiences(taken.now, world.directory, "#alarms")}
        assert {f"person:{EDSGER}", f"person:{RADIA}", "channel:#incidents"} <= places
        event = next(one for one in taken.events if one.action == "break-glass-taken")
        assert set(event.model_dump()["people"]) == {EDSGER, RADIA}

    def test_it_is_looked_at_once_more_beside_what_else_was_taken(self, taken: Story) -> None:
        assert len(taken.called_for("check-break-glass")) == 1
        assert taken.called_for("open-incident")[0].payload == {"severity": "sev3", "service": None}

    @pytest.mark.parametrize(
        ("wrong", "why_not"),
        [
            ({"who": ADA}, "not-in-break-glass"),
            ({"who": BARBARA}, "not-eligible,not-in-break-glass"),
            ({"seconds": HALF_AN_HOUR + 60}, "too-long"),
            ({"seconds": 1}, "too-short"),
            ({"why": "it is very urgent"}, "too-short"),
            ({"what": "warehouse-write"}, "missing,no-break-glass"),
            ({"what": "nothing-like-it"}, "unknown"),
        ],
    )
    def test_it_is_refused_to_others_and_for_more(
        self, story: Story, wrong: dict[str, str], why_not: str
    ) -> None:
        refused = takes(story, **wrong)  # type: ignore[arg-type]
        assert code(refused) == why_not
        assert story.state is None

    def test_no_machine_takes_it(self, story: Story) -> None:
        machine = Actor.machine("machine:nightly-training")
        refused = story.handle(TakeAccess(SUBJECT, "warehouse", HALF_AN_HOUR, WHY), machine)
        assert code(refused) == "people-only"

    def test_it_needs_no_quorum_but_somebody_to_review_it(self, world: World) -> None:
        alone = world_of(world.bundle, data_owners=frozenset({GRACE}), incident_command=frozenset())
        story = Story(alone)
        takes(story)
        assert story.status == "active"
        nobody = world_of(
            world.bundle,
            data_owners=frozenset({GRACE}),
            incident_command=frozenset(),
            security=frozenset({GRACE}),
        )
        assert code(takes(Story(nobody))) == "no-reviewers"

    def test_it_waits_while_clocks_differ(self, story: Story) -> None:
        story.world = replace(story.world, clocks="Clocks differ by an hour.")
        assert code(takes(story)) == "clocks-differ"
        assert story.state is None

    def test_a_second_click_changes_nothing(self, taken: Story) -> None:
        assert takes(taken) == NoChange()

    def test_an_approver_revokes_it_at_once(self, taken: Story) -> None:
        taken.revokes(EDSGER)
        assert taken.status == "ended"
        assert taken.now.awaits == REVIEW


class TestWhatStandsAgainstIt:
    def test_an_overdue_review_blocks_the_next(self, story: Story) -> None:
        assert code(takes(story, before=TakenBefore(overdue=("acc_1",), unreviewed=("acc_1",)))) == (
            "review-overdue"
        )

    def test_as_many_as_may_be_unreviewed_are(self, story: Story) -> None:
        two = TakenBefore(unreviewed=("acc_1", "acc_2"))
        three = TakenBefore(unreviewed=("acc_1", "acc_2", "acc_3"))
        assert code(takes(story, before=three)) == "too-many-unreviewed"
        takes(story, before=two)
        assert story.status == "active"
        assert replays(story)

    def test_it_is_taken_once_at_a_time(self, story: Story) -> None:
        assert code(takes(story, before=TakenBefore(current="acc_1"))) == "taken-already"

    def test_a_denial_counts_for_an_hour_and_is_shown_after_that(self, story: Story) -> None:
        denied = Denial(request="acc_1", by=EDSGER, at=story.clock() - timedelta(minutes=59))
        assert code(takes(story, before=TakenBefore(denied=denied))) == "denied-recently"
        story.clock.forward(minutes=1)
        takes(story, before=TakenBefore(denied=denied))
        assert story.now.break_glass is not None
        assert story.now.break_glass.denied == denied
        assert replays(story)


class TestTheReview:
    def test_by_somebody_else_it_settles_it(self, over: Story) -> None:
        reviews(over)
        taken = over.now.break_glass
        assert taken is not None
        assert taken.review is not None
        assert (taken.verdict, taken.review.reviewer, over.now.awaits) == ("justified", EDSGER, None)
        assert over.status == "ended"
        assert over.due is None
        assert (GRACE, "break-glass-reviewed") in over.told
        assert replays(over)

    @pytest.mark.parametrize(
        ("who", "why_not"), [(GRACE, "own-access"), (ADA, "not-a-reviewer"), (MARGARET, "not-a-reviewer")]
    )
    def test_is_nobody_elses_to_give(self, over: Story, who: str, why_not: str) -> None:
        assert code(reviews(over, who)) == why_not
        assert over.now.awaits == REVIEW

    def test_under_no_other_account_of_whoever_took_it(self, over: Story, world: World) -> None:
        over.world = with_two_accounts(world, GRACE, EDSGER)
        assert code(reviews(over, EDSGER)) == "own-access"

    def test_by_the_review_s_own_group(self, over: Story) -> None:
        reviews(over, RADIA, "unjustified")
        assert over.now.break_glass is not None
        assert over.now.break_glass.verdict == "unjustified"
        assert replays(over)

    def test_waits_until_it_is_over_unless_it_is_not_justified(self, taken: Story) -> None:
        assert code(reviews(taken)) == "still-active"
        reviews(taken, verdict="unjustified")
        assert taken.status == "ended"
        assert taken.now.grant is not None
        assert (taken.now.grant.how, taken.now.grant.ended_by) == ("revoked", EDSGER)
        assert replays(taken)

    def test_has_a_reason(self, over: Story) -> None:
        assert code(reviews(over, why="ok")) == "no-reason"

    def test_is_given_once(self, over: Story) -> None:
        reviews(over)
        assert reviews(over) == NoChange()
        assert code(reviews(over, RADIA, "unjustified")) == "reviewed"

    def test_of_what_was_approved_there_is_none(self, story: Story) -> None:
        story.asks(ADA)
        story.approves(GRACE)
        assert code(reviews(story)) == "not-taken"

    def test_concerns_those_who_can_give_it(self, over: Story, world: World) -> None:
        assert concerns(over.now, world.directory, RADIA)
        assert not concerns(over.now, world.directory, ADA)


def reminded(over: Story) -> set[str]:
    """To whom a reminder fell due. They get it when they chose to, so the request itself tells them nothing."""
    assert not [one for one in over.told if one[1] == BreakGlassReviewReminded.action]
    due = [one for one in over.events if isinstance(one, BreakGlassReviewReminded)]
    return {person for one in due for person in one.people}


class TestTheDeadline:
    def test_reviewers_are_reminded_halfway_and_others_can_review_then(self, over: Story) -> None:
        over.passes(hours=12)
        assert {EDSGER, RADIA} <= reminded(over)
        assert GRACE not in reminded(over)
        assert (MARGARET, "break-glass-review-escalated") in over.told
        reviews(over, MARGARET)
        assert over.now.awaits is None
        assert replays(over)

    def test_it_waits_for_its_reviewers_once_it_is_over_and_until_it_is_reviewed(
        self, taken: Story, world: World
    ) -> None:
        assert waiting_for(taken.now, world.directory) == {}
        taken.passes(minutes=31)
        waiting = waiting_for(taken.now, world.directory)
        assert waiting.keys() == reviewers(taken.now, world.directory)
        assert waiting[EDSGER].reminders == tuple(reminders(taken.now))
        reviews(taken)
        assert waiting_for(taken.now, world.directory) == {}

    def test_a_reviewer_who_is_away_is_not_reminded(self, over: Story) -> None:
        at = over.clock()
        away = Absence(id="away_1", status="away", owner=EDSGER, at=at, until=at + timedelta(days=2))
        over.world = replace(over.world, in_force=(away,))
        over.passes(hours=12)
        assert RADIA in reminded(over)
        assert EDSGER not in reminded(over)
        assert replays(over)

    def test_an_overdue_review_is_said_to_everybody_concerned_and_can_still_be_given(
        self, over: Story, world: World
    ) -> None:
        over.passes(hours=25)
        assert over.now.break_glass is not None
        assert over.now.break_glass.verdict == "overdue"
        assert {(EDSGER, "break-glass-review-overdue"), (GRACE, "break-glass-blocked")} <= set(over.told)
        assert overdue(over.now, world.directory, over.clock())
        reviews(over)
        assert over.now.break_glass.verdict == "justified"
        assert not overdue(over.now, world.directory, over.clock())
        assert replays(over)

    def test_reminders_come_to_an_end_and_the_review_doesn_t(self, over: Story) -> None:
        over.passes(days=30)
        assert over.due is None
        assert over.now.awaits == REVIEW
        assert over.actions.count("break-glass-review-reminded") == 8
        assert replays(over)

    def test_what_was_missed_is_said_once(self, over: Story) -> None:
        over.clock.forward(days=4)
        over.passes(seconds=0)
        assert over.actions.count("break-glass-review-reminded") == 1
        assert over.actions.count("break-glass-review-overdue") == 1
        assert replays(over)


class TestReviewersLeave:
    def test_it_is_escalated_at_once_when_nobody_is_left(self, over: Story, world: World) -> None:
        over.world = world_of(world.bundle, data_owners=frozenset({GRACE}), security=frozenset())
        over.handle(CheckApprovers(SUBJECT), CLOCKWORK)
        assert over.actions[-2:] == ["break-glass-reviewers-missing", "break-glass-review-escalated"]
        over.handle(CheckApprovers(SUBJECT), CLOCKWORK)
        assert over.actions[-1] == "break-glass-reviewers-found"
        assert reviewers(over.now, over.world.directory) == {MARGARET}
        assert replays(over)

    def test_it_is_known_when_nobody_is_left_at_all_and_when_somebody_is_again(
        self, over: Story, world: World
    ) -> None:
        over.world = world_of(
            world.bundle,
            data_owners=frozenset({GRACE}),
            security=frozenset(),
            incident_command=frozenset(),
        )
        over.handle(CheckApprovers(SUBJECT), CLOCKWORK)
        assert over.handle(CheckApprovers(SUBJECT), CLOCKWORK) == NoChange()
        assert over.now.break_glass is not None
        assert over.now.break_glass.short
        over.world = world
        over.handle(CheckApprovers(SUBJECT), CLOCKWORK)
        assert over.actions[-1] == "break-glass-reviewers-found"
        assert replays(over)


class TestTheLog:
    def test_no_credential_is_made_once_the_rule_lets_nobody_take_it(self, taken: Story) -> None:
        taken.gets_credentials(GRACE)
        story = taken.logged.replayed().story
        assert objection(taken.now, story, "crd_1", taken.world) is None
        moved = world_of(taken.world.bundle, data_owners=frozenset({EDSGER}))
        assert objection(taken.now, story, "crd_1", moved) is not None

    def test_it_shows_the_incident(self, taken: Story) -> None:
        report = ReportBreakGlassIncident(SUBJECT, "inc_1", "inc-1", joined=False)
        assert code(taken.handle(report, Actor(GRACE))) == "not-a-reviewer"
        taken.handle(report, OUTBOX)
        assert taken.handle(report, OUTBOX) == NoChange()
        assert taken.now.break_glass is not None
        assert taken.now.break_glass.incident == "inc-1"
        assert replays(taken)
