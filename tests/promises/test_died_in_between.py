"""A release, an incident, and access that starts later or is taken, died at each step of the write and effect path in
turn: whoever comes after goes on, nothing is lost, and nothing is done twice. (In `make test`, of the steps inside a
transaction only at the last.)

The ledger, the outbox, the database and the performers are the real ones; a death is an exception that
nothing catches, after which nothing of that life reaches the database again. Slack, the registry and the
webhook's receiver outlive it, and are counted.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import MONDAY, WORKFLOWS, Clock, Database, empty, fresh_sqlite
from tests.incidents.conftest import playbook_world
from tests.incidents.desk import Calm, FakeRegistry, FakeTarget, Outside
from tests.lanes import deaths, some
from tests.people import ADA, EDSGER, GRACE, MARGARET
from tests.releases.attester import KeyAttester
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.break_glass.performers import break_glass_performers
from workflows.access.commands import RequestAccess
from workflows.access.starting import start_performers
from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.verify.history import history_faults
from workflows.database import tables
from workflows.database.store import Store, opened
from workflows.incidents.break_glass import incident_performers
from workflows.incidents.commands import AcceptRole, ClaimRole, DeclareIncident, OfferRole, Resolve, RunStep
from workflows.incidents.performers import performers as of_incidents
from workflows.incidents.state import Incident
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Outbox, Perform, Performer, Result
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.releases.attestation.performers import attestation_performers
from workflows.releases.commands import ProposeRelease, ReviewRelease
from workflows.releases.performers import performers as of_releases
from workflows.releases.state import Release
from workflows.workflow import Actor, Command, World

RELEASE = "rel_01KJ4M3Z00000000000000000R"
INCIDENT = "inc_01KJ4M3Z00000000000000000A"
STEPS = ("stop-releases", "look-inside", "tell", "call", "find-cause", "go-back")
pytestmark = pytest.mark.early
THE_START = "the start"
LINES = 8
"""Lines of succession: in each, one life after the other dies at its step, and a last one lives."""
FEW_LINES = 4
EVERY = ("pending", "active", "ending", "ended", "denied", "withdrawn", "lapsed")


class Died(BaseException):
    """Nothing catches it."""


@dataclass
class Life:
    """One process on a database, which may die at a step; a step is named by the act that it follows."""

    store: Store
    world: World
    outside: Outside
    clock: Clock
    dies_at: str | None = None
    acts: "Acts" = field(default_factory=lambda: _ACTS)
    begins_at: str = THE_START
    act: str = THE_START
    steps: list[str] = field(default_factory=list)
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.reads = Repository(self.store)
        self.ledger = Ledger(self.store, WORKFLOWS, lambda: self.world, self.clock, reach=self.reach)
        rederiving, target = Rederiving(self.reads, self.ledger), {"alias": FakeTarget(self.outside)}
        performers = {
            **of_releases(
                {"mlflow": FakeRegistry()}, target, Calm(), self.reads, rederiving, lambda: self.world
            ),
            **attestation_performers(KeyAttester(), rederiving, lambda: self.world),
            **of_incidents(
                self.ledger, self.reads, self.outside, self.outside, lambda: self.world, rederiving
            ),
            **start_performers(self.ledger, self.reads, rederiving, lambda: self.world),
            **break_glass_performers(self.reads, lambda: self.world),
            **incident_performers(self.ledger, self.reads),
            "draw": Performer(_shown, INTERNAL, 60),
            "tell": Performer(_shown, INTERNAL, 60),
            "reply": Performer(_shown, INTERNAL, 60),
            "cancel-extensions": Performer(_shown, INTERNAL, 60),
        }
        alive = {
            kind: replace(one, perform=self._while_alive(one.perform)) for kind, one in performers.items()
        }
        self.outbox = Outbox(self.store, self.ledger, alive, self.clock, reach=self.reach)

    def reach(self, step: str) -> None:
        name = f"{step} after {self.act}"
        if not self.dead.is_set() and name not in self.steps:
            self.steps.append(name)
            if name == self.dies_at:
                self.dead.set()
        if self.dead.is_set():
            raise Died

    def _while_alive(self, perform: Perform) -> Perform:
        async def performed(effect: ClaimedEffect) -> Result:
            if self.dead.is_set():
                raise Died
            return await perform(effect)

        return performed

    async def lived(self) -> bool:
        """Whether it came to the end of its story."""
        asyncio.get_running_loop().set_exception_handler(_but_death)
        playing = asyncio.create_task(self._play())
        dying = asyncio.create_task(self.dead.wait())
        await asyncio.wait({playing, dying}, return_when=asyncio.FIRST_COMPLETED)
        for task in (playing, dying, *self.outbox._running):
            task.cancel()
            with suppress(asyncio.CancelledError, Died):
                await task
        return not self.dead.is_set()

    async def _play(self) -> None:
        """Every act from the one it begins at, up to the one after which it was to die.

        One that is done already changes nothing.
        """
        await self._quiet()
        names = [*self.acts]
        for name in names[names.index(self.begins_at) if self.begins_at in self.acts else 0 :]:
            self.act = name
            await self.acts[name](self)
            await self._quiet()
            if self.dies_at and self.dies_at.endswith(f"after {name}"):
                return

    async def do(self, command: Command, who: str) -> None:
        await self.ledger.handle(command, Actor(who), "test")

    async def _quiet(self) -> None:
        while True:
            await self.outbox.perform_due()
            await self.outbox.drain()
            if not [one for one in await self.reads.open_effects() if one.status != "failed"]:
                return
            self.clock.forward(seconds=1)


def _but_death(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a dead task raised is looked for by nobody."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


async def _shown(effect: ClaimedEffect) -> Result:
    return Done()


async def _approve(life: Life) -> None:
    release = await life.reads.find(Release, RELEASE)
    assert release is not None
    await life.do(ReviewRelease(RELEASE, "approve", release.digest, release.terms.digest), GRACE)


def _does(command: Command, who: str) -> Callable[[Life], Awaitable[None]]:
    return lambda life: life.do(command, who)


_ACTS: dict[str, Callable[[Life], Awaitable[None]]] = {
    "proposing": _does(ProposeRelease(RELEASE, "ranking-model", "2", ""), ADA),
    "approving": _approve,
    "declaring": _does(
        DeclareIncident(INCIDENT, "stale", "sev2", service="ranking-model", playbook="stale-features"), ADA
    ),
    "commanding": _does(ClaimRole(INCIDENT, "commander"), MARGARET),
    "responding": _does(ClaimRole(INCIDENT, "responder"), ADA),
    **{f"running {step}": _does(RunStep(INCIDENT, step), MARGARET) for step in STEPS},
    "offering": _does(OfferRole(INCIDENT, "responder", EDSGER, "brief"), MARGARET),
    "accepting": _does(AcceptRole(INCIDENT, "responder"), EDSGER),
    "taking back": _does(RunStep(INCIDENT, "leave"), MARGARET),
    "resolving": _does(Resolve(INCIDENT, "over"), MARGARET),
}


Acts = Mapping[str, Callable[[Life], Awaitable[None]]]
LATER, TAKEN, TAKEN_AT_ONCE = (f"acc_01KJ4M3Z0000000000000000{name}" for name in ("0A", "0B", "0C"))
EMERGENCY = "the nightly job dropped a table and customers see old prices"
_ACCESS: Acts = {
    "scheduling": _does(
        RequestAccess(LATER, "warehouse-sample", 600, EMERGENCY, starts_at=MONDAY + timedelta(minutes=2)), ADA
    ),
    "taking": _does(TakeAccess(TAKEN, "warehouse", 1_200, EMERGENCY), GRACE),
    "taking at the same moment": _does(TakeAccess(TAKEN_AT_ONCE, "warehouse", 1_200, EMERGENCY), GRACE),
}
"""The second time it is taken knows nothing of the first, as on another replica."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> World:
    return playbook_world(tmp_path_factory.mktemp("bundle") / "played")


