"""The composition root: the one place that sees both the domain and the outside world, and joins them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import FastAPI

from bot.settings import Settings
from bot.slack.access.links import FormLinks
from bot.slack.acknowledgement import WITHIN as ACKNOWLEDGE_WITHIN
from bot.slack.audit_channel import AuditChannel
from bot.slack.releases.version_cache import Catalog
from bot.web.api.delivery import Waiting
from bot.web.rejections import Rejections
from bot.wiring.absences import WatchingAbsences
from bot.wiring.control_tests import ControlTesting, control_testing
from bot.wiring.core import Core
from bot.wiring.database import said_plainly, served
from bot.wiring.directory_jobs import KeepingPeople
from bot.wiring.forwarding import forwarding_jobs, open_receivers
from bot.wiring.jobs import Jobs
from bot.wiring.oidc import open_public_client
from bot.wiring.on_call import OnCallReadings, on_call_accounts
from bot.wiring.outside import Outside
from bot.wiring.performers import brought_performers
from bot.wiring.releases import open_releasing, reach_of
from bot.wiring.reminders import Reminding
from bot.wiring.runs import run_addresses
from bot.wiring.scim import open_departures
from bot.wiring.slack import SlackSide
from bot.wiring.vault import open_vault
from bot.wiring.web import web_app
from bot.wiring.workflows import BY_KIND
from bot.wiring.world import PolicyAndPeople
from integrations.http_client import Guard, guarded_client
from integrations.machine_tokens import WITHIN, TokenVerifier
from integrations.on_call import open_on_call
from integrations.runs import open_runs
from integrations.sinks import open_sinks
from integrations.slack.calls import open_client
from integrations.targets import open_targets
from integrations.tickets import open_tickets
from integrations.vault import MINT_WITHIN
from integrations.witnesses import open_witnesses
from workflows.access.jobs import AccessJobs
from workflows.access.performers import Delivery
from workflows.clock_skew import utc_now
from workflows.database.outage import DatabaseAway
from workflows.database.store import Store
from workflows.incidents.open_incidents import OpenIncidents
from workflows.ledger.claim import CLAIM
from workflows.ledger.clockwork import Clockwork, PeriodicJob
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Outbox
from workflows.ledger.repository import Repository
from workflows.releases.jobs import ReleaseJobs
from workflows.system import rejected_requests
from workflows.workflow import HTTP

ANSWER_SECONDS = 10.0
"""For what people still wait for when Daypass is stopped."""
FIRST_LOOK_SECONDS = 10.0
SHUTDOWN_SECONDS = 25.0
"""What is in hand by then, as a large artifact may be, is left to whoever runs next."""


@dataclass(frozen=True)
class Daypass:
    """A running Daypass: what serves it, and what tests and tools look into."""

    web: FastAPI
    ledger: Ledger
    outbox: Outbox
    clockwork: Clockwork
    reads: Repository
    jobs: Jobs
    known: PolicyAndPeople
    store: Store
    rejections: Rejections
    answering: tuple[Callable[[float], Awaitable[None]], ...]
    """What waits, for some seconds at most, until those who clicked have their answers."""

    async def count_refusals(self, closing: bool = False) -> None:
        """Record refusals that were only counted: rejected requests, and those of people who were refused too often."""
        await self.rejections.count(closing)
        for actor, times in self.ledger.refused_beyond(closing):
            await self.ledger.handle(rejected_requests.refused_beyond(actor, times), HTTP, "ledger")


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

    Raises BundleErrors, AlreadyRunning or NoDatabase if it can't start. What needs others, which may be away, waits.
    """
    known = PolicyAndPeople(settings.daypass_bundle, settings.daypass_bundle_values, now)
    token = settings.slack_bot_token.get_secret_value()
    async with (
        served(settings.database_url.get_secret_value(), settings.daypass_database_connections) as store,
        open_client(token, str(settings.slack_api_url), slack_pace) as client,
        open_vault(settings, reach, mint_within, now) as vault,
        open_targets(settings.daypass_targets) as targets,
        open_releasing(settings, now) as releasing,
        guarded_client(Guard(reach_of(settings)), seconds=WITHIN) as issuers,
        open_public_client(settings, now) as public,
        open_runs(run_addresses(settings), reach_of(settings)) as runs,
        open_tickets(settings.daypass_tickets, reach_of(settings)) as tickets,
        open_on_call(on_call_accounts(settings)) as schedules,
        open_witnesses(settings.daypass_witnesses, reach_of(settings)) as witnesses,
        open_receivers(settings, known) as event_sinks,
    ):
        outside = Outside(
            settings,
            known,
            store,
            client,
            vault,
            targets,
            releasing,
            TokenVerifier(issuers, now),
            public,
            now,
            reach,
            delivery,
            claim,
            slack_pace,
            acknowledge_within,
            runs,
            tickets,
            OnCallReadings(schedules, known, now, settings.daypass_on_call_stale_seconds),
            witnesses,
            event_sinks,
        )
        daypass = _join(outside)
        await outside.on_call.first_look(FIRST_LOOK_SECONDS)
        async with _at_work(daypass, settings):
            yield daypass


