"""No order of clicks, clocks, failures, duplicates and deaths skips, repeats or loses what a playbook does,
or lets access outlive its incident (P1, P2, P3)."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.incidents.conftest import playbook_world
from tests.incidents.desk import FIRST, Desk, Open
from tests.incidents.test_running import without
from tests.lanes import examples
from tests.people import ADA, EDSGER, EVERYBODY, GRACE, MARGARET
from workflows.access.commands import ReviewAccess
from workflows.incidents.commands import (
    AcceptRole,
    Cancel,
    ChangeSeverity,
    CheckCrew,
    ClaimRole,
    DeclineRole,
    Mitigate,
    OfferRole,
    Reopen,
    Resolve,
    RunStep,
    SkipStep,
    StartPlaybook,
)
from workflows.incidents.events import (
    AccessAsked,
    Froze,
    StepDone,
    StepEscalated,
    StepFailed,
    StepOverdue,
    StepStarted,
    Thawed,
)
from workflows.incidents.state import Incident
from workflows.ledger.outbox import Result
from workflows.ports import Permanent, Retryable
from workflows.workflow import CLOCKWORK, OUTBOX, Command, World

STEPS = ("stop-releases", "look-inside", "tell", "call", "find-cause", "go-back", "leave")
ROLES = ("commander", "responder", "communications")
LIVE = ("pending", "active", "ending")
FINAL = ("reviewed", "cancelled")
TROUBLES = (None, None, None, Retryable("not now"), Permanent("never"))
people = st.sampled_from([*EVERYBODY, "USTRANGER"])
crew = st.sampled_from([ADA, GRACE, EDSGER, MARGARET])


@cache
def world() -> World:
    with TemporaryDirectory() as directory:
        return playbook_world(Path(directory) / "bundle")


class OneIncident(RuleBasedStateMachine):
    """One incident with its accesses and a release: real workflows and performers, on a desk that can die."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(world())
        self.before: Incident | None = None
        self.unheard: set[str] = set()
        """Calls whose answer nobody lived to hear."""
        self.results: list[tuple[Open, Result]] = []

    def teardown(self) -> None:
        """Whatever happened: when everything works again, it comes to rest, and nothing is owed."""
        if self.desk.states:
            self.settles()
        for subject, logged in self.desk.logged.items():
            replayed = logged.replayed()
            assert (replayed.fault, replayed.state) == (None, self.desk.states.get(subject))
        self.desk.close()

    @initialize(
        severity=st.sampled_from(["sev1", "sev2", "sev3"]),
        drill=st.sampled_from([False, False, True]),
        commander=st.sampled_from([MARGARET, GRACE]),
    )
    def declare(self, severity: str, drill: bool, commander: str) -> None:
        """Often it begins with its crew and its playbook, which take long to come about by chance."""
        self.desk.a_release_is_live()
        self.desk.declares(
            ADA, severity=severity, drill=drill, service="ranking-model", playbook="stale-features"
        )
        self.desk.takes(commander)
        self.desk.takes(ADA, "responder")

    # what people do

    @rule(who=crew, step=st.sampled_from(STEPS), again=st.booleans())
    def run(self, who: str, step: str, again: bool) -> None:
        """A double click is two commands."""
        for _ in range(2 if again else 1):
            self.desk.do(RunStep(FIRST, step), who)

    @rule(step=st.sampled_from(STEPS))
    def the_commander_runs(self, step: str) -> None:
        self.desk.do(RunStep(FIRST, step), self.desk.now.commander or MARGARET)

    @rule(
        severity=st.sampled_from(["sev1", "sev2", "sev2", "sev3"]), to=st.sampled_from([ADA, GRACE, EDSGER])
    )
    def access_is_given(self, severity: str, to: str) -> None:
        """What most of it is about: a responder, and a step that gives them access."""
        commander = self.desk.now.commander or MARGARET
        self.desk.do(ChangeSeverity(FIRST, severity), commander)
        self.desk.do(OfferRole(FIRST, "responder", to, "brief"), commander)
        self.desk.do(AcceptRole(FIRST, "responder"), to)
        self.desk.do(RunStep(FIRST, "look-inside"), commander)

    @precondition(lambda self: self.desk.now.accesses or len(self.desk.told[FIRST]) > 40)
    @rule(how=st.sampled_from(["resolve", "cancel", "reopen", "nothing", "nothing"]))
    def it_ends(self, how: str) -> None:
        commander = self.desk.now.commander or MARGARET
        last = {
            "resolve": Resolve(FIRST, "over"),
            "cancel": Cancel(FIRST, "none"),
            "reopen": Reopen(FIRST, "no"),
        }
        if how in last:
            self.desk.do(last[how], commander)

    @rule()
    def a_call_fails_and_is_tried_again(self) -> None:
        """What became of the first run may be heard when the second is under way."""
        commander = self.desk.now.commander or MARGARET
        self.desk.outside.trouble = Permanent("It said 404.")
        self.desk.do(RunStep(FIRST, "call"), commander)
        acts = [one for one in self.desk.heads() if one.effect.payload.get("step") == "call"]
        for one in acts:
            self.results.append((one, self.desk.perform(one)))
            self.desk.settle(*self.results[-1])
        self.desk.outside.trouble = Retryable("not now")
        self.desk.do(RunStep(FIRST, "call"), commander)

    @rule(who=people, role=st.sampled_from(ROLES), data=st.data())
    def take_or_leave_a_role(self, who: str, role: str, data: st.DataObject) -> None:
        to = data.draw(people)
        commands: list[Command] = [
            ClaimRole(FIRST, role),
            OfferRole(FIRST, role, to, "brief"),
            AcceptRole(FIRST, role),
            DeclineRole(FIRST, role),
        ]
        self.desk.do(data.draw(st.sampled_from(commands)), who)

    @rule(role=st.sampled_from(ROLES), to=crew)
    def hand_over(self, role: str, to: str) -> None:
        by = self.desk.now.commander or MARGARET
        self.desk.do(OfferRole(FIRST, role, to, "brief"), by)
        self.desk.do(AcceptRole(FIRST, role), to)

    @rule(who=people, data=st.data())
    def click_on_anything(self, who: str, data: st.DataObject) -> None:
        last = [Resolve(FIRST, "over"), Cancel(FIRST, "none")] if data.draw(st.integers(0, 4)) == 0 else []
        commands: list[Command] = [
            SkipStep(FIRST, data.draw(st.sampled_from(STEPS)), "because"),
            ChangeSeverity(FIRST, data.draw(st.sampled_from(["sev1", "sev2", "sev3"]))),
            Mitigate(FIRST),
            Reopen(FIRST, "again"),
            StartPlaybook(FIRST, "stale-features"),
            *last,
        ]
        self.desk.do(data.draw(st.sampled_from(commands)), who)

    @precondition(lambda self: self.desk.accesses)
    @rule(who=people, verdict=st.sampled_from(["approve", "approve", "deny"]), data=st.data())
    def decide(self, who: str, verdict: str, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.desk.accesses))
        self.desk.do(
            ReviewAccess(one.id, verdict, one.digest, one.terms.digest, "because", confirmed=True), who
        )  # type: ignore[arg-type]

    # what the world does

    @rule(seconds=st.sampled_from([1, 60, 900, 3_600]), late=st.booleans())
    def pass_time(self, seconds: int, late: bool) -> None:
        self.desk.clock.forward(seconds=seconds)
        if not late:
            self.desk.time_passes()

    @rule(trouble=st.sampled_from(TROUBLES))
    def break_or_mend_the_world(self, trouble: Exception | None) -> None:
        self.desk.outside.trouble = trouble

    @rule(live=st.sampled_from(["2", "2", "7"]))
    def somebody_moves_the_alias(self, live: str) -> None:
        self.desk.outside.live = live if self.desk.outside.live != "1" else "1"

    @rule(who=st.sampled_from([ADA, EDSGER, MARGARET]), back=st.booleans())
    def somebody_leaves(self, who: str, back: bool) -> None:
        self.desk.world = world() if back else without(world(), who)
        self.desk.run(self.desk.handle(CheckCrew(FIRST), CLOCKWORK))

    # what becomes of effects

    @precondition(lambda self: self.desk.open)
    @rule(data=st.data(), how=st.sampled_from(["done", "done", "done", "died after", "heard late"]))
    def perform(self, data: st.DataObject, how: str) -> None:
        """`died after`: it is done and nobody knows. `heard late`: the outcome is told when it is old."""
        one = data.draw(st.sampled_from(self.desk.heads()))
        result = self.desk.perform(one)
        if how != "done":
            told = one.effect.payload
            self.unheard.add(f"{FIRST}/{told.get('step')}/{told.get('run')}")
        if how == "done":
            self.desk.settle(one, result)
        elif how == "heard late":
            self.results.append((one, result))

    @rule()
    def everything_is_performed(self) -> None:
        self.desk.all_done()

    @precondition(lambda self: self.results)
    @rule(data=st.data())
    def hear_of_it(self, data: st.DataObject) -> None:
        """From a worker that was thought dead: the effect may have been performed again since."""
        one, result = self.results.pop(data.draw(st.integers(0, len(self.results) - 1)))
        if one in self.desk.open:
            self.desk.settle(one, result)
        elif result.command:
            self.desk.run(self.desk.handle(result.command, OUTBOX))

    # what must hold

    @invariant()
    def a_run_begins_before_it_ends_and_ends_once(self) -> None:
        for name in STEPS:
            begun = [one.run for one in self.desk.events(StepStarted) if one.step == name]
            done = [one.run for one in self.desk.events(StepDone) if one.step == name]
            failed = [one.run for one in self.desk.events(StepFailed) if one.step == name]
            assert begun == [*range(1, len(begun) + 1)]
            assert len(done) <= 1, "a step that is done is never run again"
            assert len(set(done + failed)) == len(done + failed)
            assert set(done + failed) <= set(begun)
            if done:
                assert done == [len(begun)]

    @invariant()
    def a_run_asks_once_and_only_for_somebody_else_without_approvers(self) -> None:
        asked = self.desk.events(AccessAsked)
        assert len({one.access for one in asked}) == len(asked)
        assert {one.id for one in self.desk.accesses} <= {one.access for one in asked}
        for one in self.desk.accesses:
            if one.grant is not None and not one.terms.automatic:
                voters = {review.reviewer for review in one.reviews if review.verdict == "approve"}
                assert voters
                assert one.requester not in voters

    @invariant()
    def a_reminder_comes_once(self) -> None:
        for kind in (StepOverdue, StepEscalated):
            reminded = [one.step for one in self.desk.events(kind)]
            assert len(set(reminded)) == len(reminded)

    @invariant()
    def a_drill_touches_nothing(self) -> None:
        if self.desk.states and self.desk.now.drill:
            assert self.desk.outside.calls == {}
            assert self.desk.outside.moves == []
            assert self.desk.now.frozen == ()
            assert {one.terms.entitlement for one in self.desk.accesses} <= {"warehouse-sample"}

    @invariant()
    def it_is_released_once_from_what_it_stopped(self) -> None:
        if self.desk.states:
            freezes, thaws = len(self.desk.events(Froze)), len(self.desk.events(Thawed))
            assert freezes - thaws == len(self.desk.now.frozen) <= 1
            assert self.desk.now.status in ("open", "mitigated") or not self.desk.now.frozen

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if self.before and self.before.status in FINAL:
            assert self.desk.now.status == self.before.status
        self.before = self.desk.states.get(FIRST)  # type: ignore[assignment]

    def settles(self) -> None:
        desk = self.desk
        desk.outside.trouble = None
        desk.all_done()
        over = desk.now.status not in ("open", "mitigated")
        for one in desk.accesses:
            known = desk.now.access(one.id)
            assert known, "access that its incident doesn't know"
            assert (one.status in LIVE) == (known.status in ("requested", "active", "ending")), (one, known)
            assert not (over and one.status in LIVE), "access outlives its incident"
            holder = desk.now.holders.get(known.role)
            assert one.status not in LIVE or known.person == holder, "access outlives its holder's role"
        for asked in desk.events(AccessAsked):
            known = desk.now.access(asked.access)
            assert asked.access in desk.states or (known and known.status == "refused"), "asked and lost"
        self.every_step_came_out()
        desk.time_passes(days=2)
        desk.all_done()
        assert not [one for one in desk.accesses if one.status in LIVE], "no access is for ever"
        assert not [one for one in desk.now.steps if one.status == "running"], "a step came to nothing"

    def every_step_came_out(self) -> None:
        """What is said to be done was done out there, once."""
        desk, drill = self.desk, self.desk.now.drill
        terms = {one.name: one for one in desk.now.playbook.steps}  # type: ignore[union-attr]
        waiting = {one.step for one in desk.now.accesses if one.status == "requested"}
        for step in desk.now.steps:
            assert step.status != "running" or step.name in waiting, (step, desk.open)
            action = terms[step.name].action
            done = {one.run for one in desk.events(StepDone) if one.step == step.name}
            if not done or action is None or (drill and action.kind not in ("post", "grant", "revoke")):
                continue
            (run,) = done
            match action.kind:
                case "post":
                    posted = [name for name, _ in desk.outside.posts if name == f"step/{step.name}/{run}"]
                    assert len(posted) == 1
                case "webhook":
                    assert f"{FIRST}/{step.name}/{run}" in desk.outside.calls
                    failed = {one.run for one in desk.events(StepFailed) if one.step == step.name}
                    answered = {f"{FIRST}/{step.name}/{one}" for one in failed} - self.unheard
                    assert not answered & set(desk.outside.calls), (
                        "it was answered, and is said to have failed"
                    )
                case "roll-back":
                    assert [to for _, to in desk.outside.moves] == ["1"]
                case "freeze":
                    assert desk.events(Froze)
                case "grant":
                    assert any(one.step == step.name for one in desk.now.accesses)
                case "revoke":
                    left = [one for one in desk.accesses if one.status == "active"]
                    asked_later = [
                        one for one in desk.events(AccessAsked) if one.access in {a.id for a in left}
                    ]
                    assert not left or asked_later
        assert len(desk.outside.moves) <= 1, "rolled back once"


OneIncident.TestCase.settings = settings(max_examples=examples(25, 1_000), stateful_step_count=40)
TestAnIncident = pytest.mark.early(pytest.mark.soak(OneIncident.TestCase))


def test_the_story_can_come_to_its_end() -> None:
    """The machine above isn't vacuous: this is the way through it."""
    machine = OneIncident()
    machine.declare("sev2", False, MARGARET)
    for step in STEPS:
        machine.the_commander_runs(step)
        machine.everything_is_performed()
    assert {one.status for one in machine.desk.now.steps} == {"done"}
    assert [one.status for one in machine.desk.accesses] == ["ended"]
    machine.desk.do(Resolve(FIRST, "over"), MARGARET)
    machine.teardown()
    assert machine.desk.now.resolved_at is not None
    assert machine.desk.now.resolved_at - machine.desk.now.declared_at == timedelta()
