"""No order of votes, changes, clocks and crashes makes a release live without a quorum of people who didn't
author it, on what it is at that moment (P3, P4, P5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from integrations.evidence import EVIDENCE_SOURCES
from tests.builders import changed_bundle, world_of
from tests.lanes import examples
from tests.people import ADA, EDSGER, EVERYBODY, GRACE, MARGARET, RADIA
from tests.releases.conftest import SERVICE_FILE
from tests.releases.story import SERVICE, SUBJECT, Registry, Stood, Story
from tests.releases.test_deciding import LICENCE, SECOND_ACCOUNT, TWO
from workflows.approval.approvers_check import CheckApprovers
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.policy.terms.releases import TargetTerms
from workflows.releases.commands import (
    CheckAgain,
    ReassessRelease,
    ReleaseCommand,
    ReportArtifact,
    ReportChecked,
    ReportEvidence,
    ReportLive,
    ReportMoved,
    ReportMoveWaits,
    ReportNotMoved,
    ReportUnread,
    Restore,
    ReviewRelease,
    RollBack,
    WithdrawRelease,
)
from workflows.releases.events import Moving
from workflows.releases.evidence import EarlierLive
from workflows.releases.gates import evaluate
from workflows.releases.gates.gate import all_passed
from workflows.releases.state import Verdict
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, Decision, TimePassed, World

FREEZE = (
    "    begins: 2025-12-19T00:00:00Z\n    ends: 2026-01-04T00:00:00Z\n",
    "    begins: 2026-03-02T10:00:00Z\n    ends: 2026-03-02T12:00:00Z\n",
)
CHANGES = {
    "two data owners": (SERVICE_FILE, *TWO),
    "two accounts": ("people.yaml", *SECOND_ACCOUNT),
    "a freeze": (SERVICE_FILE, *FREEZE),
    "a higher bar": (
        SERVICE_FILE,
        "    at_least: 0.75\n  - name: better",
        "    at_least: 0.9\n  - name: better",
    ),
    "a licence": (SERVICE_FILE, *LICENCE),
    "a monitoring plan": (
        SERVICE_FILE,
        "gates:\n",
        "gates:\n  - name: plan\n    kind: document\n    template: monitoring-plan\n",
    ),
}
MOVES: tuple[dict[str, frozenset[str]], ...] = (
    {},
    {"data_owners": frozenset({GRACE})},
    {"data_owners": frozenset({GRACE, EDSGER, RADIA, ADA})},
    {"data_owners": frozenset({RADIA})},
)
USUAL = ["as it is", *CHANGES, "as it is", *CHANGES, "as it is"]
REGISTRIES = (
    {"artifact": "b" * 64},
    {"artifact": "a" * 64},
    {"ndcg": ("0.85",)},
    {"ndcg": ("0.95",)},
    {"ndcg": ("0.9", "0.9")},
    {"ndcg": ("NaN",)},
    {"ndcg": ()},
    {"champion": ("0.93",)},
    {"user": "ghopper"},
    {"user": "grace@northwind.example"},
    {"user": "training-pipeline"},
    {"user": ""},
    {"status": "RUNNING"},
    {"status": "FINISHED"},
    {"missing": True},
    {"missing": False},
    {"live": "7"},
    {"live": "1"},
    {"observed": ("0.2",)},
    {"licence": "Apache-2.0"},
    {"licence": "GPL-3.0-only"},
    {"licence": "MIT"},
    {"plan": "e" * 64},
    {"plan": None},
    {"plan": "d" * 64},
)
USERS = ("ada@northwind.example", "grace@northwind.example", "edsger@northwind.example", "training-pipeline")
EARLIER = EarlierLive(
    version="0", digest="0" * 64, release="rel_00", by=ADA, since=datetime(2026, 1, 5, tzinfo=UTC)
)
FINAL = ("rejected", "withdrawn", "lapsed", "superseded")
people = st.sampled_from([*EVERYBODY, "USTRANGER"])


WAYS = [(source.name, kind) for source in EVIDENCE_SOURCES.values() for kind in (*source.targets, "webhook")]
"""Each source with each target that its versions can go live by."""


@cache
def world_by(bundle: str, way: tuple[str, str]) -> World:
    """One of the worlds, in which the service's versions come and go live this way."""
    found = worlds()[bundle]
    terms = found.bundle.services[SERVICE]
    target = TargetTerms(kind=way[1], alias="champion", machine="machine:nightly-training")
    services = {
        **found.bundle.services,
        SERVICE: terms.model_copy(update={"source": way[0], "target": target}),
    }
    return replace(found, bundle=replace(found.bundle, services=services))