@asynccontextmanager
async def _at_work(daypass: Daypass, settings: Settings) -> AsyncIterator[None]:
    """Take up what was left undone, run until the block is left, and bring to its end what is in hand.

    Who is here, by what Slack said before, is known before anything is decided: nobody is refused for not being found.
    """
    with said_plainly(settings.database_url.get_secret_value()):
        await daypass.jobs.people.load()
        if daypass.store.single_process:
            await daypass.outbox.take_over()
        await daypass.outbox.clock_changed()
        await daypass.jobs.adopt()
    count = PeriodicJob("count rejected requests", daypass.count_refusals, at_least_every=60)
    daypass.clockwork.start(*daypass.jobs.all(), count)
    try:
        yield
    finally:
        for drain in daypass.answering:
            await drain(ANSWER_SECONDS)
        await daypass.clockwork.stop()
        await daypass.ledger.drain()
        await daypass.outbox.drain(SHUTDOWN_SECONDS)
        with suppress(DatabaseAway):
            await daypass.count_refusals(closing=True)
        await daypass.ledger.drain()


def _join(outside: Outside) -> Daypass:
    core = Core(outside)
    slack = SlackSide(core, outside)
    waiting, going_wrong = Waiting(), OpenIncidents(core.reads)
    catalog = Catalog(outside.releasing.registries)
    absences = WatchingAbsences(core.ledger, core.reads, outside.known, slack.drawing, outside.now)
    controls = control_testing(core, outside, waiting)
    core.perform(
        controls.performers | brought_performers(core, outside, slack, waiting, going_wrong, absences)
    )
    jobs = _jobs(core, outside, slack, catalog, going_wrong, absences, controls)
    rejections = Rejections(core.ledger, outside.now)
    route, drain = slack.listen(rejections, going_wrong, catalog)
    web = web_app(core, outside, jobs, rejections, route, waiting, FormLinks(slack.answers).send)
    return Daypass(
        web,
        core.ledger,
        core.outbox,
        core.clockwork,
        core.reads,
        jobs,
        outside.known,
        outside.store,
        rejections,
        (drain, slack.parts.drain),
    )


def _jobs(
    core: Core,
    outside: Outside,
    slack: SlackSide,
    catalog: Catalog,
    going_wrong: OpenIncidents,
    absences: WatchingAbsences,
    controls: ControlTesting,
) -> Jobs:
    """What each workflow brings, with the log, the policy, people and Slack: all that Daypass does by itself."""
    known, releasing, now = outside.known, outside.releasing, outside.now
    return Jobs(
        store=outside.store,
        ledger=core.ledger,
        outbox=core.outbox,
        reads=core.reads,
        known=known,
        people=KeepingPeople(core.ledger, core.reads, known, core.people),
        drawing=slack.drawing,
        sinks=(
            AuditChannel(
                outside.client, slack.channels, slack.board, lambda: known.bundle.settings.channels.audit
            ),
            *open_sinks(outside.settings.daypass_log_sinks),
        ),
        witnesses=outside.witnesses,
        forwarding=forwarding_jobs(core, outside),
        vault=outside.vault.credentials,
        signer=outside.vault.signer,
        access=AccessJobs(core.ledger, core.reads, outside.vault.credentials, known.world, now),
        releases=ReleaseJobs(
            core.ledger,
            core.reads,
            releasing.registries,
            releasing.targets,
            going_wrong,
            catalog.refresh,
            known.world,
            now,
            releasing.artifacts_every,
            outside.settings.daypass_watch_seconds,
            releasing.deployments,
            releasing.live_sources,
        ),
        departures=open_departures(core, outside),
        absences=absences,
        controls=controls,
        figures=slack.monthly,
        reminders=Reminding(core.ledger, core.reads, slack.choices, known.world, now),
        clocks=core.clocks,
        on_call=outside.on_call,
        workflows=BY_KIND,
        now=now,
        slack=slack.watch,
        checkpoint_seconds=outside.settings.daypass_checkpoint_seconds,
    )
