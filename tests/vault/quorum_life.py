"""A Daypass with a real OpenBao that guards a credential by a quorum, and that may die before or after any of its calls.

Ledger, outbox, performers and Vault are the real ones. A death is an exception that nothing catches, after which nothing
of that life reaches Vault or the database any more.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from integrations.vault import Connection, VaultCredentials
from tests.builders import WORKFLOWS
from tests.people import ADA, GRACE, RADIA
from tests.vault.guarded import AUTHORIZE, Guarded
from workflows.access.commands import GiveBack, RequestAccess, RequestCredential, ReviewAccess
from workflows.access.credentials import Credential
from workflows.access.performers import performers
from workflows.access.state import KIND, Access
from workflows.access.vault_quorum.performers import quorum_performers
from workflows.access.vault_quorum.state import VaultRequest
from workflows.database.store import Store
from workflows.ledger.claim import Claimant, ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Outbox, Performer, Result
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import INTERNAL
from workflows.ports import Minted, Permanent, Retryable, Targets
from workflows.workflow import Actor, Command, World

LOOK_EVERY = 0.03
"""Seconds."""
PATIENCE = 120.0
"""Seconds for one act, on a busy machine."""
SHOWN = ("draw", "tell", "reply", "cancel-extensions")


class Died(BaseException):
    """Nothing catches it."""


@dataclass
class Death:
    """Names each step by the act that it belongs to, and kills at one of them."""

    at: str | None = None
    act: str = "the start"
    steps: list[str] = field(default_factory=list)
    dead: bool = False
    _times: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, step: str) -> None:
        """Raises Died at the step, and at every one after it. Of a step that repeats, an act's first three count."""
        with self._lock:
            if not self.dead:
                self._times[f"{step}|{self.act}"] += 1
                times = self._times[f"{step}|{self.act}"]
                name = f"{step} ({times}) in {self.act}"
                if times <= 3:
                    self.steps.append(name)
                self.dead = name == self.at
            if self.dead:
                raise Died


class Mortal(Connection):
    """Dies before a call, or after it was answered and before anyone has read the answer."""

    def __init__(self, guarded: Guarded, death: Death) -> None:
        super().__init__(guarded.bao.addr, guarded.servers.login)
        self.death = death

    def call(self, method: str, path: str, *given: Any, **options: Any) -> dict[str, Any]:
        self.death.reach(f"before {path}")
        answer = super().call(method, path, *given, **options)
        self.death.reach(f"after {path}")
        return answer

    async def close(self) -> None:
        """Whoever is dead doesn't log out."""
        with suppress(Died):
            await super().close()
        for threads in self._threads.values():
            await asyncio.to_thread(threads.shutdown)


@dataclass
class Hand:
    """What was handed over, and what was told instead."""

    death: Death
    got: list[Minted] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    async def opening(self, access: Access, window: str) -> str:
        return window

    async def waiting(self, access: Access, place: str, asked: VaultRequest) -> None:
        self.death.reach("before showing for whom it waits")

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        self.death.reach("before handing over")
        self.got.append(minted)
        self.death.reach("after handing over")

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        self.heard.append(str(error))


@dataclass
class Approvers:
    """Vault's approvers, each signed in once with a login of their own."""

    guarded: Guarded
    tokens: dict[str, str] = field(default_factory=dict)

    def authorize(self, person: str, accessor: str) -> None:
        """Raises Refused."""
        if person not in self.tokens:
            self.tokens[person] = self.guarded.signed_in(person)
        self.guarded.call("POST", AUTHORIZE, self.tokens[person], accessor=accessor)


