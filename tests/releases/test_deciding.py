"""Who decides on a release and what on: never its authors (P3), and only on what was shown (P4)."""

import pytest

from tests.builders import world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.releases.commands import ReassessRelease, ReviewRelease
from workflows.workflow import CLOCKWORK, Actor, NoChange, Refused

TWO = ("      quorum: 1\n", "      quorum: 2\n")
LICENCE = (
    "  - name: card\n    kind: model-card",
    "  - name: licence\n    kind: licence\n    tag: licence\n    allowed: [MIT, Apache-2.0]\n"
    "  - name: card\n    kind: model-card",
)
SECOND_ACCOUNT = (
    "    known_as: [ada, alovelace] # her names in MLflow\n",
    "    known_as: [ada, alovelace]\n"
    "  grace:\n    accounts: [grace@northwind.example, edsger@northwind.example]\n    known_as: [ghopper]\n",
)


def code(decision):
    return decision.code if isinstance(decision, Refused) else decision


class TestARelease:
    def test_goes_live_when_its_gates_have_passed_and_enough_have_approved(self, story):
        story.proposes(ADA)
        story.is_read()
        assert story.status == "pending"

        story.approves(GRACE)
        assert story.status == "approved"
        story.is_read_before_going_live()
        assert (story.now.move.expected, story.now.move.to) == ("1", "2")
        story.moved()

        assert story.status == "live"
        assert story.actions == [
            "proposed", "evidence-read", "reviewed", "approved", "move-started", "went-live"
        ]  # fmt: skip

    def test_isn_t_decided_before_its_gates_have_passed(self, story):
        story.proposes(ADA)
        assert code(story.approves(GRACE)) == "gates"

        story.is_read(ndcg=("0.5",))
        assert story.status == "proposed"
        assert code(story.approves(GRACE)) == "gates"

        story.is_read(ndcg=("0.9",))
        assert story.status == "pending"

    def test_needs_its_whole_quorum(self, story, changed):
        story.world = changed(TWO)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        assert story.status == "pending"

        story.approves(EDSGER)
        assert story.status == "approved"

    def test_is_over_when_one_rejects_it(self, story):
        story.proposes(ADA)
        story.is_read()
        story.rejects(GRACE, "the card says nothing of bias")

        assert (story.status, story.now.reason) == ("rejected", "the card says nothing of bias")
        assert code(story.approves(EDSGER)) == "decided"
        assert story.is_read() == NoChange()

    def test_lapses_when_nobody_decides(self, story):
        story.proposes(ADA)
        story.is_read()
        story.time_passes(hours=9)

        assert story.status == "lapsed"
        assert code(story.approves(GRACE)) == "decided"

    def test_is_decided_by_those_it_was_escalated_to(self, story):
        story.proposes(ADA)
        story.is_read()
        assert code(story.approves(MARGARET)) == "not-an-approver"
        story.time_passes(minutes=61)
        story.approves(MARGARET)

        assert story.status == "approved"

    def test_is_neither_rejected_nor_rolled_back_for_what_is_no_text(self, story):
        story.proposes(ADA)
        story.is_read()
        assert code(story.rejects(GRACE, "no\0")) == "unreadable"
        story.approves(GRACE)
        story.is_read_before_going_live()
        story.moved()
        assert code(story.rolls_back(GRACE, "\ud800")) == "unreadable"
        assert story.status == "live"

    def test_is_withdrawn_by_whoever_proposed_it_and_nobody_else(self, story):
        story.proposes(ADA)
        assert code(story.withdraws(GRACE)) == "not-yours"
        story.withdraws(ADA)
        assert story.status == "withdrawn"

    def test_is_withdrawn_under_another_account_of_whoever_proposed_it(self, story):
        story.proposes(ADA)
        story.world = with_two_accounts(story.world, ADA, BARBARA)
        story.withdraws(BARBARA)
        assert story.status == "withdrawn"

    @pytest.mark.parametrize(
        ("what", "field"),
        [
            ({"service": "nothing"}, "service"),
            ({"version": ""}, "version"),
            ({"version": "2; drop"}, "version"),
            ({"note": "x" * 2_000}, "note"),
            ({"note": "\0"}, "note"),
        ],
    )
    def test_is_refused_with_what_is_wrong_in_each_field(self, story, what, field):
        refused = story.proposes(ADA, **what)
        assert isinstance(refused, Refused)
        assert field in refused.fields

    def test_isn_t_proposed_by_who_may_not(self, story):
        assert code(story.proposes(BARBARA)) == "not-eligible"


class TestItsAuthors:
    def test_never_approve_whoever_proposed_it(self, story):
        story.proposes(GRACE)
        story.is_read()
        assert code(story.approves(GRACE)) == "author"
        story.approves(EDSGER)
        assert story.status == "approved"

    def test_never_approve_whoever_trained_it(self, story):
        story.proposes(ADA)
        story.is_read(user="grace@northwind.example")
        assert code(story.approves(GRACE)) == "author"

    def test_never_approve_by_a_second_account(self, story, changed):
        """Grace trained it; the bundle says that what calls itself Edsger is Grace, too."""
        story.world = changed(SECOND_ACCOUNT, file="people.yaml")
        story.proposes(ADA)
        story.is_read(user="GHopper")
        assert code(story.approves(EDSGER)) == "author"
        assert code(story.approves(GRACE)) == "author"

    def test_count_once_however_many_accounts_they_have(self, story, changed, tmp_path):
        story.world = changed(SECOND_ACCOUNT, file="people.yaml")
        story.proposes(ADA)
        story.is_read()
        story.world = world_of(story.world.bundle, data_owners=frozenset({GRACE, EDSGER, RADIA}))
        story.approves(GRACE)
        assert story.status == "approved"
        again = story.handle(ReviewRelease("rel_01", "approve", *story.card), Actor(EDSGER))
        assert isinstance(again, Refused)

    def test_have_to_be_known_or_it_can_t_be_decided(self, story):
        story.proposes(ADA)
        story.is_read(user="somebody")
        assert story.status == "proposed"
        assert "people.yaml" in story.now.results[0].sentence

        story.is_read(user="training-pipeline")
        assert story.status == "pending", "the bundle says that this is a machine"

        story.is_read(user="")
        assert story.status == "proposed"