@cache
def worlds() -> dict[str, World]:
    with TemporaryDirectory() as directory:
        changed = {
            name: world_of(changed_bundle(Path(directory) / name.replace(" ", "-"), change))
            for name, change in CHANGES.items()
        }
        return {"as it is": world_of(changed_bundle(Path(directory) / "as-it-is")), **changed}


class OneRelease(RuleBasedStateMachine):
    """The ledger, the outbox and MLflow, as much of them as one release can tell apart.

    An effect is performed only as the first of its lock. Whoever performs it may die before or after it is
    done, and what it led to may be told late, or twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self.way = WAYS[0]
        self.story = Story(worlds()["as it is"])
        self.cards: list[Stood] = []
        self.licences: dict[str, str] = {}
        """What a card's digest stood for, while the rules ask for a licence."""
        self.lock: list[dict[str, object]] = []
        self.late: list[ReleaseCommand] = []
        self.intended: set[tuple[str | None, str | None]] = set()
        self.over: str | None = None

    def teardown(self) -> None:
        """Whatever happened could have happened, by the log alone, and led where it did."""
        replayed = self.story.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, self.story.state)

    @initialize(
        who=st.sampled_from([ADA, GRACE]),
        bundle=st.sampled_from(USUAL),
        user=st.sampled_from(USERS),
        voters=st.permutations([GRACE, EDSGER]),
        way=st.sampled_from(WAYS),
    )
    def propose(self, who: str, bundle: str, user: str, voters: list[str], way: tuple[str, str]) -> None:
        """Often it begins with what takes long to come about by chance: everybody has approved."""
        self.way = way
        self.story.world = world_by(bundle, way)
        self.story.registry = Registry(user=user, earlier=(EARLIER,))
        with self.recorded():
            self.story.proposes(who)
        self.cards.append(self.story.card)
        self.perform("done")
        for voter in voters:
            self.approve(voter)

    # what people do

    @rule(who=people, verdict=st.sampled_from(["approve"] * 12 + ["reject"]), data=st.data())
    def review(self, who: str, verdict: Verdict, data: st.DataObject) -> None:
        card = data.draw(st.sampled_from([self.story.card, *self.cards[-3:]]))
        self.do(ReviewRelease(SUBJECT, verdict, *card, "because"), Actor(who))

    @precondition(lambda self: self.story.status == "pending")
    @rule(voters=st.permutations([GRACE, EDSGER, RADIA]), told=st.booleans())
    def press_on(self, voters: list[str], told: bool) -> None:
        """Everybody who may approves the card as it is, whatever has changed that it doesn't show."""
        for who in voters:
            self.approve(who)
        if told and self.lock:
            self.perform("done")

    @precondition(lambda self: self.story.status == "pending" and self.story.now.reviews)
    @rule()
    def take_back(self) -> None:
        self.do(WithdrawReview(SUBJECT), Actor(self.story.now.reviews[-1].reviewer))

    def approve(self, who: str) -> None:
        self.do(ReviewRelease(SUBJECT, "approve", *self.story.card), Actor(who))

    @rule(who=people, data=st.data())
    def click_on_anything(self, who: str, data: st.DataObject) -> None:
        clicks = [
            RollBack(SUBJECT, "because"),
            RollBack(SUBJECT, "because", data.draw(st.sampled_from(["0", "7"]))),
            Restore(SUBJECT),
            CheckAgain(SUBJECT),
            WithdrawReview(SUBJECT),
            AskQuestion(SUBJECT, "really?"),
            AnswerQuestion(SUBJECT, "1", "yes"),
            *([WithdrawRelease(SUBJECT)] if data.draw(st.integers(0, 12)) == 0 else []),
        ]
        self.do(data.draw(st.sampled_from(clicks)), Actor(who))

    # what the world does

    @rule(user=st.sampled_from(USERS), artifact=st.sampled_from("ab"))
    def put_the_registry_in_order(self, user: str, artifact: str) -> None:
        live = self.story.registry.live
        live = self.story.now.replaces if self.story.status in ("proposed", "pending", "approved") else live
        self.story.registry = Registry(user=user, artifact=artifact * 64, live=live)
        self.look_again(told=True)

    @rule(change=st.sampled_from(REGISTRIES))
    def change_the_registry(self, change: dict[str, object]) -> None:
        self.story.registry = replace(self.story.registry, **change)

    @rule(bundle=st.sampled_from(USUAL), moved=st.sampled_from(MOVES), told=st.booleans())
    def change_the_rules(self, bundle: str, moved: dict[str, frozenset[str]], told: bool) -> None:
        self.story.world = world_of(world_by(bundle, self.way).bundle, **moved)
        if told:
            self.do(ReassessRelease(SUBJECT), CLOCKWORK)
            self.do(CheckApprovers(SUBJECT), CLOCKWORK)

    @rule(seconds=st.sampled_from([1, 20, 900, 3_600]), late=st.booleans())
    def pass_time(self, seconds: int, late: bool) -> None:
        until = self.story.clock.forward(seconds=seconds)
        while not late and self.story.due and self.story.due <= until:
            self.do(TimePassed(SUBJECT), CLOCKWORK)

    @rule(told=st.booleans())
    def look_again(self, told: bool) -> None:
        """The watch: what it saw may be heard only later."""
        policy = self.story.now.terms.digest
        for seen in (
            ReportEvidence(SUBJECT, self.story.registry.read(), policy),
            ReportLive(SUBJECT, self.story.registry.live),
        ):
            self.do(seen, CLOCKWORK) if told else self.late.append(seen)

    @precondition(lambda self: self.story.status == "approved" and self.lock)
    @rule(data=st.data(), change=st.sampled_from(["people", "rules", "registry", "time"]))
    def something_happens_right_before_it_goes_live(self, data: st.DataObject, change: str) -> None:
        match change:
            case "people":
                moved = data.draw(st.sampled_from(MOVES))
                self.story.world = world_of(self.story.world.bundle, **moved)
            case "rules":
                self.change_the_rules(data.draw(st.sampled_from(USUAL)), {}, told=False)
            case "registry":
                self.change_the_registry(data.draw(st.sampled_from(REGISTRIES)))
            case "time":
                self.story.clock.forward(minutes=data.draw(st.integers(1, 90)))
        self.perform("done")

    # what becomes of effects

    @precondition(lambda self: self.lock)
    @rule(how=st.sampled_from(["done", "done", "done", "done late", "died after", "not now"]))
    def perform(self, how: str) -> None:
        if how == "not now":
            self.do(self.waits(), OUTBOX)
            return
        report = self.result()
        if how == "died after":
            return
        self.lock.pop(0)
        self.late.append(report) if how == "done late" else self.do(report, OUTBOX)

    @precondition(lambda self: self.late)
    @rule(data=st.data(), again=st.booleans())
    def hear_of_it(self, data: st.DataObject, again: bool) -> None:
        report = data.draw(st.sampled_from(self.late))
        if not again:
            self.late.remove(report)
        self.do(report, OUTBOX)

    # what must hold

    @invariant()
    def what_is_over_stays_over(self) -> None:
        if self.over:
            assert self.story.status == self.over
        if self.story.state and self.story.status in FINAL:
            self.over = self.story.status

    @invariant()
    def nothing_waits_without_an_end(self) -> None:
        if self.story.state and self.story.status in ("proposed", "pending"):
            assert self.story.due
            assert self.story.due <= self.story.now.lapses_at

    @invariant()
    def a_digest_stands_for_one_licence(self) -> None:
        state = self.story.state
        candidate = state.evidence.candidate if state and state.evidence else None
        if state and candidate and state.status == "pending" and any(one.tag for one in state.terms.gates):
            said = candidate.tags[0].value
            assert self.licences.setdefault(state.digest, said) == said

    # how it is done

    def do(self, command: ReleaseCommand | TimePassed, actor: Actor) -> Decision:
        with self.recorded():
            decision = self.story.handle(command, actor)
        self.cards.append(self.story.card)
        return decision

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Hold every intent to make it live against rules of the test's own; queue what it called for."""
        events, effects, before = len(self.story.events), len(self.story.effects), self.story.state
        yield
        for event in self.story.events[events:]:
            if isinstance(event, Moving):
                self.intended.add((event.expected, event.to))
                if event.why == "release":
                    self.rightly_going_live(before)
                else:
                    assert event.to in (self.story.now.version, self.story.now.replaces, "0"), (
                        "was approved once"
                    )
        self.lock += [
            {"kind": one.kind, **one.payload}
            for one in self.story.effects[effects:]
            if one.lock.endswith(("registry", "artifact"))
        ]

    def rightly_going_live(self, before: object) -> None:
        """Independent of the code under test: who voted, on what, and by which rules."""
        now, world = self.story.now, self.story.world
        assert before is not None
        assert now.evidence is not None
        assert now.terms.digest == world.bundle.digest, "the rules of this moment"
        assert all_passed(evaluate(now.terms, now.evidence, world.directory, self.story.clock()))
        grace_is_edsger = "ghopper" in world.bundle.identities
        named = now.evidence.candidate.authors if now.evidence.candidate else ()
        user = next((one.name for one in named), "")
        barred = {now.requester}
        if user in ("ghopper", "grace@northwind.example"):
            barred.add(GRACE)
        if user == "ada@northwind.example":
            barred.add(ADA)
        if user == "edsger@northwind.example":
            barred.add(EDSGER)
        if grace_is_edsger and barred & {GRACE, EDSGER}:
            barred |= {GRACE, EDSGER}
        able = set(world.directory.members("data-owners"))
        if now.escalated:
            able.add(MARGARET)
        voters = {
            one.reviewer for one in now.reviews if one.verdict == "approve" and one.digest == now.digest
        }
        counted = (voters & able) - barred
        human_beings = {"grace" if grace_is_edsger and one in (GRACE, EDSGER) else one for one in counted}
        assert len(human_beings) >= now.terms.stages[0].quorum
        assert not any(one.verdict == "reject" for one in now.reviews)

    def result(self) -> ReleaseCommand:
        """Do what the first effect of the lock says, as its performer does."""
        effect = self.lock[0]
        state, registry = self.story.now, self.story.registry
        if effect["kind"] in ("gather", "ready"):
            ready = effect["kind"] == "ready"
            return ReportEvidence(SUBJECT, registry.read(), state.terms.digest, ready=ready)
        if effect["kind"] == "check":
            return ReportChecked(SUBJECT, registry.read())
        if effect["kind"] == "compare":
            return ReportArtifact(SUBJECT, state.ought_to_be_live or "", registry.artifact)
        expected, to = effect["expected"], effect["to"]
        assert (expected, to) in self.intended, "nothing is moved without its intent on record"
        if registry.live not in (expected, to):
            return ReportNotMoved(SUBJECT, registry.live)
        self.story.registry = replace(registry, live=to)
        return ReportMoved(SUBJECT, to)  # type: ignore[arg-type]

    def waits(self) -> ReleaseCommand:
        if self.lock[0]["kind"] == "move":
            return ReportMoveWaits(SUBJECT, "MLflow is away.")
        return ReportUnread(SUBJECT, "MLflow is away.")


OneRelease.TestCase.settings = settings(max_examples=examples(80, 2_000), stateful_step_count=50)
TestARelease = pytest.mark.early(pytest.mark.soak(OneRelease.TestCase))


@pytest.mark.parametrize("way", WAYS)
def test_the_story_can_come_to_its_end(way: tuple[str, str]) -> None:
    """The machine above isn't vacuous: this is the way through it, by each source and target."""
    machine = OneRelease()
    machine.propose(ADA, "as it is", "ada@northwind.example", [GRACE], way)
    machine.perform("done")
    machine.perform("done")
    assert machine.story.status == "live"
    assert machine.story.now.terms.source == way[0]
    assert machine.story.registry == Registry(live="2", earlier=(EARLIER,))
