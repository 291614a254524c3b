"""What happens once a release is live: it is known what is, and there is a way back."""

from dataclasses import replace

import pytest

from tests.people import ADA, BARBARA, GRACE
from workflows.releases.commands import ReportMoved, ReportReplaced
from workflows.workflow import CLOCKWORK, OUTBOX, NoChange, Refused


class TestGoingLive:
    def test_ends_when_something_else_is_live_by_then(self, story):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.is_read_before_going_live()
        story.not_moved("7")

        assert story.status == "superseded"
        assert story.now.move is None
        assert story.approves(GRACE).code == "decided"

    def test_isn_t_begun_when_what_it_was_to_replace_is_replaced(self, story):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.is_read_before_going_live(live="7")
        assert (story.status, story.now.found) == ("superseded", "7")

    def test_of_what_is_live_already_is_nothing_to_approve(self, story):
        story.proposes(ADA)
        story.is_read(live="2")
        assert story.status == "superseded"

    def test_is_heard_of_once(self, live):
        assert live.handle(ReportMoved("rel_01", "2"), OUTBOX) == NoChange()
        assert live.actions.count("went-live") == 1

    def test_works_for_a_first_version(self, story):
        story.proposes(ADA)
        story.is_read(live=None)
        story.approves(GRACE)
        story.is_read_before_going_live()
        story.moved()
        story.rolls_back(GRACE)
        assert (story.now.move.expected, story.now.move.to) == ("2", None)


class TestTheChecksAfterwards:
    def test_run_when_they_are_due(self, live):
        live.time_passes(seconds=14)
        assert not live.now.checking
        live.time_passes(seconds=1)
        assert live.now.checking
        assert [effect.kind for effect in live.effects][-2] == "check"

    def test_that_pass_say_so(self, live):
        live.time_passes(seconds=15)
        live.is_checked()
        assert live.status == "evaluated"

    @pytest.mark.parametrize("observed", [("0.1",), (), ("NaN",), ("0.9", "0.9")])
    def test_that_don_t_offer_the_way_back(self, live, observed):
        live.time_passes(seconds=15)
        live.is_checked(observed=observed)
        assert live.status == "live"
        assert live.now.checks[0].verdict != "passed"
        assert "check-failed" in live.told
        assert live.due is None

    def test_can_be_run_again(self, live):
        live.time_passes(seconds=15)
        live.is_checked(observed=("0.1",))
        assert isinstance(live.checks_again(BARBARA), Refused)
        live.checks_again(GRACE)
        live.is_checked(observed=("0.9",))
        assert live.status == "evaluated"


class TestRollingBack:
    def test_restores_the_version_before(self, live):
        live.rolls_back(GRACE, "worse")
        assert live.status == "rolling back"
        assert (live.now.move.expected, live.now.move.to) == ("2", "1")
        assert live.rolls_back(GRACE) == NoChange()
        live.moved()
        assert (live.status, live.now.reason) == ("rolled back", "worse")

    def test_can_be_done_by_its_author(self, live):
        live.rolls_back(ADA)
        assert live.status == "rolling back"

    def test_can_t_be_done_by_anybody(self, live):
        assert live.rolls_back(BARBARA).code == "not-an-approver"

    def test_of_what_isn_t_live_is_refused(self, story):
        story.proposes(ADA)
        assert story.rolls_back(ADA).code == "not-live"

    def test_touches_nothing_when_something_else_is_live(self, live):
        live.rolls_back(GRACE)
        live.not_moved("9")
        assert (live.status, live.now.drifted, live.now.found) == ("live", True, "9")
        live.rolls_back(GRACE)
        assert (live.now.move.expected, live.now.move.to) == ("9", "1"), "now it is known what is replaced"