class TestAnApproval:
    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ({"artifact": "b" * 64}, "artifact"),
            ({"ndcg": ("0.91",)}, "evidence"),
            ({"champion": ("0.7",)}, "evidence"),
            ({"user": "alovelace"}, "authors"),
            ({"sections": ("Data",)}, "gates"),
            ({"status": "RUNNING"}, "evidence"),
        ],
    )
    def test_is_void_when_what_it_was_given_for_changes(self, story, changed, change, word):
        story.world = changed(TWO)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        before = story.card
        story.is_read(**change)

        assert story.now.reviews == ()
        assert word in story.now.voided or story.now.voided == ("evidence",)
        assert "approval-voided" in story.told
        if word != "gates" and change != {"status": "RUNNING"}:
            assert code(story.approves(EDSGER, before)) == "stale"

    @pytest.mark.parametrize("change", [{"artifact": "b" * 64}, {"ndcg": ("0.2",)}, {"missing": True}])
    def test_is_void_when_it_changes_right_before_going_live(self, story, change):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.is_read_before_going_live(**change)

        assert story.now.move is None
        assert story.status in ("proposed", "pending")
        assert story.now.reviews == ()

    def test_is_void_when_what_a_gate_read_is_swapped_for_what_passes_too(self, story, changed):
        story.world = changed(LICENCE)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.is_read_before_going_live(licence="Apache-2.0")

        assert (story.status, story.now.voided, story.now.move) == ("pending", ("evidence",), None)
        assert story.now.reviews == ()

    def test_is_void_when_the_rules_change(self, story, changed):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.world = changed(TWO)
        story.is_read_before_going_live()

        assert story.status == "proposed"
        assert story.now.voided == ("policy",)
        story.is_read()
        story.approves(GRACE)
        assert story.status == "pending", "by the new rule two are needed"

    def test_is_void_when_who_gave_it_may_not_any_more(self, story):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.world = world_of(story.world.bundle, data_owners=frozenset({EDSGER}))
        story.is_read_before_going_live()

        assert (story.status, story.now.voided) == ("pending", ("approvers",))

    def test_given_on_an_old_card_is_refused(self, story):
        story.proposes(ADA)
        story.is_read()
        before = story.card
        story.is_read(ndcg=("0.95",))
        assert code(story.approves(GRACE, before)) == "stale"
        assert story.status == "pending"

    def test_given_under_old_rules_is_refused(self, story, changed):
        story.proposes(ADA)
        story.is_read()
        story.world = changed(TWO)
        assert code(story.approves(GRACE)) == "stale"
        assert story.status == "proposed", "and it is read anew under the new ones"

    def test_counts_once_however_often_it_is_clicked(self, story, changed):
        story.world = changed(TWO)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        assert story.approves(GRACE) == NoChange()
        assert story.status == "pending"

    def test_is_taken_back_with_the_service(self, story, changed):
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.world = changed(("service: ranking-model\n", "service: another-model\n"))
        story.handle(ReassessRelease("rel_01"), CLOCKWORK)
        assert story.status == "withdrawn"


class TestAFreeze:
    WINDOW = ("    begins: 2025-12-19T00:00:00Z\n    ends: 2026-01-04T00:00:00Z\n",
              "    begins: 2026-03-02T10:00:00Z\n    ends: 2026-03-02T11:00:00Z\n")  # fmt: skip

    def test_that_has_begun_refuses_an_approval(self, story, changed):
        story.world = changed(self.WINDOW)
        story.proposes(ADA)
        story.is_read()
        assert story.status == "pending"
        story.time_passes(minutes=40)

        assert code(story.approves(GRACE)) == "frozen"
        assert story.status == "pending"

    def test_that_has_begun_stops_what_was_approved_before_it(self, story, changed):
        story.world = changed(self.WINDOW)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        story.time_passes(minutes=40)
        story.is_read_before_going_live()

        assert (story.status, story.now.voided) == ("proposed", ("gates",))

    def test_that_is_over_lets_it_go_on(self, story, changed):
        story.world = changed(self.WINDOW)
        story.clock.forward(minutes=40)
        story.proposes(ADA)
        story.is_read()
        assert story.status == "proposed"
        story.time_passes(hours=1)
        story.is_read()
        assert story.status == "pending"


class TestADocumentThatItRestsOn:
    """Approvals hold for the text that was approved when they were given."""

    PLAN = ("gates:\n", "gates:\n  - name: plan\n    kind: document\n    template: monitoring-plan\n")

    def test_without_it_nothing_is_decided(self, story, changed):
        story.world = changed(self.PLAN)
        story.proposes(ADA)
        story.is_read(plan=None)
        assert story.status == "proposed"
        story.is_read(plan="d" * 64)
        assert story.status == "pending"

    def test_another_text_between_vote_and_move_voids_the_vote(self, story, changed):
        story.world = changed(self.PLAN)
        story.proposes(ADA)
        story.is_read()
        story.approves(GRACE)
        assert story.status == "approved"
        story.is_read_before_going_live(plan="e" * 64)
        assert (story.status, story.now.voided, story.now.move) == ("pending", ("evidence",), None)
