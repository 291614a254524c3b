"""Control tests: each scheduled time has one run, and a control that doesn't work is found."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.wiring.control_tests import ALARM, MAX_ATTEMPTS, ControlTesting
from tests.access.story import WHY
from tests.builders import BY_KIND, MONDAY, WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, with_two_accounts
from workflows.access.commands import RequestAccess
from workflows.access.decide import decide as access_decide
from workflows.access.self_approval import try_self_approval
from workflows.access.state import Access
from workflows.audit.sequencer import checkpoint, sequence
from workflows.database.store import Store
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later
from workflows.ledger.rebuilding import Rebuilding, rebuilt_otherwise
from workflows.ledger.repository import Repository
from workflows.policy.evaluation.control_schedule import last_due
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.control_tests import ControlTests
from workflows.ports import Permanent, Retryable
from workflows.system.alarms import Alarm, alarm_id
from workflows.system.control_tests import WORKFLOW
from workflows.system.control_tests.commands import ReportControlTest, StartControlTest
from workflows.system.control_tests.decide import NOT_DAYPASS, RUN, decide, effects, evolve
from workflows.system.control_tests.state import ControlTest, Result, control_test_id
from workflows.workflow import CLOCKWORK, Actor, Decision, NoChange, Occurred, Refused, World

ID = control_test_id("restore")
DUE = MONDAY - timedelta(hours=1)
PASSED = Result(outcome="passed", found="All of it agrees.")
FAILED = Result(outcome="failed", found="One of it doesn't agree.")
DAILY = "control_tests: {every: day}\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Steps:
    """A control test as its commands make it, judged as a verifier does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.state: ControlTest | None = None
        self.past: list[Occurred] = []

    def do(self, command: Any, who: Actor = CLOCKWORK, now: datetime = MONDAY) -> Any:
        decision = decide(self.state, command, who, self.world, now)
        for event in decision if isinstance(decision, tuple) else ():
            occurred = Occurred(ID, event, who, now, (len(self.past) + 1, 0))
            assert WORKFLOW.impossible(self.state, self.past, occurred) is None
            self.state = evolve(self.state, event)
            self.past.append(occurred)
        return decision


class TestOneRun:
    @pytest.fixture
    def steps(self, world: World) -> Steps:
        return Steps(world)

    def test_is_started_once_for_its_time_and_reported_once(self, steps: Steps) -> None:
        start = StartControlTest(ID, "restore", DUE)
        (started,) = steps.do(start)
        assert steps.state
        assert [one.kind for one in effects(steps.state, started)] == [RUN]
        assert steps.do(start) == NoChange()
        assert steps.do(ReportControlTest(ID, DUE - timedelta(days=1), PASSED)) == NoChange()
        (passed,) = steps.do(ReportControlTest(ID, DUE, PASSED))
        assert effects(steps.state, passed) == ()
        assert (steps.state.status, steps.state.found) == ("passed", PASSED.found)
        assert steps.do(ReportControlTest(ID, DUE, FAILED)) == NoChange(), (
            "a report that comes late changes nothing"
        )
        assert steps.do(start) == NoChange()

    def test_the_next_one_keeps_what_the_last_one_found(self, steps: Steps) -> None:
        steps.do(StartControlTest(ID, "restore", DUE))
        steps.do(ReportControlTest(ID, DUE, PASSED))
        later = MONDAY + timedelta(days=1)
        assert steps.do(StartControlTest(ID, "restore", DUE + timedelta(days=1)), now=later)
        assert steps.state
        assert (steps.state.status, steps.state.found) == ("running", PASSED.found)
        steps.do(ReportControlTest(ID, DUE + timedelta(days=1), FAILED), now=later)
        assert (steps.state.status, steps.state.passed_at) == ("failed", MONDAY)

    def test_is_for_daypass_alone_and_never_early(self, steps: Steps) -> None:
        start = StartControlTest(ID, "restore", DUE)
        assert steps.do(start, Actor(GRACE)) == NOT_DAYPASS
        assert steps.do(replace(start, due_at=MONDAY + timedelta(seconds=1))) == NoChange()
        assert steps.state is None

    def test_a_verifier_names_what_could_not_have_happened(self, steps: Steps) -> None:
        steps.do(StartControlTest(ID, "restore", DUE))
        started = steps.past[0]
        for faulty, why in [
            (replace(started, actor=Actor(GRACE)), "someone else than Daypass started it"),
            (replace(started, subject=control_test_id("revocation")), "it names another control test"),
            (replace(started, at=DUE - timedelta(seconds=1)), "it was not due yet"),
        ]:
            assert WORKFLOW.impossible(None, (), faulty) == why
        assert WORKFLOW.impossible(steps.state, steps.past, started) == "it had run for that time"
        steps.do(ReportControlTest(ID, DUE, PASSED))
        assert WORKFLOW.impossible(steps.state, steps.past, steps.past[1]) == "it wasn't running"