class TestWhatIsMovedByHand:
    def test_is_noticed_once_and_told(self, live):
        live.is_looked_at("9")
        assert (live.now.drifted, live.now.found) == (True, "9")
        assert live.is_looked_at("9") == NoChange()
        assert live.told.count("drifted") == 1

    def test_can_be_restored(self, live):
        live.is_looked_at("9")
        assert isinstance(live.restores(BARBARA), Refused)
        live.restores(GRACE)
        assert (live.now.move.why, live.now.move.expected, live.now.move.to) == ("restore", "9", "2")
        live.moved()
        assert (live.status, live.now.drifted) == ("live", False)

    def test_is_over_when_somebody_moves_it_back(self, live):
        live.is_looked_at(None)
        live.is_looked_at("2")
        assert not live.now.drifted

    def test_is_noticed_after_a_rollback_as_well(self, live):
        live.rolls_back(GRACE)
        live.moved()
        assert live.is_looked_at("1") == NoChange()
        live.is_looked_at("2")
        live.restores(GRACE)
        assert live.now.move.to == "1"

    def test_concerns_the_latest_release_alone(self, live):
        live.handle(ReportReplaced("rel_01", "rel_02"), CLOCKWORK)
        assert live.status == "replaced"
        assert live.is_looked_at("3") == NoChange()
        assert live.rolls_back(GRACE).code == "not-live"


APPROVED, BEFORE, OTHER, ANOTHER = "a" * 64, "1" * 64, "b" * 64, "c" * 64


class TestTheBytesThatAreLive:
    """Version numbers say nothing of what is behind them: what was approved are bytes (P4)."""

    def test_are_read_right_after_each_move(self, live):
        assert [one.kind for one in live.effects].count("compare") == 1
        live.is_compared(APPROVED)
        assert live.now.compared
        live.rolls_back(GRACE)
        live.moved()
        assert [one.kind for one in live.effects].count("compare") == 2
        assert not live.now.compared
        live.is_compared(BEFORE)
        assert live.actions[-1] == "artifact-confirmed"

    def test_that_are_others_are_told_once_with_both_digests_and_can_be_rolled_back(self, live):
        live.is_compared(OTHER)
        event = live.events[-1]
        assert (event.action, event.approved, event.found) == ("artifact-changed", APPROVED, OTHER)
        assert live.is_compared(OTHER) == NoChange()
        assert live.told.count("artifact-changed") == 1
        live.is_compared(ANOTHER)
        assert live.now.swapped == ANOTHER
        live.rolls_back(GRACE)
        live.moved()
        assert (live.status, live.now.swapped) == ("rolled back", "")

    def test_that_are_put_back_are_told_so(self, live):
        live.is_compared(OTHER)
        live.is_compared(APPROVED)
        assert (live.now.swapped, live.actions[-1]) == ("", "artifact-confirmed")
        assert live.is_compared(APPROVED) == NoChange()

    def test_that_can_t_be_read_any_more_are_told_once(self, live):
        live.is_compared(APPROVED)
        live.is_compared(None, why="it is gone")
        assert (live.now.unread, live.told[-1]) == ("it is gone", "artifact-not-read")
        assert live.is_compared(None, why="it is gone, by other words") == NoChange()
        live.is_compared(OTHER)
        assert (live.now.unread, live.now.swapped) == (None, OTHER)

    def test_of_another_version_than_ought_to_be_live_say_nothing(self, live):
        assert live.is_compared(OTHER, version="1") == NoChange()
        live.is_looked_at("9")
        assert live.is_compared(OTHER) == NoChange(), "the alias is elsewhere, which is told already"
        live.handle(ReportReplaced("rel_01", "rel_02"), CLOCKWORK)
        assert live.is_compared(OTHER) == NoChange()

    def test_of_the_version_before_have_to_be_those_it_was_approved_with(self, live):
        live.rolls_back(GRACE)
        live.is_stopped(OTHER)
        event = live.events[-1]
        assert (event.action, event.version, event.approved, event.found) == (
            "move-stopped",
            "1",
            BEFORE,
            OTHER,
        )
        assert (live.status, live.now.move, live.now.stopped) == ("live", None, "1")
        assert live.told[-1] == "move-stopped"
        live.rolls_back(GRACE)
        assert live.now.stopped is None, "it is looked at again"
        live.moved()
        assert live.status == "rolled back"

    def test_after_a_rollback_are_compared_with_those_of_the_version_before(self, live):
        live.rolls_back(GRACE)
        live.moved()
        live.is_compared(APPROVED)
        assert live.now.swapped == APPROVED

    def test_that_nobody_ever_read_are_not_compared(self, story):
        story.registry = replace(story.registry, approved_before="")
        story.is_live(ADA, GRACE)
        story.rolls_back(GRACE)
        story.moved()
        assert [one.kind for one in story.effects].count("compare") == 1
        assert story.is_compared(OTHER) == NoChange()
