"""Of two entitlements that the bundle separates nobody ever has both, whenever they are wanted, extended, begun or ended."""

from dataclasses import replace
from datetime import timedelta
from functools import cache, reduce

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.access.story import WHY
from tests.builders import EXAMPLE, Clock, world_of
from tests.lanes import examples
from tests.people import ADA, EDSGER, RADIA
from workflows.access.commands import (
    AccessCommand,
    GiveBack,
    ReportEnded,
    ReportMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    StartGrant,
)
from workflows.access.decide import decide, due
from workflows.access.evolve import evolve
from workflows.access.extensions import extended
from workflows.access.state import Access
from workflows.policy.loading.load import load_bundle
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, TimePassed, World

WRITE, PII = ("warehouse-write", 1_800), ("warehouse-pii", 1_200)
OVER = ("denied", "withdrawn", "lapsed", "ended")
some = st.integers(0, 9)


@cache
def example() -> World:
    return world_of(load_bundle(EXAMPLE))


class OnePerson(RuleBasedStateMachine):
    """All that Ada asks for, each decided beside the rest, as the ledger has them decided."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.states: dict[str, Access] = {}

    def do(self, id: str, command: AccessCommand | TimePassed, who: Actor) -> None:
        beside = tuple(one for name, one in self.states.items() if name != id and one.status not in OVER)
        world = replace(example(), beside=beside)
        decision = decide(self.states.get(id), command, who, world, self.clock())
        if isinstance(decision, tuple):
            self.states[id] = reduce(evolve, decision, self.states.get(id))

    def pick(self, number: int, *statuses: str) -> Access | None:
        found = [one for one in self.states.values() if one.status in statuses]
        return found[number % len(found)] if found else None

    @initialize(first=st.sampled_from([(WRITE, PII), (PII, WRITE)]), later=st.sampled_from([1_900, 2_400]))
    def have_one_and_the_other_later(self, first: tuple[tuple[str, int], ...], later: int) -> None:
        for what, after in zip(first, (None, later), strict=True):
            self.ask(what, after)
            self.approve(0, less=False)
        self.use(0)

    @rule(what=st.sampled_from([WRITE, PII]), later=st.sampled_from([None, 600, 1_800, 2_400, 7_200]))
    def ask(self, what: tuple[str, int], later: int | None) -> None:
        id = f"acc_{len(self.states):02}"
        starts_at = self.clock() + timedelta(seconds=later) if later else None
        self.do(id, RequestAccess(id, *what, WHY, "DATA-42", starts_at=starts_at), Actor(ADA))

    @rule(number=some)
    def extend(self, number: int) -> None:
        before = self.pick(number, "active")
        if before and (extends := extended(before, self.clock())):
            id, entitlement = f"acc_{len(self.states):02}", before.terms.entitlement
            self.do(id, RequestAccess(id, entitlement, 1_200, WHY, "DATA-42", extends=extends), Actor(ADA))

    @rule(number=some, less=st.booleans())
    def approve(self, number: int, less: bool) -> None:
        for who in (EDSGER, RADIA):
            if state := self.pick(number, "pending"):
                shown = (state.digest, state.terms.digest)
                seconds = 600 if less else None
                command = ReviewAccess(state.id, "approve", *shown, confirmed=True, seconds=seconds)
                self.do(state.id, command, Actor(who))

    @rule(number=some)
    def use(self, number: int) -> None:
        if state := self.pick(number, "active"):
            id = f"crd_{len(state.credentials)}"
            self.do(state.id, RequestCredential(state.id, id, "window"), Actor(ADA))
            if self.states[state.id].credential(id) and state.grant:
                handles = ("accessor", "lease", "wrap", True, state.grant.ends_at)
                self.do(state.id, ReportMinted(state.id, id, *handles), OUTBOX)

    @rule(number=some)
    def give_back(self, number: int) -> None:
        if state := self.pick(number, "active", "scheduled"):
            self.do(state.id, GiveBack(state.id), Actor(ADA))

    @rule(number=some)
    def confirm_an_end(self, number: int) -> None:
        if state := self.pick(number, "ending"):
            for one in state.credentials:
                self.do(state.id, ReportEnded(state.id, one.id, one.accessor, ("vault",)), OUTBOX)

    @rule(seconds=st.sampled_from([1, 60, 600, 1_200, 1_800]), seen=st.booleans())
    def pass_time(self, seconds: int, seen: bool) -> None:
        """The clockwork may be late, and what starts grants too."""
        self.clock.forward(seconds=seconds)
        for state in [*self.states.values()] if seen else []:
            at = due(state)
            if at and at <= self.clock():
                self.do(state.id, TimePassed(state.id), CLOCKWORK)

    @rule(number=some)
    def start(self, number: int) -> None:
        if state := self.pick(number, "scheduled"):
            self.do(state.id, StartGrant(state.id), OUTBOX)

    @invariant()
    def nobody_has_both(self) -> None:
        has = {one.terms.entitlement for one in self.states.values() if one.status in ("active", "ending")}
        assert len(has) < 2


OnePerson.TestCase.settings = settings(max_examples=examples(40, 3_000), stateful_step_count=40)
TestOnePerson = pytest.mark.soak(OnePerson.TestCase)
