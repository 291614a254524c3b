"""Incidents, access and releases as the ledger and the outbox carry them, in memory.

The workflows and the performers are the real ones; Slack, webhooks and the registry are small enough to
fail, to be slow, and to be counted. An effect is performed only as the first of its lock.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from tests.builders import BY_KIND, Clock
from tests.logged import Logged
from tests.releases.story import Registry
from workflows import access, incidents, releases
from workflows.access.commands import ReviewAccess
from workflows.access.state import Access
from workflows.incidents.commands import AcceptRole, ClaimRole, DeclareIncident, OfferRole, Resolve, RunStep
from workflows.incidents.performers import performers as of_incidents
from workflows.incidents.state import Incident
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.numbering import BeginNumbered, with_number
from workflows.ledger.outbox import Later, Performer, Result
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.work import Outcome
from workflows.narrative import LoggedEvent
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Retryable
from workflows.releases.attestation.performers import attestation_performers
from workflows.releases.commands import ProposeRelease, ReportEvidence, ReportMoved, ReviewRelease
from workflows.releases.evidence import Artifact, Evidence, Login, Order
from workflows.releases.performers import Moved
from workflows.releases.performers import performers as of_releases
from workflows.releases.state import Release
from workflows.workflow import (
    CLOCKWORK,
    OUTBOX,
    Actor,
    Command,
    Effect,
    Event,
    NoChange,
    Refused,
    State,
    TimePassed,
    Workflow,
    World,
    kind_of,
)

NAMES = {one.WORKFLOW.kind: one.WORKFLOW.name for one in (access, incidents, releases)}

FIRST = "inc_01KJ4M3Z00000000000000000A"
SECOND = "inc_01KJ4M3Z00000000000000000B"
RELEASE = "rel_01"
TITLE = "ranking model serves stale features"
KINDS = {one.kind: one for one in (access.WORKFLOW, releases.WORKFLOW, incidents.WORKFLOW)}
NOT_HERE = (
    *("draw", "tell", "reply", "notify", "gather", "ready", "check", "compare", "mint", "end", "home"),
    "cancel-extensions",
)
"""Kinds of effects that these stories leave out: what is shown, and what Vault does."""
T = TypeVar("T")
S = TypeVar("S", bound=State)


@dataclass
class Outside:
    """What lies outside Daypass: Slack's channels and messages, webhooks, what is live. `trouble` fails it."""

    trouble: Exception | None = None
    rooms: dict[str, str] = field(default_factory=dict)
    uninvitable: frozenset[str] = frozenset()
    invited: set[str] = field(default_factory=set)
    posts: dict[tuple[str, str], int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, dict[str, object]] = field(default_factory=dict)
    """What the newest call with a key said."""
    reviews: list[str] = field(default_factory=list)
    live: str | None = "2"
    moves: list[tuple[str | None, str | None]] = field(default_factory=list)

    def works(self) -> None:
        if self.trouble:
            raise self.trouble

    async def open(self, incident: Incident) -> str:
        self.works()
        return self.rooms.setdefault(incident.id, f"C{len(self.rooms)}")

    async def fill(
        self, incident: Incident, people: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        self.works()
        refused = tuple((one, "user_is_restricted") for one in people if one in self.uninvitable)
        inside = tuple(one for one in people if one not in self.uninvitable)
        self.invited |= set(inside)
        return inside, refused

    async def post(self, incident: Incident, channel: str, name: str, text: str) -> None:
        """As the board does: what has this name already, is there."""
        self.works()
        place = channel or incident.channel
        if place is None:
            raise Retryable("Its channel isn't there yet.")
        self.posts[name, place] = 1

    async def read(self, incident: Incident, ts: str) -> tuple[str, str]:
        self.works()
        return "UADA", f"what was said at {ts}"

    async def review(self, incident: Incident) -> None:
        self.works()
        self.reviews.append(incident.id)

    async def call(self, url: str, body: Mapping[str, object], key: str) -> None:
        """As a receiver does that keeps to the key: a second time changes nothing."""
        self.works()
        self.calls[key] = self.calls.get(key, 0) + 1
        self.bodies[key] = dict(body)


class FakeTarget:
    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def live(self, terms: ReleaseTerms) -> str | None:
        return self._outside.live

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        self._outside.works()
        if self._outside.live not in (expected, to):
            raise Moved(self._outside.live)
        if self._outside.live != to:
            self._outside.moves.append((expected, to))
        self._outside.live = to


class FakeRegistry:
    async def read(self, order: Order, live: str | None) -> Evidence:
        return Registry(live=live).read()

    async def artifact(self, model: str, version: str, since: datetime) -> Artifact:
        """Of each version the bytes that it was approved with."""
        known = Registry()
        digest = known.artifact if version == "2" else known.approved_before
        return Artifact(files=(), count=1, size=1, digest=digest)

    async def login(self) -> Login:
        return "none"


class Calm:
    async def on(self, service: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (), ()


@dataclass(frozen=True)
class Open:
    """An effect that is not done."""

    seq: int
    subject: str
    effect: Effect
    place: tuple[int, int]

    @property
    def claimed(self) -> ClaimedEffect:
        return ClaimedEffect(
            self.seq, self.subject, *self.place, self.effect.kind, dict(self.effect.payload), 1
        )


class Desk:
    """The ledger, the outbox and the reads of one story. `world` may be replaced as it goes on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = Clock()
        self.outside = Outside()
        self.states: dict[str, State] = {}
        self.told: dict[str, list[tuple[str, Event]]] = {}
        self.logged: dict[str, Logged] = {}
        self.open: list[Open] = []
        self.shown: list[Effect] = []
        self.keys: set[str] = set()
        self.seq = 0
        self._loop = asyncio.new_event_loop()
        rederiving = Rederiving(self, self)  # type: ignore[arg-type]
        self.performers: dict[str, Performer] = (
            of_releases(
                {"mlflow": FakeRegistry()},
                {"alias": FakeTarget(self.outside)},
                Calm(),
                self,  # type: ignore[arg-type]
                rederiving,
                lambda: self.world,
            )
            | attestation_performers(None, rederiving, lambda: self.world)
            | of_incidents(
                self,  # type: ignore[arg-type]
                self,  # type: ignore[arg-type]
                self.outside,
                self.outside,
                lambda: self.world,
                rederiving,
            )
        )

    # the ledger

    async def handle(
        self, command: Command, actor: Actor, surface: str = "test", command_id: str | None = None
    ) -> Outcome:
        subject = command.subject
        workflow, state = KINDS[kind_of(subject)], self.states.get(subject)
        if command_id and command_id in self.keys:
            return Outcome(subject, 1, state)
        if isinstance(command, BeginNumbered):
            command = with_number(command, 0, self.keys)
        decision = workflow.decide(state, command, actor, self.world, self.clock())
        if command_id:
            self.keys.add(command_id)
        match decision:
            case NoChange():
                return Outcome(subject, 1, state)
            case Refused():
                events, refusal = decision.events, decision
            case tuple():
                events, refusal = decision, None
        logged = self.logged.setdefault(subject, Logged(workflow, subject))
        logged.add(state, events, actor, self.world, self.clock())
        for position, event in enumerate(events):
            place = (len(logged.decided), position)
            state = self._enter(workflow, subject, state, event, actor, place)
        return Outcome(subject, 1, state, events, refusal)

    def _enter(
        self,
        workflow: Workflow,
        subject: str,
        state: State | None,
        event: Event,
        actor: Actor,
        place: tuple[int, int],
    ) -> State:
        after = workflow.evolve(state, event)
        assert workflow.state.model_validate_json(after.model_dump_json()) == after
        self.states[subject] = after
        self.told.setdefault(subject, []).append((actor.id, event))
        for key in workflow.once(after, event):
            assert key not in self.keys, f"{key} a second time"
            self.keys.add(key)
        for effect in workflow.effects(after, event):
            if effect.kind in NOT_HERE:
                self.shown.append(effect)
            elif effect.dedup_key is None or effect.dedup_key not in {
                one.effect.dedup_key for one in self.open
            }:
                self.seq += 1
                self.open.append(Open(self.seq, subject, effect, place))
        return after

    # the reads

    async def find(self, kind: type[S], subject: str) -> S | None:
        return self.states.get(subject)  # type: ignore[return-value]

    async def as_logged(self, kind: type[S], subject: str) -> tuple[S | None, list[bytes]]:
        return await self.find(kind, subject), self.logged[subject].leaves()

    async def owned_by(self, kind: type[S], prefix: str, owner: str, limit: int) -> list[S]:
        mine = [one for id, one in self.states.items() if kind_of(id) == prefix and one.owner == owner]
        return mine[-limit:]  # type: ignore[return-value]

    async def in_status(self, kind: type[S], prefix: str, statuses: Sequence[str]) -> list[S]:
        return [
            one  # type: ignore[misc]
            for id, one in sorted(self.states.items())
            if kind_of(id) == prefix and one.status in statuses
        ]

    async def awaiting(
        self, kind: type[S], prefix: str, what: str, owners: Collection[str] | None = None
    ) -> list[S]:
        return [
            one  # type: ignore[misc]
            for id, one in sorted(self.states.items())
            if kind_of(id) == prefix
            and BY_KIND[prefix].awaits(one) == what
            and (owners is None or one.owner in owners)
        ]

    async def story(self, subject: str) -> list[LoggedEvent]:
        return [
            LoggedEvent(
                self.clock(),
                who,
                "test",
                f"{NAMES[kind_of(subject)]}.{event.action}",
                event.model_dump(mode="json", exclude=set(event.texts)),
                {name: getattr(event, name) for name in event.texts if getattr(event, name)},
            )
            for who, event in self.told.get(subject, [])
        ]

    # the outbox

    def heads(self) -> list[Open]:
        """What may be performed now: the first of each lock."""
        locks: dict[str, Open] = {}
        for one in self.open:
            locks.setdefault(one.effect.lock, one)
        return list(locks.values())

    def perform(self, one: Open) -> Result:
        """Do it, without settling it: as if the process died right then."""
        return self.run(self.performers[one.effect.kind].perform(one.claimed))

    def settle(self, one: Open, result: Result) -> None:
        if not isinstance(result, Later):
            self.open.remove(one)
        if result.command is not None:
            self.run(self.handle(result.command, OUTBOX))

    def all_done(self) -> None:
        """Perform until nothing is left that can be done now."""
        for _ in range(400):
            before = self.seq, len(self.open)
            for one in self.heads():
                if one in self.open:
                    self.settle(one, self.perform(one))
            if (self.seq, len(self.open)) == before:
                return
        raise AssertionError(f"it never comes to rest: {self.open}")

    def time_passes(self, **by: float) -> None:
        until = self.clock.forward(**by)
        for id, state in list(self.states.items()):
            due: Callable[[Any], Any] = KINDS[kind_of(id)].due
            for _ in range(50):
                at = due(self.states[id])
                if at is None or at > until:
                    break
                self.run(self.handle(TimePassed(id), CLOCKWORK))
            else:
                raise AssertionError(f"{id} is due at {at} for ever; it is {state.status}")

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(doing)

    def close(self) -> None:
        self._loop.close()

    # what people do

    def do(self, command: Command, who: str) -> Outcome:
        return self.run(self.handle(command, Actor(who)))

    def refusal(self, command: Command, who: str) -> str:
        """The code of the refusal; `` if there is none."""
        outcome = self.do(command, who)
        return outcome.refusal.code if outcome.refusal else ""

    def declares(self, who: str, subject: str = FIRST, title: str = TITLE, **more: Any) -> Incident:
        found = self.do(DeclareIncident(subject, title, **{"severity": "sev2", **more}), who)
        assert found.refusal is None, found.refusal
        return self.incident(subject)

    def takes(self, who: str, role: str = "commander", subject: str = FIRST) -> None:
        assert self.refusal(ClaimRole(subject, role), who) == ""

    def hands_over(self, who: str, role: str, to: str, subject: str = FIRST) -> None:
        assert self.refusal(OfferRole(subject, role, to, "All that there is to know."), who) == ""
        assert self.refusal(AcceptRole(subject, role), to) == ""

    def steps(self, who: str, step: str, subject: str = FIRST) -> str:
        """Run a step and what it calls for; the refusal's code, if any."""
        code = self.refusal(RunStep(subject, step), who)
        self.all_done()
        return code

    def resolves(self, who: str, subject: str = FIRST) -> None:
        assert self.refusal(Resolve(subject, "A job had stopped."), who) == ""
        self.all_done()

    def approves(self, who: str, request: str) -> str:
        state = self.states[request]
        assert isinstance(state, Access)
        command = ReviewAccess(request, "approve", state.digest, state.terms.digest, confirmed=True)
        return self.refusal(command, who)

    def a_release_is_live(self) -> None:
        """Version 2 of the ranking model went live by Daypass, and replaced version 1."""
        self.outside.live = "2"
        self.do(ProposeRelease(RELEASE, "ranking-model", "2", ""), "UADA")
        for ready in (False, True):
            release = self.release
            read = ReportEvidence(RELEASE, Registry().read(), release.terms.digest, ready=ready)
            self.run(self.handle(read, OUTBOX))
            if not ready:
                release = self.release
                self.do(ReviewRelease(RELEASE, "approve", release.digest, release.terms.digest), "UGRACE")
        self.run(self.handle(ReportMoved(RELEASE, "2"), OUTBOX))
        self.open.clear()
        assert self.release.status == "live"

    # what there is

    @property
    def release(self) -> Release:
        found = self.states[RELEASE]
        assert isinstance(found, Release)
        return found

    @property
    def now(self) -> Incident:
        return self.incident(FIRST)

    def incident(self, subject: str) -> Incident:
        found = self.states[subject]
        assert isinstance(found, Incident)
        return found

    def step(self, name: str) -> str:
        found = self.now.step(name)
        assert found
        return found.status

    @property
    def accesses(self) -> list[Access]:
        return [one for one in self.states.values() if isinstance(one, Access)]

    def actions(self, subject: str = FIRST) -> list[str]:
        return [event.action for _, event in self.told.get(subject, [])]

    def events(self, kind: type[T], subject: str = FIRST) -> list[T]:
        return [event for _, event in self.told.get(subject, []) if isinstance(event, kind)]