async def _line(
    url: str,
    world: World,
    steps: list[str],
    claims: float = 0.0,
    acts: Acts = _ACTS,
    wrong: "Callable[[Store, Outside], Awaitable[list[str]]] | None" = None,
) -> tuple[list[str], list[str]]:
    """One life after the other, and the last one lives; what is wrong then, and the steps it reached.

    Each begins with the act at which the one before it died, whether that was done or not; the last repeats all.
    `claims` are the seconds until the claims of the dead are over, where they can't be taken over at once.
    """
    outside, clock = Outside(live="1"), Clock()
    died = 0
    for before, step in pairwise([None, *steps, None]):
        begins_at = _act_of(before) if before and step else THE_START
        async with opened(url) as store:
            life = Life(store, world, outside, clock, step, acts, begins_at)
            if claims:
                clock.forward(seconds=claims)
            else:
                await life.outbox.take_over()
            died += not await life.lived()
    async with opened(url) as store:
        faults = await (wrong or _faults)(store, outside)
    if died < (len(steps) + 2) // 3:
        faults.append(f"only {died} of {len(steps)} lives came to their step")
    return faults, life.steps


def _act_of(step: str) -> str:
    return step.rpartition(" after ")[2]


async def _faults(store: Store, outside: Outside) -> list[str]:
    reads = Repository(store)
    incident, release = await reads.find(Incident, INCIDENT), await reads.find(Release, RELEASE)
    assert incident
    assert release
    accesses = await reads.in_status(Access, ACCESS, EVERY)
    leaves = await _log(store)
    done = Counter(leaf.facts["step"] for leaf in leaves if leaf.action == "incident.step-done")
    expected = {
        "the release": (release.status, "rolled back"),
        "what was moved": (outside.moves, [("1", "2"), ("2", "1")]),
        "the incident": (incident.status, "resolved"),
        "steps": ({one.status for one in incident.steps}, {"done"}),
        "steps done": (set(done.values()), {1}),
        "channels": (outside.rooms, {INCIDENT: incident.channel}),
        "posts": (len(outside.posts), 1),
        "calls": (len(outside.calls), 1),
        "access": (
            sorted((one.requester, one.status) for one in accesses),
            [(ADA, "ended"), (EDSGER, "ended")],
        ),
        "access as the incident knows it": ([one.status for one in incident.accesses], ["ended", "ended"]),
        "a review": (bool(outside.reviews), True),
        "left to do": ([one.kind for one in await reads.open_effects()], []),
        "the log": (list(history_faults(enumerate(leaves))), []),
    }
    return [f"{what}: {found}, not {wanted}" for what, (found, wanted) in expected.items() if found != wanted]


