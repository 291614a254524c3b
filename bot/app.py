"""The composition root: the one place that sees both the domain and the outside world, and joins them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from httpx2 import AsyncClient
from slack_sdk.web.async_client import AsyncWebClient
from ulid import ULID

from bot.database import served
from bot.duties import ADVANCE, EFFECTS, Duties
from bot.releasing import Releasing, open_releasing
from bot.settings import Settings
from bot.signing_in import open_provider
from bot.slack import access as slack_access
from bot.slack import alarms as slack_alarms
from bot.slack import incidents as slack_incidents
from bot.slack import releases as slack_releases
from bot.slack.access.delivery import ModalDelivery
from bot.slack.drawing import Drawing
from bot.slack.parts import Parts
from bot.slack.releases.catalog import Catalog
from bot.slack.transport import bolt_app
from bot.vault import OpenVault, open_vault
from bot.web import health, slack_events
from bot.web.api import Api, api_app
from bot.web.api.delivery import Deliveries, Waiting
from bot.web.api.problems import handle_problems
from bot.web.console import Console, console_app
from bot.web.door import Door
from bot.web.headers import Headers
from bot.workflows import BY_KIND, WORKFLOWS
from bot.world import Known
from integrations.slack.board import Board
from integrations.slack.calls import open_client
from integrations.slack.rooms import Rooms
from integrations.tokens import Tokens
from integrations.vault import MINT_WITHIN
from workflows.access.perform import Delivery, performers
from workflows.audit.log import Log
from workflows.claim import CLAIM, Claimant
from workflows.clockwork import Clockwork, Duty
from workflows.incidents.perform import performers as incident_performers
from workflows.incidents.standing import OpenIncidents
from workflows.ledger import Ledger, Recorded
from workflows.outbox import Outbox
from workflows.reading import Reading
from workflows.reads import Reads
from workflows.rederive import Rederiving
from workflows.releases.perform import performers as release_performers
from workflows.store import Store

ARTISTS = (slack_access.ARTIST, slack_releases.ARTIST, slack_incidents.ARTIST, slack_alarms.ARTIST)


@dataclass(frozen=True)
class Daypass:
    """A running Daypass: what serves it, and what tests and tools look into."""

    web: FastAPI
    ledger: Ledger
    outbox: Outbox
    clockwork: Clockwork
    reads: Reads
    duties: Duties
    known: Known
    store: Store
    door: Door


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    reach: Callable[[str], None] = lambda step: None,
    delivery: Delivery | None = None,
    mint_within: float = MINT_WITHIN,
    claim: timedelta = CLAIM,
) -> AsyncIterator[Daypass]:
    """Daypass on its real parts, from settings. `reach` is told of each step of the write and effect path.

    A minting gives up after `mint_within` seconds; an effect whose performer says nothing for as long as
    `claim` is taken up by somebody else, so that has to be the longer of the two.

    Raises BundleErrors, AlreadyRunning or NoDatabase if it can't start at all. Slack and Vault may be away:
    what needs them waits, and `/readyz` says so.
    """
    known = Known(settings.daypass_bundle, settings.daypass_bundle_values)
    token = settings.slack_bot_token.get_secret_value()
    async with (
        served(settings.database_url.get_secret_value()) as store,
        open_client(token, str(settings.slack_api_url)) as client,
        open_vault(settings, reach, mint_within) as vault,
        open_releasing(settings, now) as releasing,
        AsyncClient() as issuers,
    ):
        tokens = Tokens(issuers, now)
        daypass = _join(settings, known, store, client, vault, releasing, tokens, now, reach, delivery, claim)
        if store.single_process:
            await daypass.outbox.take_over()
        await daypass.duties.adopt()
        count = Duty("count who was turned away", daypass.door.count, at_least_every=60)
        daypass.clockwork.start(*daypass.duties.all(), count)
        try:
            yield daypass
        finally:
            await daypass.clockwork.stop()
            await daypass.outbox.drain()
            await daypass.door.count(closing=True)


def _join(
    settings: Settings,
    known: Known,
    store: Store,
    client: AsyncWebClient,
    vault: OpenVault,
    releasing: Releasing,
    tokens: Tokens,
    now: Callable[[], datetime],
    reach: Callable[[str], None],
    delivery: Delivery | None,
    claim: timedelta,
) -> Daypass:
    clockwork = Clockwork(now)

    def recorded(what: Recorded) -> None:
        outbox.begin(what.begun)
        if what.effects_due:
            clockwork.wake(EFFECTS, what.effects_due)
        if what.due:
            clockwork.wake(ADVANCE, what.due)

    reads = Reads(store)
    ledger = Ledger(store, WORKFLOWS, known.world, now, recorded, reach, Claimant(str(ULID()), claim))
    board = Board(client, store, now)
    drawing = Drawing(board, client, reads, known.world, lambda: known.warning, ARTISTS)
    vault_addr = str(settings.vault_addr).rstrip("/")
    waiting = Waiting()
    delivering = Deliveries(waiting, delivery or ModalDelivery(client, vault_addr))
    going_wrong = OpenIncidents(reads)
    room = slack_incidents.SlackRoom(Rooms(client), board, drawing, reads, known.world)
    rederiving = Rederiving(reads, ledger)
    performing = (
        performers(vault.credentials, delivering, reads, rederiving, known.world)
        | release_performers(
            releasing.registry, releasing.targets, going_wrong, reads, rederiving, known.world
        )
        | incident_performers(ledger, reads, room, releasing.caller, known.world, rederiving)
        | drawing.performers
    )
    catalog = Catalog(releasing.registry)
    outbox = Outbox(store, ledger, performing, now, lambda: clockwork.wake(EFFECTS), reach)
    duties = Duties(
        store=store,
        ledger=ledger,
        outbox=outbox,
        reads=reads,
        known=known,
        drawing=drawing,
        client=client,
        vault=vault.credentials,
        signer=vault.signer,
        releasing=releasing,
        incidents=going_wrong,
        catalog=catalog,
        workflows=BY_KIND,
        now=now,
        checkpoint_seconds=settings.daypass_checkpoint_seconds,
        watch_seconds=settings.daypass_watch_seconds,
    )
    bolt = bolt_app(client)
    parts = Parts(ledger, drawing, client, known.world)
    slack_access.Listeners(parts, now).attach(bolt)
    slack_releases.Listeners(parts, releasing, going_wrong, catalog, now).attach(bolt)
    slack_incidents.Listeners(parts, reads).attach(bolt)
    bolt.event("app_home_opened")(parts.home)
    web = FastAPI(title="Daypass", docs_url=None, redoc_url=None, openapi_url=None)
    secret = settings.slack_signing_secret.get_secret_value()
    door = Door(ledger, now)
    web.include_router(slack_events.router(bolt, secret, door))
    web.include_router(health.router(_checks(reads, known, vault, duties)))
    url = str(settings.daypass_url or "").rstrip("/")
    reading = Reading(reads, store, known.world, BY_KIND)
    api = Api(reading, reads, ledger, Log(store), door, tokens, waiting, vault_addr, known.world, now)
    provider = open_provider(settings)
    console = Console(reading, reads, ledger, Log(store), vault.signer, door, known.world, now, url, provider)
    web.mount("/api/v1", api_app(api))
    web.mount("/", console_app(console, settings.daypass_oidc_client_secret))
    web.add_middleware(Headers, secure=console.secure)
    handle_problems(web)
    return Daypass(web, ledger, outbox, clockwork, reads, duties, known, store, door)


def _checks(reads: Reads, known: Known, vault: OpenVault, duties: Duties) -> dict[str, health.Check]:
    async def database() -> str | None:
        return None if await reads.answers() else "The database doesn't answer as it should."

    async def people() -> str | None:
        return (
            None if known.has_people else "Slack has not yet told who works here; nobody can ask or decide."
        )

    async def bundle() -> str | None:
        return known.warning

    async def audit_log() -> str | None:
        return duties.log_fault

    return {
        "database": database,
        "vault": vault.ready,
        "slack": people,
        "policy bundle": bundle,
        "audit log": audit_log,
    }