@dataclass
class Clock:
    """The time, or later."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Life:
    """One process on a database. `mint_within` seconds are for a credential that is made, and less for one that was lost."""

    def __init__(
        self,
        store: Store,
        targets: Targets,
        world: World,
        approvers: Approvers,
        dies_at: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.death, self.approvers, self.clock = Death(dies_at), approvers, clock or Clock()
        self.vault = Mortal(approvers.guarded, self.death)
        self.hand = Hand(self.death)
        self.reads = Repository(store)
        claimant = Claimant(str(ULID()), room=lambda kind: 0)
        self.ledger = Ledger(
            store, WORKFLOWS, lambda: world, self.clock, reach=self._in_ledger, claimant=claimant
        )
        self.told: list[tuple[str, str]] = []
        rederiving = Rederiving(self.reads, self.ledger)
        makes = VaultCredentials(self.vault, clock=self.clock)
        ends = VaultCredentials(self.vault, clock=self.clock, mint_within=0.1)
        self.outbox = Outbox(
            store,
            self.ledger,
            {
                **performers(ends, targets, self.hand, self.reads, rederiving, lambda: world),
                **quorum_performers(
                    makes, self.hand, self.ledger, self.reads, rederiving, lambda: world, LOOK_EVERY
                ),
                **dict.fromkeys(SHOWN, Performer(self._shown, INTERNAL, 60)),
            },
            self.clock,
        )

    def _in_ledger(self, step: str) -> None:
        if step in {"ledger.before_commit", "ledger.after_commit"} or self.death.dead:
            self.death.reach(step)

    async def _shown(self, effect: ClaimedEffect) -> Result:
        if effect.kind == "tell":
            self.told.append((effect.payload["person"], effect.payload["note"]))
        return Done()

    async def lives(self, story: Callable[["Life"], Any]) -> bool:
        """Whether it came to the end of its story; takes over what a predecessor had in hand."""
        asyncio.get_running_loop().set_exception_handler(_but_death)
        await self.outbox.take_over()
        pumping, playing = asyncio.create_task(self._pump()), asyncio.create_task(story(self))
        await asyncio.wait({pumping, playing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (playing, pumping, *self.outbox._running):
            task.cancel()  # what is done already isn't, and tells what it raised
            with suppress(asyncio.CancelledError, Died):
                await task
        await self.vault.close()
        return not self.death.dead

    async def _pump(self) -> None:
        while not self.death.dead:
            await self.outbox.perform_due()
            await asyncio.sleep(LOOK_EVERY)

    async def do(self, command: Command, actor: Actor) -> Access:
        outcome = await self.ledger.handle(command, actor, "test", str(ULID()))
        assert outcome.refusal is None, outcome.refusal.sentence
        state: Access = outcome.state
        return state

    async def until(self, id: str, so: Callable[[Access], bool]) -> Access:
        """The access once it is so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                state = await self.reads.find(Access, id)
                if state is not None and so(state):
                    return state
                assert not self.hand.heard, self.hand.heard
                await asyncio.sleep(LOOK_EVERY)

    async def quiet(self) -> None:
        """Return when nothing is left to be done outside."""
        async with asyncio.timeout(PATIENCE):
            while any(one.status != "failed" for one in await self.reads.open_effects()):
                await asyncio.sleep(LOOK_EVERY)

    async def granted(self, seconds: int = 1_800) -> Access:
        """A grant that two people gave by clicks: the newest that stands, or another."""
        held = await self.reads.in_status(Access, KIND, ["active"])
        if held:
            return held[-1]
        ask = RequestAccess(f"{KIND}_{ULID()}", "warehouse-pii", seconds, WHY, "PRIV-7")
        access = await self.do(ask, Actor(ADA))
        for one in (GRACE, RADIA):
            review = ReviewAccess(access.id, "approve", access.digest, access.terms.digest, confirmed=True)
            access = await self.do(review, Actor(one))
        assert access.status == "active"
        return access

    async def gets(self, access: Access) -> tuple[str, VaultRequest]:
        """Press *Get credentials*, once nothing is being made any more; what Vault was asked then."""
        self.death.act = "get credentials"
        await self.until(access.id, lambda one: all(c.status != "minting" for c in one.credentials))
        id = f"crd_{ULID()}"
        await self.do(RequestCredential(access.id, id, "window"), Actor(ADA))
        state = await self.until(access.id, lambda one: of(one, id).asked_of_vault is not None)
        return id, _request(state, id)

    async def authorizes(self, access: Access, id: str, person: str, seen: int) -> None:
        """They authorize it in Vault, and so many are seen to have done so."""
        self.death.act = f"approver {seen}"
        state = await self.until(access.id, lambda one: of(one, id).asked_of_vault is not None)
        request = _request(state, id)
        await asyncio.to_thread(self.approvers.authorize, person, request.accessor)
        await self.until(access.id, lambda one: len(_request(one, id).authorized_by) == seen)

    async def collects(self, access: Access, id: str) -> None:
        self.death.act = "collect"
        await self.until(access.id, lambda one: _request(one, id).enough)
        await self.do(RequestCredential(access.id, f"crd_{ULID()}", "another"), Actor(ADA))
        await self.until(access.id, lambda one: of(one, id).status == "live")

    async def gives_back(self, access: Access) -> None:
        self.death.act = "give back"
        await self.do(GiveBack(access.id), Actor(ADA))
        await self.until(access.id, lambda one: one.status == "ended")


WHY = "to see who of them has asked to be forgotten"


def of(access: Access, id: str) -> Credential:
    """That credential of it."""
    found = access.credential(id)
    assert found is not None
    return found


def _request(access: Access, id: str) -> VaultRequest:
    found = of(access, id).asked_of_vault
    assert found is not None
    return found


def _but_death(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a dead task raised is looked for by nobody."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


async def whole_story(life: Life) -> None:
    """From the clicks to the end of the grant, with a credential that two approvers let be made."""
    access = await life.granted()
    id, request = await life.gets(access)
    assert request.authorized_by == ()
    for seen, person in enumerate((GRACE, RADIA), start=1):
        await life.authorizes(access, id, person, seen)
    await life.collects(access, id)
    await life.gives_back(access)