@pytest.mark.parametrize(
    ("written", "now", "due"),
    [
        ({}, "2026-03-04T04:00", "2026-03-04T04:00"),
        ({}, "2026-03-04T03:59", "2026-03-03T04:00"),
        ({"every": "week"}, "2026-03-04T12:00", "2026-03-02T04:00"),
        ({"every": "week"}, "2026-03-02T03:00", "2026-02-23T04:00"),
        ({"every": "month"}, "2026-03-01T03:00", "2026-02-01T04:00"),
        ({"every": "month"}, "2026-01-01T03:00", "2025-12-01T04:00"),
        ({"zone": "America/Los_Angeles"}, "2026-03-04T06:00", "2026-03-03T12:00"),
        ({"zone": "Europe/Berlin", "at": "02:30"}, "2026-03-29T09:00", "2026-03-29T01:30"),
    ],
)
def test_when_it_is_due(written: Mapping[str, str], now: str, due: str) -> None:
    assert last_due(ControlTests.model_validate(written), at(now)) == at(due)


CANARY = "control_tests: {canary: {entitlement: ENTITLEMENT, machine: MACHINE}}\n"


@pytest.mark.parametrize(
    ("entitlement", "machine", "problem"),
    [
        ("warehouse-sample", "nightly-training", None),
        ("warehouse-sampel", "nightly-training", "warehouse-sample"),
        ("warehouse-sample", "nightly", "nightly-training"),
        ("warehouse", "nightly-training", "“warehouse” needs an approval"),
    ],
)
def test_a_canary_that_needs_a_person_is_refused(
    tmp_path: Path, entitlement: str, machine: str, problem: str | None
) -> None:
    text = CANARY.replace("ENTITLEMENT", entitlement).replace("MACHINE", machine)
    files = {"control-tests.yaml": text}
    if problem is None:
        found = changed_bundle(tmp_path / "bundle", files=files).control_tests
        assert found is not None
        assert found.canary is not None
        return
    with pytest.raises(BundleErrors, match=problem):
        changed_bundle(tmp_path / "bundle", files=files)


class TestSelfApproval:
    def test_is_tried_for_everybody_who_approves_and_refused(self, world: World) -> None:
        result = try_self_approval(world, MONDAY)
        assert result.outcome == "passed"
        needing = [one for one in world.bundle.entitlements.values() if one.rule.stages]
        assert f"for {len(needing)} entitlements" in result.found

    def test_tries_every_account_of_a_person(self, world: World) -> None:
        before = try_self_approval(world, MONDAY)
        both = with_two_accounts(world, GRACE, EDSGER)
        after = try_self_approval(both, MONDAY)
        assert after.outcome == "passed"
        assert after.found != before.found

    @pytest.mark.parametrize("decision", [NoChange(), (), Refused("not-an-approver", "No.")])
    def test_finds_rules_that_do_not_refuse_it_as_their_own(self, world: World, decision: Decision) -> None:
        result = try_self_approval(world, MONDAY, lambda *asked: decision)
        assert result.outcome == "failed"
        assert "warehouse" in result.found

    def test_the_same_approval_by_someone_else_is_taken(self, world: World) -> None:
        """Or being refused would say nothing."""
        taken: list[Decision] = []

        def by_another(state: Any, command: Any, actor: Actor, world: World, now: datetime) -> Decision:
            another = GRACE if state.requester == EDSGER else EDSGER
            if state.terms.entitlement == "warehouse" and actor.id in (GRACE, EDSGER):
                taken.append(access_decide(state, command, Actor(another), world, now))
            return access_decide(state, command, actor, world, now)

        assert try_self_approval(world, MONDAY, by_another).outcome == "passed"
        assert taken
        assert all(isinstance(one, tuple) and one[0].action == "reviewed" for one in taken)

    def test_says_so_if_nobody_approves_anything(self, world: World) -> None:
        nobody = replace(world, directory=replace(world.directory, groups={}))
        assert try_self_approval(nobody, MONDAY).outcome == "interrupted"


