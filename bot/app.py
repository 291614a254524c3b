"""The composition root: the one place that sees both the domain and the outside world, and joins them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from ulid import ULID

from bot.settings import Settings
from bot.slack import access as slack_access
from bot.slack import alarms as slack_alarms
from bot.slack import http
from bot.slack import incidents as slack_incidents
from bot.slack import releases as slack_releases
from bot.slack.access.delivery import ModalDelivery
from bot.slack.acknowledgement import WITHIN as ACKNOWLEDGE_WITHIN
from bot.slack.acknowledgement import Acknowledging
from bot.slack.answers import Answers
from bot.slack.audit_channel import AuditChannel
from bot.slack.bolt import bolt_app
from bot.slack.context import Parts
from bot.slack.directory_events import Changes
from bot.slack.drawn_buttons import Clicks
from bot.slack.health_watch import WATCH_SLACK, SlackWatch
from bot.slack.membership_check import Confirming
from bot.slack.payload import Reader
from bot.slack.releases.version_cache import Catalog
from bot.slack.renderer import Drawing
from bot.slack.show_all import Whole
from bot.web import health
from bot.web.api import Api, api_app
from bot.web.api.delivery import Deliveries, Waiting
from bot.web.api.problems import handle_problems
from bot.web.console import Console, console_app
from bot.web.rejections import Door
from bot.web.security_headers import Headers
from bot.wiring.database import said_plainly, served
from bot.wiring.directory import People
from bot.wiring.directory_jobs import PEOPLE, KeepingPeople
from bot.wiring.jobs import ADVANCE, EFFECTS, Duties
from bot.wiring.oidc import open_provider
from bot.wiring.releases import Releasing, open_releasing, reach_of
from bot.wiring.vault import OpenVault, open_vault
from bot.wiring.workflows import BY_KIND, WORKFLOWS
from bot.wiring.world import Known
from integrations.http_client import Guard, guarded_client
from integrations.machine_tokens import WITHIN, Tokens
from integrations.sinks import open_sinks
from integrations.slack.api_status import Standing
from integrations.slack.calls import open_client
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.channels import Rooms
from integrations.slack.client import SlackClient
from integrations.slack.messages import Board
from integrations.targets import open_targets
from integrations.vault import MINT_WITHIN
from workflows.access.performers import Delivery, performers
from workflows.audit.log import Log
from workflows.clock_skew import Bounds, Clocks
from workflows.database.heartbeat import unwritable
from workflows.database.outage import DatabaseAway
from workflows.database.store import Store
from workflows.database.stored_people import StoredDirectory
from workflows.incidents.open_incidents import OpenIncidents
from workflows.incidents.performers import performers as incident_performers
from workflows.ledger.claim import CLAIM, Claimant
from workflows.ledger.clockwork import Clockwork, Duty
from workflows.ledger.ledger import Ledger, Recorded
from workflows.ledger.outbox import Outbox
from workflows.ledger.rate_limits import Limits
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Reads
from workflows.ports import Targets
from workflows.queries.queries import Reading
from workflows.releases.performers import performers as release_performers
from workflows.system import turned_away
from workflows.workflow import DOOR, World

ARTISTS = (slack_access.ARTIST, slack_releases.ARTIST, slack_incidents.ARTIST, slack_alarms.ARTIST)
ANSWER_SECONDS = 10.0
"""For what people still wait for when Daypass is stopped."""
SHUTDOWN_SECONDS = 25.0
"""What is in hand by then, as a large artifact may be, is left to whoever runs next."""


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
    answering: tuple[Callable[[float], Awaitable[None]], ...]
    """What waits, for some seconds at most, until those who clicked have their answers."""

    async def count_refusals(self, closing: bool = False) -> None:
        """Record how many were only counted: at the door, and of those who may come in."""
        await self.door.count(closing)
        for actor, times in self.ledger.refused_beyond(closing):
            await self.ledger.handle(turned_away.refused_beyond(actor, times), DOOR, "ledger")


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
    slack_pace: float = 1.0,
    acknowledge_within: float = ACKNOWLEDGE_WITHIN,
) -> AsyncIterator[Daypass]:
    """Daypass on its real parts, from settings. `reach` is told of each step of the write and effect path.

    A minting gives up after `mint_within` seconds; an effect whose process says nothing for as long as
    `claim` is taken up by another. `slack_pace` is a factor on the pauses between calls of Slack, which has its
    answer after `acknowledge_within` seconds, whatever is still to do.

    Raises BundleErrors, AlreadyRunning or NoDatabase if it can't start at all. Slack and Vault may be away:
    what needs them waits, and `/readyz` says so.
    """
    known = Known(settings.daypass_bundle, settings.daypass_bundle_values)
    token = settings.slack_bot_token.get_secret_value()
    async with (
        served(settings.database_url.get_secret_value(), settings.daypass_database_connections) as store,
        open_client(token, str(settings.slack_api_url), slack_pace) as client,
        open_vault(settings, reach, mint_within) as vault,
        open_targets(settings.daypass_targets) as targets,
        open_releasing(settings, now) as releasing,
        guarded_client(Guard(reach_of(settings)), seconds=WITHIN) as issuers,
    ):
        tokens = Tokens(issuers, now)
        daypass = _join(
            settings,
            known,
            store,
            client,
            vault,
            targets,
            releasing,
            tokens,
            now,
            reach,
            delivery,
            claim,
            slack_pace,
            acknowledge_within,
        )
        with said_plainly(settings.database_url.get_secret_value()):
            if store.single_process:
                await daypass.outbox.take_over()
            await daypass.outbox.clock_changed()
            await daypass.duties.adopt()
        count = Duty("count who was turned away", daypass.count_refusals, at_least_every=60)
        daypass.clockwork.start(*daypass.duties.all(), count)
        try:
            yield daypass
        finally:
            for drain in daypass.answering:
                await drain(ANSWER_SECONDS)
            await daypass.clockwork.stop()
            await daypass.ledger.drain()
            await daypass.outbox.drain(SHUTDOWN_SECONDS)
            with suppress(DatabaseAway):
                await daypass.count_refusals(closing=True)
            await daypass.ledger.drain()


def _join(
    settings: Settings,
    known: Known,
    store: Store,
    client: SlackClient,
    vault: OpenVault,
    targets: Targets,
    releasing: Releasing,
    tokens: Tokens,
    now: Callable[[], datetime],
    reach: Callable[[str], None],
    delivery: Delivery | None,
    claim: timedelta,
    slack_pace: float,
    acknowledge_within: float,
) -> Daypass:
    bounds = Bounds(
        timedelta(seconds=settings.daypass_clock_alarm_seconds),
        timedelta(seconds=settings.daypass_clock_refuse_seconds),
    )
    clocks = Clocks(now, bounds)

    async def clock_set(step: timedelta) -> None:
        await outbox.clock_changed()

    clockwork = Clockwork(now, clock_set)

    def world() -> World:
        return replace(known.world(), clocks=clocks.refusal, doubts=people.doubts())

    def recorded(what: Recorded) -> None:
        outbox.begin(what.begun)
        if what.effects_due:
            clockwork.wake(EFFECTS, what.effects_due)
        if what.due:
            clockwork.wake(ADVANCE, what.due)

    reads = Reads(store)
    replica = str(ULID())
    people = People(
        client,
        StoredDirectory(store, now, replica),
        known,
        now,
        settings.daypass_directory_stale_seconds,
        lambda: clockwork.wake(PEOPLE),
        pace=slack_pace,
    )
    claimant = Claimant(replica, claim, lambda kind: outbox.room(kind))
    limits = Limits(
        settings.daypass_max_pending,
        settings.daypass_max_started_per_hour,
        settings.daypass_max_refusals_per_minute,
    )
    ledger = Ledger(store, WORKFLOWS, world, now, recorded, reach, claimant, limits)
    channels = ChannelLookup(client)
    places = Places(client, channels, slack_pace)
    board = Board(client, store, now, places)
    drawing = Drawing(board, reads, known.world, lambda: known.warning, ARTISTS, now, slack_pace)
    watch = SlackWatch(
        client,
        client.standing,
        places,
        store,
        reads,
        ledger,
        known.world,
        ARTISTS,
        now,
        drawn=lambda: clockwork.wake(EFFECTS),
        pace=slack_pace,
    )
    client.standing.changed = places.changed = lambda: clockwork.wake(WATCH_SLACK)
    vault_addr = str(settings.vault_addr).rstrip("/")
    answers, waiting = Answers(client), Waiting()
    delivering = Deliveries(waiting, delivery or ModalDelivery(client, answers, vault_addr))
    going_wrong = OpenIncidents(reads)
    room = slack_incidents.SlackRoom(Rooms(client, channels), board, drawing, reads, known.world)
    rederiving = Rederiving(reads, ledger)
    performing = (
        performers(vault.credentials, targets, delivering, reads, rederiving, world)
        | release_performers(releasing.registry, releasing.targets, going_wrong, reads, rederiving, world)
        | incident_performers(ledger, reads, room, releasing.caller, world, rederiving)
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
        people=KeepingPeople(ledger, reads, known, people),
        drawing=drawing,
        sinks=(
            AuditChannel(client, channels, board, lambda: known.bundle.settings.channels.audit),
            *open_sinks(settings.daypass_log_sinks),
        ),
        vault=vault.credentials,
        signer=vault.signer,
        releasing=releasing,
        clocks=clocks,
        incidents=going_wrong,
        catalog=catalog,
        workflows=BY_KIND,
        now=now,
        slack=watch,
        checkpoint_seconds=settings.daypass_checkpoint_seconds,
        watch_seconds=settings.daypass_watch_seconds,
    )
    bolt = bolt_app(client)
    parts = Parts(ledger, drawing, answers, known.world)
    bolt.middleware(Confirming(people).check)
    bolt.middleware(Clicks(board, parts).check)
    slack_access.Listeners(parts, now).attach(bolt)
    slack_releases.Listeners(parts, releasing, going_wrong, catalog, now).attach(bolt)
    slack_incidents.Listeners(parts, reads).attach(bolt)
    Whole(parts).attach(bolt)
    bolt.event("app_home_opened")(parts.home)
    Changes(people, channels).attach(bolt)
    web = FastAPI(title="Daypass", docs_url=None, redoc_url=None, openapi_url=None)
    secret = settings.slack_signing_secret.get_secret_value()
    door = Door(ledger, now)
    clicks = Acknowledging(bolt, answers, acknowledge_within)
    web.include_router(http.router(clicks.dispatch, secret, door, Reader(str(settings.slack_api_url))))
    token = settings.daypass_health_token
    checks = _checks(store, now, known, people, vault, targets, clocks, duties, client.standing)
    web.include_router(health.router(checks, token.get_secret_value() if token else None))
    url = str(settings.daypass_url or "").rstrip("/")
    reading = Reading(reads, store, known.world, BY_KIND)
    api = Api(reading, reads, ledger, Log(store), door, tokens, waiting, vault_addr, known.world, now)
    provider = open_provider(settings)
    console = Console(reading, reads, ledger, Log(store), vault.signer, door, known.world, now, url, provider)
    web.mount("/api/v1", api_app(api))
    web.mount("/", console_app(console, settings.daypass_oidc_client_secret))
    web.add_middleware(Headers, secure=console.secure)
    handle_problems(web)
    return Daypass(
        web, ledger, outbox, clockwork, reads, duties, known, store, door, (clicks.drain, parts.drain)
    )


def _checks(
    store: Store,
    now: Callable[[], datetime],
    known: Known,
    people: People,
    vault: OpenVault,
    targets: Targets,
    clocks: Clocks,
    duties: Duties,
    standing: Standing,
) -> dict[str, health.Check]:
    async def database() -> str | None:
        return await unwritable(store, now())

    async def slack() -> str | None:
        return " ".join(filter(None, (standing.reason, people.fault()))) or None

    async def bundle() -> str | None:
        return known.warning

    async def at_targets() -> str | None:
        missing = sorted(known.bundle.targets - targets.keys())
        sentence = (
            f"The policy bundle names {', '.join(missing)} as a target, and DAYPASS_TARGETS has no login for it: "
            "access to it can't be confirmed to have ended."
        )
        return sentence if missing else None

    async def clock() -> str | None:
        return clocks.refusal

    async def audit_log() -> str | None:
        return duties.log_fault

    return {
        "database": database,
        "vault": vault.ready,
        "targets": at_targets,
        "slack": slack,
        "policy bundle": bundle,
        "clocks": clock,
        "audit log": audit_log,
    }
