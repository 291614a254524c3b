"""A playbook does what it says, once, by whom it may, and takes back what it has given (P1, P3)."""

from dataclasses import replace

import pytest

from tests.access.changes import RULES
from tests.builders import changed_bundle, world_of
from tests.incidents.desk import FIRST, RELEASE, Desk
from tests.people import ADA, EDSGER, GRACE, MARGARET, PEOPLE, RADIA
from workflows.access.commands import ReviewAccess
from workflows.incidents.commands import Cancel, ReportStep, RunStep, SkipStep, StartPlaybook
from workflows.incidents.events import StepDone, StepEscalated, StepOverdue, StepStarted
from workflows.policy.directory import Doubt, build_directory
from workflows.ports import Directory, Permanent, Retryable
from workflows.workflow import OUTBOX, Actor, World


@pytest.fixture
def going(desk: Desk) -> Desk:
    """Ada has declared and responds, Margaret commands, the playbook runs."""
    desk.declares(ADA, service="ranking-model", playbook="stale-features")
    desk.all_done()
    desk.takes(MARGARET)
    desk.takes(ADA, "responder")
    return desk


def _failed_after_a_handover(going: Desk) -> None:
    """Ada's access ended before she had it; Edsger, who has her role now, has it; so the step can be run again."""
    going.do(RunStep(FIRST, "look-inside"), MARGARET)
    going.hands_over(MARGARET, "responder", EDSGER)
    ada, _ = going.now.accesses
    while hers := [one for one in going.heads() if ada.id in (one.subject, one.effect.payload.get("access"))]:
        going.settle(hers[0], going.perform(hers[0]))
    going.all_done()
    assert going.step("look-inside") == "failed"