class TestJob:
    """The job and the performer, on a ledger, with tests that do as they are told."""

    @pytest.fixture
    def now_and_then(self, store: Store, clock: Clock, tmp_path: Path) -> "Desk":
        bundle = changed_bundle(tmp_path / "bundle", files={"control-tests.yaml": DAILY})
        return Desk(store, world_of(bundle), clock)

    async def test_runs_once_a_day_and_alarms_until_it_passes(self, now_and_then: "Desk") -> None:
        desk = now_and_then
        await desk.testing.run()
        await desk.testing.run()
        assert (await desk.actions(ID)) == ["control-test.started"]
        assert await desk.actions(control_test_id("revocation")) == [], "no canary is named"
        desk.result = FAILED
        await desk.perform()
        await desk.testing.run()
        alarm = await desk.reads.find(Alarm, alarm_id(f"{ALARM}restore"))
        assert alarm
        assert FAILED.found in alarm.sentence
        desk.clock.forward(days=1)
        await desk.testing.run()
        assert (await desk.alarm()).status == "raised", "it stands while the next one runs"
        desk.result = PASSED
        await desk.perform()
        await desk.testing.run()
        assert (await desk.alarm()).status == "cleared"
        desk.clock.forward(hours=2)
        await desk.testing.run()
        assert (await desk.actions(ID))[-1] == "control-test.passed"

    async def test_what_cannot_be_tried_is_tried_again_and_then_said(self, now_and_then: "Desk") -> None:
        desk = now_and_then
        await desk.testing.run()
        desk.result = Retryable("Vault is sealed.")
        for attempt in range(1, MAX_ATTEMPTS):
            assert isinstance(await desk.perform(attempt), Later)
        assert isinstance(await desk.perform(MAX_ATTEMPTS), Done)
        found = await desk.reads.find(ControlTest, ID)
        assert found
        assert (found.status, found.found) == ("interrupted", "Vault is sealed.")
        await desk.testing.run()
        assert "couldn't be finished" in (await desk.alarm()).sentence

    async def test_what_fails_for_good_is_said_at_once(self, now_and_then: "Desk") -> None:
        desk = now_and_then
        await desk.testing.run()
        desk.result = Permanent("The log has another name.")
        assert isinstance(await desk.perform(), Done)
        assert (await desk.actions(ID))[-1] == "control-test.interrupted"


class Desk:
    """The control tests of a bundle, each of which finds what `result` says."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.clock = clock
        self.ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        self.reads = Repository(store)
        self.result: Result | Exception = PASSED
        tests: dict[Any, Any] = dict.fromkeys(("restore", "self-approval"), self._test)
        self.testing = ControlTesting(self.ledger, self.reads, lambda: world.bundle, clock, tests)

    async def _test(self, due_at: datetime, attempt: int) -> Result:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    async def perform(self, attempt: int = 1) -> Done | Later | Any:
        state = await self.reads.find(ControlTest, ID)
        assert state
        payload = {"test": "restore", "due_at": state.due_at.isoformat()}
        result = await self.testing.performers[RUN].perform(ClaimedEffect(1, ID, 1, 0, RUN, payload, attempt))
        if isinstance(result, Done) and result.command:
            await self.ledger.handle(result.command, CLOCKWORK, "outbox")
        return result

    async def actions(self, subject: str) -> list[str]:
        return [one.action for one in await self.reads.story(subject)]

    async def alarm(self) -> Alarm:
        found = await self.reads.find(Alarm, alarm_id(f"{ALARM}restore"))
        assert found
        return found


class OneKey:
    """Signs as Vault does, with a key of this test."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.generate()

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        return 1, self._key.sign(message)

    async def public_keys(self) -> dict[int, bytes]:
        return {1: self._key.public_key().public_bytes_raw()}


class TestRestore:
    ORIGIN = "daypass.example/log"

    @pytest.fixture
    async def rebuilding(self, store: Store, world: World, clock: Clock) -> Rebuilding:
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        for number, who in enumerate((ADA, ADA, GRACE)):
            subject = f"acc_01KJ4M3Z0000000000000000{number}A"
            await ledger.handle(RequestAccess(subject, "warehouse", 600, WHY), Actor(who), "test")
        signer = OneKey()
        await sequence(store, None)
        await checkpoint(store, signer, self.ORIGIN, clock())
        return Rebuilding(store, signer, BY_KIND, lambda: self.ORIGIN)

    async def test_verifies_a_sample_and_rebuilds_its_state(self, rebuilding: Rebuilding) -> None:
        result = await rebuilding.run()
        assert result.outcome == "passed", result.found

    async def test_finds_a_state_that_its_events_did_not_lead_to(self, rebuilding: Rebuilding) -> None:
        reads = Repository(rebuilding.store)
        row, leaves = await reads.as_logged(Access, "acc_01KJ4M3Z00000000000000000A")
        assert row
        assert rebuilt_otherwise(BY_KIND["acc"], row, leaves) is None
        changed = row.model_copy(update={"seconds": 86_400})
        assert (
            rebuilt_otherwise(BY_KIND["acc"], changed, leaves)
            == "its stored state isn't what its events led to"
        )
        assert rebuilt_otherwise(BY_KIND["acc"], None, leaves) is not None
        assert rebuilt_otherwise(BY_KIND["acc"], row, leaves[1:]) is not None

    async def test_finds_a_checkpoint_of_another_key(self, rebuilding: Rebuilding) -> None:
        result = await replace(rebuilding, signer=OneKey()).run()
        assert result.outcome == "failed"
        assert "checkpoint doesn't verify" in result.found