async def _faults_of_access(store: Store, outside: Outside) -> list[str]:
    reads, leaves = Repository(store), await _log(store)
    accesses = {one.id: one for one in await reads.in_status(Access, ACCESS, EVERY)}
    later, taken, second = (accesses[id] for id in (LATER, TAKEN, TAKEN_AT_ONCE))
    times = Counter((leaf.subject, leaf.action) for leaf in leaves)
    incidents = await reads.in_status(Incident, "inc", ["open"])
    expected = {
        "what was scheduled": (later.status, "active"),
        "starts": (times[LATER, "access.grant-started"], 1),
        "what was taken": (taken.status, "active"),
        "takes": (times[TAKEN, "access.break-glass-taken"], 1),
        "incidents": ([one.number for one in incidents], [taken.break_glass and taken.break_glass.incident]),
        "what was taken beside it": (
            (second.status, second.grant and second.grant.how),
            ("ended", "revoked"),
        ),
        "left to do": ([one.kind for one in await reads.open_effects()], []),
        "the log": (list(history_faults(enumerate(leaves))), []),
    }
    return [f"{what}: {found}, not {wanted}" for what, (found, wanted) in expected.items() if found != wanted]


async def _log(store: Store) -> list[Leaf]:
    events = tables.events.c
    async with store.read_transaction() as connection:
        return [
            read_leaf(leaf) for leaf in await connection.scalars(select(events.leaf).order_by(events.seq))
        ]


@pytest.mark.soak
async def test_at_each_step_in_turn(migrated_sqlite, tmp_path, played) -> None:
    faults, steps = await _line(fresh_sqlite(migrated_sqlite, tmp_path).url, played, [])
    assert faults == []
    assert len(steps) > 100
    for line in range(LINES):
        dies_at = deaths(steps)[line::LINES]
        faults, _ = await _line(fresh_sqlite(migrated_sqlite, tmp_path).url, played, dies_at)
        assert faults == [], dies_at


@pytest.mark.soak
async def test_on_postgresql_the_claims_of_the_dead_run_out(postgres_database: Database, played) -> None:
    steps = (
        "ledger.after_commit after approving",
        "outbox.performed.move after approving",
        "outbox.performed.room after declaring",
        "outbox.performed.ask after running look-inside",
        "outbox.performed.act after running call",
        "outbox.performed.act after running go-back",
        "ledger.before_commit after accepting",
        "outbox.performed.take-back after accepting",
        "outbox.settled.review after resolving",
    )
    for step in some(steps):
        faults, _ = await _line(postgres_database.url, played, [step], claims=120)
        assert faults == [], step
        empty(postgres_database)


@pytest.mark.soak
async def test_access_that_starts_later_or_is_taken(migrated_sqlite, tmp_path, played) -> None:
    """Between a take and its check, and before and after a start, as anywhere else."""
    faults, steps = await _line(
        fresh_sqlite(migrated_sqlite, tmp_path).url, played, [], acts=_ACCESS, wrong=_faults_of_access
    )
    assert faults == []
    for kind in ("start-grant", "check-break-glass", "open-incident"):
        assert any(f"performed.{kind}" in step for step in steps), kind
    for line in range(FEW_LINES):
        dies_at = some(deaths(steps))[line::FEW_LINES]
        url = fresh_sqlite(migrated_sqlite, tmp_path).url
        faults, _ = await _line(url, played, [*dies_at], acts=_ACCESS, wrong=_faults_of_access)
        assert faults == [], dies_at
