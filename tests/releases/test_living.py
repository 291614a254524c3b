"""What happens once a release is live: it is known what is, and there is a way back."""

import pytest

from tests.people import ADA, BARBARA, GRACE
from workflows.releases.model import ReportMoved, ReportReplaced
from workflows.workflow import CLOCKWORK, OUTBOX, NoChange, Refused


@pytest.fixture
def live(story):
    story.is_live(ADA, GRACE)
    return story


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
