"""Daypass on real parts but for Slack, whose side the benchmark plays itself."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from ulid import ULID

from bot.app import Daypass, running
from bot.demo.cast import BOT_TOKEN
from bot.demo.openbao import OpenBao
from bot.demo.stage import BUNDLE, bundle_values
from bot.demo.warehouse import DATABASE, Warehouse
from bot.settings import Settings
from workflows.access.commands import RequestAccess, RequestCredential, ReviewAccess
from workflows.access.state import Access, Grant
from workflows.ports import Minted, Permanent, Person, Retryable
from workflows.workflow import Actor

ADA, GRACE = Actor("U01ADA"), Actor("U02GRACE")
PEOPLE = [
    Person(id, id, f"{name}@northwind.example")
    for id, name in (("U01ADA", "ada"), ("U02GRACE", "grace"), ("U03EDSGER", "edsger"))
]


@dataclass
class Hand:
    """Takes wrapping tokens as a requester would: each by the window that was asked with."""

    waiting: dict[str, asyncio.Future[Minted]] = field(default_factory=dict)

    async def opening(self, access: Access, window: str) -> str:
        return window

    async def credential(self, access: Access, place: str, minted: Minted) -> None:
        self.waiting.pop(place).set_result(minted)

    async def failure(self, access: Access, place: str, error: Retryable | Permanent) -> None:
        self.waiting.pop(place).set_exception(error)


@dataclass
class Clock:
    """The time, which can be held still so that many grants get the same end."""

    held: datetime | None = None

    def __call__(self) -> datetime:
        return self.held or datetime.now(UTC)


@dataclass
class Scene:
    """A running Daypass and what a click does to it."""

    daypass: Daypass
    hand: Hand
    clock: Clock
    steps: Counter[str]
    """How often each step of the write and effect path was reached."""

    async def ask(self, seconds: int) -> Access:
        """A pending request."""
        command = RequestAccess(f"acc_{ULID()}", "warehouse", seconds, "to see what minting costs")
        outcome = await self.daypass.ledger.handle(command, ADA, "slack", f"bench/{ULID()}")
        assert outcome.refusal is None, outcome.refusal
        return outcome.state

    async def quiet(self) -> None:
        """Wait until Daypass has done all that there was to do."""
        while await self.daypass.reads.open_effects(1):
            await asyncio.sleep(0.02)

    async def approve(self, access: Access) -> Grant:
        """The approver's click; the grant that comes of it."""
        command = ReviewAccess(access.id, "approve", access.digest, access.terms.digest)
        outcome = await self.daypass.ledger.handle(command, GRACE, "slack", f"bench/{ULID()}")
        assert outcome.refusal is None, outcome.refusal
        grant: Grant = outcome.state.grant
        return grant

    async def credential(self, access: Access) -> Minted:
        """The requester's click, until the wrapping token is there."""
        window = str(ULID())
        self.hand.waiting[window] = asyncio.get_running_loop().create_future()
        arrives = self.hand.waiting[window]
        command = RequestCredential(access.id, f"crd_{ULID()}", window)
        outcome = await self.daypass.ledger.handle(command, ADA, "slack", f"bench/{ULID()}")
        assert outcome.refusal is None, outcome.refusal
        return await arrives


@asynccontextmanager
async def scene(
    directory: Path,
    bao: OpenBao,
    warehouse: Warehouse,
    vault: Mapping[str, str],
    slack_url: str,
    checkpoint_seconds: float = 60.0,
) -> AsyncIterator[Scene]:
    """A Daypass on its default store, SQLite, with the people of the demo; `vault` are its settings for Vault."""
    settings = Settings(
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr("bench"),
        slack_api_url=slack_url,
        database_url=SecretStr(f"sqlite:///{directory}/bench-{ULID()}.db"),
        vault_addr=bao.addr,
        **{name.lower(): value for name, value in vault.items()},
        daypass_targets={DATABASE: SecretStr(warehouse.confirmer_url)},
        daypass_clock_alarm_seconds=1e9,
        daypass_clock_refuse_seconds=1e9,
        daypass_bundle=_quieter_bundle(directory),
        daypass_bundle_values=bundle_values(warehouse.postgres, bao),
        daypass_checkpoint_seconds=checkpoint_seconds,
        daypass_max_pending=100_000,
        daypass_max_started_per_hour=100_000,
    )
    hand, clock, steps = Hand(), Clock(), Counter[str]()
    reach = partial(_count, steps)
    async with running(settings, now=clock, delivery=hand, reach=reach, slack_pace=0.02) as daypass:
        while not daypass.known.has_people:
            await asyncio.sleep(0.05)
        yield Scene(daypass, hand, clock, steps)


def _count(steps: Counter[str], step: str) -> None:
    steps[step] += 1


def _quieter_bundle(directory: Path) -> Path:
    """The demo's bundle, with cards to the channel only, so that getting 300 grants ready takes less time, and with
    a log of its own: the demo's Daypass has posted its heads to the same channel."""
    name = f"bench-{ULID()}"
    bundle = directory / name
    shutil.copytree(BUNDLE, bundle)
    file = bundle / "resources" / "feature-warehouse.yaml"
    file.write_text(file.read_text().replace("notify: both", "notify: channel"))
    settings = bundle / "daypass.yaml"
    settings.write_text(
        settings.read_text().replace(
            "daypass.northwind.example/audit", f"{name.lower()}.northwind.example/audit"
        )
    )
    return bundle