class TestAGrant:
    def test_is_approved_by_the_commander_who_runs_it(self, going):
        assert going.steps(MARGARET, "look-inside") == ""
        (given,) = going.accesses
        assert (given.status, given.requester, given.terms.entitlement) == ("active", ADA, "warehouse")
        assert [(one.reviewer, one.verdict) for one in given.reviews] == [(MARGARET, "approve")]
        assert going.step("look-inside") == "done"
        assert [one.status for one in going.now.accesses] == ["active"]

    def test_waits_until_clocks_can_be_trusted_again(self, going):
        right = going.world
        going.world = replace(right, clocks="Daypass's clock differs from Vault's.")
        assert going.steps(MARGARET, "look-inside") == ""
        assert going.accesses == []
        assert going.step("look-inside") == "running"

        going.world = right
        going.all_done()
        assert [given.status for given in going.accesses] == ["active"]

    def test_waits_until_its_holder_can_be_confirmed_again(self, going):
        right = going.world
        going.world = replace(right, doubts=(Doubt("Slack can't confirm who is still here."),))
        assert going.steps(MARGARET, "look-inside") == ""
        assert going.accesses == []
        assert going.step("look-inside") == "running"
        assert going.now.step("look-inside").trouble == "Slack can't confirm who is still here."

        going.world = right
        going.all_done()
        assert [given.status for given in going.accesses] == ["active"]
        assert going.now.step("look-inside").trouble is None

    def test_for_the_commander_themselves_waits_for_its_usual_approvers(self, going):
        going.hands_over(ADA, "responder", GRACE)
        going.hands_over(MARGARET, "commander", GRACE)
        assert going.steps(GRACE, "look-inside") == ""
        (given,) = going.accesses
        assert given.status == "pending"
        assert going.approves(GRACE, given.id) != ""
        assert going.step("look-inside") == "running"

        assert going.approves(EDSGER, given.id) == ""
        going.all_done()
        assert (going.accesses[0].status, going.step("look-inside")) == ("active", "done")

    @pytest.mark.parametrize("address", ["Margaret@northwind.example", "margaret+2@northwind.example"])
    def test_for_another_account_of_the_commander_s_waits_for_its_usual_approvers(self, going, address):
        known = going.world.directory
        people = [replace(one, email=address) if one.id == ADA else one for one in PEOPLE]
        alike = build_directory(replace(going.world.bundle, identities={}), people, {}).alike
        going.world = replace(going.world, directory=replace(known, identities={}, alike=alike))
        assert going.steps(MARGARET, "look-inside") == ""
        (given,) = going.accesses
        assert (given.status, given.reviews) == ("pending", ())
        assert going.approves(MARGARET, given.id) != ""

    def test_waits_for_its_usual_approvers_if_the_incident_isn_t_severe(self, desk):
        desk.declares(ADA, severity="sev3", service="ranking-model", playbook="stale-features")
        desk.takes(MARGARET)
        desk.takes(ADA, "responder")
        desk.steps(MARGARET, "look-inside")
        assert desk.accesses[0].status == "pending"
        assert desk.now.step("look-inside").trouble == "Waiting for approval."

    def test_waits_for_its_usual_approvers_if_the_policy_has_changed_since_it_was_shown(
        self, going, tmp_path
    ):
        going.world = world_of(changed_bundle(tmp_path / "b", (RULES, "risk: moderate", "risk: low")))
        going.steps(MARGARET, "look-inside")
        assert going.accesses[0].status == "pending"

    def test_can_t_be_run_before_somebody_has_the_role(self, desk):
        desk.declares(ADA, playbook="stale-features")
        desk.takes(MARGARET)
        assert desk.steps(MARGARET, "look-inside") == "no-holder"
        assert desk.step("look-inside") == "waiting"

    def test_that_is_denied_fails_its_step_which_can_be_tried_again(self, desk):
        desk.declares(ADA, severity="sev3", playbook="stale-features")
        desk.takes(MARGARET)
        desk.takes(ADA, "responder")
        desk.steps(MARGARET, "look-inside")
        desk.time_passes(days=2)
        desk.all_done()
        assert (desk.accesses[0].status, desk.step("look-inside")) == ("lapsed", "failed")
        desk.steps(MARGARET, "look-inside")
        assert [one.status for one in desk.accesses] == ["lapsed", "pending"]

    def test_that_the_rules_refuse_fails_its_step_with_their_sentence(self, going):
        directory = going.world.directory
        groups = {**directory.groups, "scientists": frozenset(), "data-owners": frozenset({GRACE})}
        going.world = World(going.world.bundle, Directory(directory.people, groups, directory.identities))
        going.steps(MARGARET, "look-inside")
        assert (going.accesses, going.step("look-inside")) == ([], "failed")
        assert [one.status for one in going.now.accesses] == ["refused"]
        assert going.now.step("look-inside").trouble

    def test_ends_with_its_own_time(self, going):
        going.steps(MARGARET, "look-inside")
        going.time_passes(minutes=31)
        going.all_done()
        assert [one.status for one in going.now.accesses] == ["ended"]

    def test_is_taken_back_by_a_step(self, going):
        going.steps(MARGARET, "look-inside")
        going.steps(MARGARET, "leave")
        assert (going.accesses[0].status, going.step("leave")) == ("ended", "done")

    def test_is_taken_back_by_a_step_that_waits_for_nothing_given_since(self, going):
        _failed_after_a_handover(going)
        going.do(RunStep(FIRST, "leave"), MARGARET)
        going.hands_over(MARGARET, "responder", GRACE)
        going.steps(MARGARET, "look-inside")
        assert [(one.person, one.status) for one in going.now.accesses] == [
            (ADA, "ended"),
            (EDSGER, "ended"),
            (GRACE, "active"),
        ]
        assert going.step("leave") == "done"

    def test_is_given_again_to_who_is_losing_it(self, going):
        _failed_after_a_handover(going)
        going.do(RunStep(FIRST, "leave"), MARGARET)
        going.steps(MARGARET, "look-inside")
        assert [(one.person, one.status) for one in going.now.accesses] == [
            (ADA, "ended"),
            (EDSGER, "ended"),
            (EDSGER, "active"),
        ]

    def test_follows_its_role(self, going):
        going.steps(MARGARET, "look-inside")
        going.hands_over(MARGARET, "responder", EDSGER)
        going.all_done()
        assert sorted((one.requester, one.status) for one in going.accesses) == [
            (ADA, "ended"),
            (EDSGER, "active"),
        ]

    def test_handed_over_by_its_holder_needs_its_approvers_again(self, going):
        going.steps(MARGARET, "look-inside")
        going.hands_over(ADA, "responder", EDSGER)
        going.all_done()
        assert sorted((one.requester, one.status) for one in going.accesses) == [
            (ADA, "ended"),
            (EDSGER, "pending"),
        ]

    def test_ends_with_the_incident(self, going):
        going.steps(MARGARET, "look-inside")
        going.resolves(MARGARET)
        assert [one.status for one in going.accesses] == ["ended"]
        assert [one.status for one in going.now.accesses] == ["ended"]

    def test_that_is_approved_while_it_is_withdrawn_ends_all_the_same(self, going, monkeypatch):
        going.hands_over(ADA, "responder", GRACE)
        going.hands_over(MARGARET, "commander", GRACE)
        going.steps(GRACE, "look-inside")
        (pending,) = going.accesses
        going.do(Cancel(FIRST, "It was a test."), GRACE)
        found = going.find

        async def find_and_be_overtaken(kind, subject):
            state = await found(kind, subject)
            if state is pending:
                command = ReviewAccess(
                    pending.id, "approve", pending.digest, pending.terms.digest, confirmed=True
                )
                await going.handle(command, Actor(EDSGER))
            return state

        monkeypatch.setattr(going, "find", find_and_be_overtaken)
        going.all_done()
        assert going.actions(pending.id).count("granted") == 1
        assert [one.status for one in going.accesses] == ["ended"]

    def test_that_is_still_asked_for_is_withdrawn_with_the_incident(self, going):
        going.hands_over(ADA, "responder", GRACE)
        going.hands_over(MARGARET, "commander", GRACE)
        going.steps(GRACE, "look-inside")
        going.do(Cancel(FIRST, "It was a test."), GRACE)
        going.all_done()
        assert [one.status for one in going.accesses] == ["withdrawn"]
        assert [one.status for one in going.now.accesses] == ["refused"]


