"""The ledger as an operator uses it at the command line, beside whoever runs on the same database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.cli.output import fail
from bot.settings import read_settings
from bot.wiring.database import looked_into
from bot.wiring.workflows import WORKFLOWS
from workflows.clock_skew import utc_now
from workflows.database.store import Store
from workflows.database.stored_people import StoredDirectory
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.directory import build_directory
from workflows.policy.loading.load import load_bundle
from workflows.workflow import OPERATOR, Command, World

SURFACE = "cli"


@dataclass(frozen=True)
class Desk:
    """Its parts; `world` is as it was when the command began."""

    ledger: Ledger
    reads: Repository
    world: World
    store: Store

    async def act(self, command: Command) -> Outcome:
        """Say it as an operator. Ends the process with 1, and says why, if it is refused."""
        outcome = await self.ledger.handle(command, OPERATOR, SURFACE)
        if outcome.refusal:
            fail(outcome.refusal.sentence)
        return outcome


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """Open it by Daypass's settings. Raises SettingsError, BundleErrors or NoDatabase."""
    settings = read_settings()
    bundle = load_bundle(settings.daypass_bundle, settings.daypass_bundle_values)
    async with looked_into(settings.database_url.get_secret_value()) as store:
        kept = StoredDirectory(store, utc_now, SURFACE)
        people, groups, pushed = await kept.everything()
        world = World(bundle, build_directory(bundle, people.values(), groups, provisioned=pushed))
        yield Desk(Ledger(store, WORKFLOWS, lambda: world, utc_now), Repository(store), world, store)
