"""A service that a cluster rolls out, and as much of Daypass as answers it: real decisions and a real log, no database."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.builders import Clock, changed_bundle, world_of
from tests.logged import Logged
from tests.people import ADA
from tests.releases.conftest import SERVICE_FILE
from tests.releases.story import Registry
from workflows import releases
from workflows.ledger.work import Outcome
from workflows.ports import Machine
from workflows.releases.commands import ReportEvidence, ReportMoved, ReviewRelease
from workflows.releases.decide import decide
from workflows.releases.evidence import Evidence, Order
from workflows.releases.evolve import evolve
from workflows.releases.state import Release
from workflows.workflow import OUTBOX, Actor, Refused, World

READ = "http://127.0.0.1:9/live"
ROLLOUT = f"goes_live:\n  rollout: test/podinfo\n  cluster: eu-1\n  read: {READ}\n  machine: nightly-training"
CHANGE = (SERVICE_FILE, "goes_live:\n  alias: champion", ROLLOUT)


def cluster_world(folder: Path) -> World:
    """The example's world, in which a cluster rolls the ranking model out."""
    world = world_of(changed_bundle(folder / "bundle", CHANGE))
    machine = Machine("nightly-training", "Nightly training", frozenset({ADA}), frozenset({"scientists"}))
    directory = replace(world.directory, machines={"machine:nightly-training": machine})
    return replace(world, directory=directory)


@dataclass
class Daypass:
    """Its ledger, its readings of it, its source and its incidents."""

    world: World
    registry: Registry = field(default_factory=Registry)
    clock: Clock = field(default_factory=Clock)
    states: dict[str, Release] = field(default_factory=dict)
    logs: dict[str, Logged] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    """How often the source was asked."""
    stopping: tuple[str, ...] = ()
    alarms: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    # its ledger

    async def handle(
        self, command: Any, actor: Actor, surface: str, command_id: str | None = None
    ) -> Outcome:
        if type(command).__name__ == "RaiseAlarm":
            self.alarms.append(command.sentence)
            return Outcome(command.subject, 1, None)
        if command_id in self.decided:
            return Outcome(command.subject, 0, None)
        if command_id:
            self.decided[command_id] = command.subject
        return self.does(command, actor)

    def does(self, command: Any, actor: Actor) -> Outcome:
        before, subject = self.states.get(command.subject), command.subject
        decision = decide(before, command, actor, self.world, self.clock())
        if isinstance(decision, Refused):
            return Outcome(subject, 0, before, refusal=decision)
        events: Any = decision if isinstance(decision, tuple) else ()
        log = self.logs.setdefault(subject, Logged(releases.WORKFLOW, subject))
        log.add(before, events, actor, self.world, self.clock())
        for event in events:
            self.states[subject] = evolve(self.states.get(subject), event)
        return Outcome(subject, len(log.decided), self.states.get(subject), events)

    # its readings

    async def versions(self, prefix: str, statuses: tuple[str, ...]) -> list[tuple[str, int]]:
        return [(one.id, 1) for one in await self.in_status(Release, prefix, statuses)]

    async def in_status(self, kind: type, prefix: str, statuses: tuple[str, ...]) -> list[Release]:
        return [one for id, one in sorted(self.states.items()) if one.status in statuses]

    async def find(self, kind: type, subject: str) -> Release | None:
        return self.states.get(subject)

    async def decided_as(self, command_id: str) -> str | None:
        return self.decided.get(command_id)

    async def as_logged(self, kind: type, subject: str) -> tuple[Release | None, list[bytes]]:
        return self.states.get(subject), self.logs[subject].leaves()

    # its source, its incidents, and what it turns away

    async def read(self, order: Order, live: str | None) -> Evidence:
        self.asked += 1
        found = self.registry.read()
        return found if order.version == "2" else found.model_copy(update={"candidate": None})

    async def on(self, service: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (), self.stopping

    async def reject(self, rejection: Any, came_from: str) -> None:
        self.rejected.append(rejection.code)

    # what happens

    @property
    def last(self) -> Release:
        return self.states[max(self.states)]

    def is_read(self, ready: bool = False) -> None:
        state = self.last
        self.does(ReportEvidence(state.id, self.registry.read(), state.terms.digest, ready=ready), OUTBOX)

    def decides(self, who: str, verdict: Any = "approve") -> None:
        state = self.last
        self.does(ReviewRelease(state.id, verdict, state.digest, state.terms.digest, "because"), Actor(who))

    def is_approved(self, who: str) -> None:
        """From its evidence to the intent to let it go on."""
        self.is_read()
        self.decides(who)
        self.is_read(ready=True)
        assert self.last.move is not None

    def goes_live(self) -> None:
        self.registry = replace(self.registry, live=self.last.version)
        self.does(ReportMoved(self.last.id, self.last.version), OUTBOX)