class TestAStep:
    def test_is_run_by_its_role_or_the_commander(self, going):
        assert going.steps(ADA, "stop-releases") == "not-your-step"
        assert going.steps(RADIA, "find-cause") == "not-your-step"
        assert going.steps(ADA, "find-cause") == ""
        assert going.steps(MARGARET, "stop-releases") == ""

    def test_is_done_once(self, going):
        going.steps(MARGARET, "tell")
        going.steps(MARGARET, "tell")
        assert len(going.events(StepStarted)) == len(going.events(StepDone)) == 1
        assert list(going.outside.posts.values()) == [1]

    def test_that_waits_is_tried_until_it_is_done(self, going):
        going.outside.trouble = Retryable("Slack is away.")
        going.steps(MARGARET, "tell")
        assert (going.step("tell"), going.now.step("tell").trouble) == ("running", "Slack is away.")
        going.outside.trouble = None
        going.all_done()
        assert (going.step("tell"), going.now.step("tell").trouble) == ("done", None)

    def test_that_fails_shows_why_and_can_be_tried_again(self, going):
        going.outside.trouble = Permanent("It said 404.")
        going.steps(MARGARET, "call")
        assert (going.step("call"), going.now.step("call").trouble) == ("failed", "It said 404.")
        going.outside.trouble = None
        going.steps(MARGARET, "call")
        assert going.step("call") == "done"
        assert list(going.outside.calls.values()) == [1]

    def test_that_only_tells_is_given_up_when_the_incident_is_over(self, going):
        going.outside.trouble = Retryable("It said 503.")
        going.steps(MARGARET, "call")
        going.outside.trouble = None
        going.do(Cancel(FIRST, "none"), MARGARET)
        going.outside.trouble = Retryable("It said 503.")
        going.all_done()
        assert (going.step("call"), going.now.step("call").trouble) == ("failed", "It said 503.")

    def test_hears_nothing_more_of_an_earlier_run(self, going):
        going.outside.trouble = Permanent("It said 404.")
        going.steps(MARGARET, "call")
        going.outside.trouble = Retryable("not now")
        going.steps(MARGARET, "call")
        going.run(going.handle(ReportStep(FIRST, "call", 1, "done"), OUTBOX))
        assert going.step("call") == "running"

    def test_can_be_skipped_with_a_reason(self, going):
        assert going.refusal(SkipStep(FIRST, "go-back", "Nothing was released."), ADA) == "not-your-step"
        assert going.refusal(SkipStep(FIRST, "go-back", "Nothing was released."), MARGARET) == ""
        assert (going.step("go-back"), going.now.step("go-back").note) == ("skipped", "Nothing was released.")
        assert going.steps(MARGARET, "go-back") == "skipped"
        assert going.step("go-back") == "skipped"

    def test_is_reminded_of_once_and_escalated_once(self, going):
        going.time_passes(hours=3)
        overdue = [one.step for one in going.events(StepOverdue)]
        assert overdue == ["stop-releases", "look-inside", "find-cause"]
        assert [one.step for one in going.events(StepEscalated)] == ["look-inside"]
        told = [one for one in going.shown if one.payload.get("note") == "step-overdue"]
        assert [one.payload["person"] for one in told] == [MARGARET, MARGARET, ADA]

    def test_that_is_done_is_never_overdue(self, going):
        going.steps(MARGARET, "stop-releases")
        going.time_passes(minutes=11)
        assert going.events(StepOverdue) == []

    def test_freezes_until_the_incident_is_over(self, going):
        going.steps(MARGARET, "stop-releases")
        assert going.now.frozen == ("ranking-model",)
        going.resolves(MARGARET)
        assert going.now.frozen == ()

    def test_rolls_back_what_is_live_and_is_done_when_that_is_read_back(self, desk):
        desk.a_release_is_live()
        desk.declares(ADA, playbook="stale-features")
        desk.takes(MARGARET)
        assert desk.steps(MARGARET, "go-back") == ""
        assert (desk.outside.live, desk.release.status, desk.step("go-back")) == ("1", "rolled back", "done")
        assert desk.outside.moves == [("2", "1")]

    def test_rolls_back_nothing_that_went_live_after_it_began(self, desk):
        desk.a_release_is_live()
        desk.declares(ADA, playbook="stale-features")
        desk.takes(MARGARET)
        desk.do(RunStep(FIRST, "go-back"), MARGARET)
        later = desk.clock.forward(minutes=1)
        desk.states[RELEASE] = desk.release.model_copy(update={"live_at": later})
        desk.all_done()
        assert (desk.outside.moves, desk.release.status, desk.step("go-back")) == ([], "live", "failed")

    def test_that_has_nothing_to_roll_back_says_so(self, going):
        going.steps(MARGARET, "go-back")
        assert going.step("go-back") == "failed"
        assert "nothing to roll back" in going.now.step("go-back").trouble


