"""A kit on the real ledger, with nobody but the test to perform what its requests call for."""

from collections.abc import Sequence
from pathlib import Path

from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA
from workflows.access.commands import RequestAccess, ReviewAccess
from workflows.access.kits.commands import AskedKit, chosen_of
from workflows.access.kits.performers import kit_performers
from workflows.access.state import EVERY, KIND, Access
from workflows.database.store import Store
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.bundle import Bundle
from workflows.workflow import Actor, World

KITS = """\
kits:
  churn:
    title: Look into churn
    description: The features, sample tables and a way to repair them.
    entitlements: [warehouse, warehouse-sample, warehouse-write]
"""
EVERYTHING = ("warehouse", "warehouse-sample", "warehouse-write")
READING = ("warehouse", "warehouse-sample")
WHEN_TO_FOLLOW = ("request-kit", "close-kit")


def with_kits(folder: Path, **files: str) -> Bundle:
    """The example bundle with the kit *churn*; `files` are others by name, with `_` for `-`."""
    named = {f"{name.replace('_', '-')}.yaml": text for name, text in files.items()}
    return changed_bundle(folder / "bundle", files={"kits.yaml": KITS, **named})


def kit_world(folder: Path, **files: str) -> World:
    """Its world."""
    return world_of(with_kits(folder, **files))


class KitDesk:
    """Requests kits, reviews them, and performs what they call for when told to."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.ledger = Ledger(store, WORKFLOWS, lambda: self.world, clock)
        self.reads = Repository(store)
        self._performers = kit_performers(self.ledger, self.reads, clock)

    def command(
        self,
        chosen: Sequence[str] = EVERYTHING,
        seconds: int = 3_600,
        ticket: str | None = "DATA-42",
        subject: str | None = None,
        kit: str = "churn",
    ) -> RequestAccess:
        asked: AskedKit = chosen_of(self.world.bundle, kit, tuple(chosen), seconds)
        first = subject or f"{KIND}_{ULID.from_datetime(self.clock())}"
        return RequestAccess(first, *asked.members[0], WHY, ticket, kit=asked)

    async def asks(self, command: RequestAccess | None = None, who: str = ADA) -> Outcome:
        """Request the first; nothing else happens until `follows`."""
        return await self.ledger.handle(command or self.command(), Actor(who), "slack")

    async def follows(self, *kinds: str) -> None:
        """Perform what is to be done about kits, as often as it is still to be done."""
        for one in await self.reads.open_effects():
            if one.kind in (kinds or WHEN_TO_FOLLOW):
                effect = ClaimedEffect(one.seq, one.subject, 1, 1, one.kind, {}, 1)
                assert isinstance(await self._performers[one.kind].perform(effect), Done)

    async def reviews(self, who: str, what: str, verdict: str = "approve") -> Outcome:
        state = (await self.members())[what]
        command = ReviewAccess(
            state.id,
            "approve" if verdict == "approve" else "deny",
            state.digest,
            state.terms.digest,
            None if verdict == "approve" else "not today",
            confirmed=True,
        )
        return await self.ledger.handle(command, Actor(who), "slack")

    async def members(self) -> dict[str, Access]:
        """All requests that there are, by entitlement."""
        return {one.terms.entitlement: one for one in await self.reads.in_status(Access, KIND, EVERY)}

    async def statuses(self) -> dict[str, str]:
        return {name: one.status for name, one in (await self.members()).items()}
