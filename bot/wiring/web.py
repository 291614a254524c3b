"""HTTP, joined: Slack's requests, health, the API and the console."""

from fastapi import APIRouter, FastAPI

from bot.evidence.pack import PackMaker
from bot.web import health
from bot.web.api import Api, api_app
from bot.web.api.delivery import Waiting
from bot.web.api.problems import handle_problems
from bot.web.console import Console, console_app
from bot.web.console.auth import SendForm
from bot.web.details import Details
from bot.web.lazily import Lazily
from bot.web.rejections import Rejections
from bot.web.security_headers import Headers
from bot.wiring.core import Core
from bot.wiring.hooks import hook_routes
from bot.wiring.jobs import Jobs
from bot.wiring.oidc import open_provider
from bot.wiring.outside import Outside
from bot.wiring.readiness import readiness_checks
from bot.wiring.scim import open_scim, stored_scim
from bot.wiring.sink_details import reading_lags, sink_detail
from bot.wiring.witness_details import reading_progress, witness_detail
from bot.wiring.workflows import BY_KIND
from workflows.audit.log import Log
from workflows.policy.loading.files import read_files
from workflows.queries.evidence.gather import Gatherer
from workflows.queries.queries import Queries

MAX_EVENTS_IN_CONSOLE = 20_000
"""Of an evidence pack that is made while somebody waits for it; `daypass evidence` takes more."""


def web_app(
    core: Core,
    outside: Outside,
    jobs: Jobs,
    rejections: Rejections,
    slack: APIRouter,
    waiting: Waiting,
    send_form: SendForm,
) -> FastAPI:
    """The whole of what Daypass serves."""
    settings, known, store, now = outside.settings, outside.known, outside.store, outside.now
    web = FastAPI(title="Daypass", docs_url=None, redoc_url=None, openapi_url=None)
    progress = reading_progress(store, outside.witnesses)
    lags = reading_lags(store, outside.event_sinks)
    details = {"witnesses": witness_detail(progress, now), "event sinks": sink_detail(lags, now)}
    for routes in (slack, hook_routes(core, outside, rejections), _health(core, outside, jobs, details)):
        web.include_router(routes)
    url = str(settings.daypass_url or "").rstrip("/")
    reading = Queries(core.reads, store, known.world, BY_KIND)
    log, signer = Log(store), outside.vault.signer
    api = Api(
        reading,
        core.reads,
        core.ledger,
        log,
        rejections,
        outside.tokens,
        outside.public,
        waiting,
        outside.vault_addr,
        known.world,
        now,
        outside.runs,
    )
    provider = open_provider(settings)
    console = Console(
        reading,
        core.reads,
        core.ledger,
        log,
        signer,
        rejections,
        known.world,
        now,
        url,
        provider,
        lambda: read_files(settings.daypass_bundle),
        PackMaker(Gatherer(store, known.world, BY_KIND, now, MAX_EVENTS_IN_CONSOLE), log, signer, now),
        send_form,
        stored_scim(outside),
        progress,
        lags,
    )
    web.mount("/api/v1", api_app(api))
    if settings.daypass_scim_tokens:
        web.mount("/scim/v2", open_scim(core, outside, rejections, url))
    web.mount("/", Lazily(lambda: console_app(console, settings.daypass_oidc_client_secret)))
    web.add_middleware(Headers, secure=console.secure)
    handle_problems(web)
    return web


def _health(core: Core, outside: Outside, jobs: Jobs, details: Details) -> APIRouter:
    token = outside.settings.daypass_health_token
    checks = readiness_checks(core, outside, jobs)
    return health.router(checks, token.get_secret_value() if token else None, details)