class TestADrill:
    def test_gives_drill_entitlements_only_and_touches_nothing(self, desk):
        desk.a_release_is_live()
        desk.declares(ADA, drill=True, service="ranking-model", playbook="stale-features")
        desk.all_done()
        desk.takes(MARGARET)
        desk.takes(ADA, "responder")
        for step in desk.now.playbook.steps:
            assert desk.steps(MARGARET, step.name) == ""
        assert {one.status for one in desk.now.steps} == {"done"}
        assert [one.terms.entitlement for one in desk.accesses] == ["warehouse-sample"]
        assert (desk.now.frozen, desk.outside.live, desk.outside.calls) == ((), "2", {})
        assert desk.release.status == "live"
        assert all(place.startswith("C") for _, place in desk.outside.posts)
        desk.resolves(MARGARET)
        assert [one.status for one in desk.accesses] == ["ended"]


class TestAPlaybook:
    def test_is_started_once(self, desk):
        desk.declares(ADA)
        assert desk.refusal(StartPlaybook(FIRST, "stale-features"), RADIA) == "not-running-it"
        assert desk.refusal(StartPlaybook(FIRST, "stale-features"), ADA) == ""
        assert desk.refusal(StartPlaybook(FIRST, "stale-features"), ADA) == ""
        assert desk.actions().count("playbook-started") == 1

    def test_runs_no_step_after_the_end(self, going):
        going.resolves(MARGARET)
        assert going.refusal(RunStep(FIRST, "stop-releases"), MARGARET) == "not-now"
        assert RELEASE not in going.states
