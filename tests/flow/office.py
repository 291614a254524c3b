"""A Slack workspace and the Daypass at work in it, in this process, over HTTP on this machine."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import fastapi.dependencies.models
import uvicorn
from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy import text

from bot.app import Daypass, running
from bot.cli.serve import server_config
from bot.demo.actor import Actor, Json, seen
from bot.demo.cast import ADA, BARBARA, BOT_TOKEN, EDSGER, GRACE, MARGARET, RADIA, workspace
from bot.demo.slack_sandbox.app import create_sandbox
from bot.demo.slack_sandbox.faults import resettable
from bot.demo.slack_sandbox.workspace import Workspace
from bot.demo.stage import BUNDLE, bundle_values, vault_settings
from bot.demo.warehouse import DATABASE
from bot.settings import Settings
from bot.wiring.jobs import ADVANCE, EFFECTS
from tests.servers import Servers
from workflows.access.state import KIND, Access
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.ledger.repository import OpenEffect

GENERAL, APPROVALS, ALARMS, AUDIT = "C01GENERAL", "C02APPROVALS", "C03ALARMS", "C04AUDIT"
EVERYBODY = (ADA, GRACE, EDSGER, RADIA, MARGARET, BARBARA)
SIGNING_SECRET = "the-signing-secret-of-these-tests"
PATIENCE = 30.0
"""Seconds in which Daypass has to answer Slack here: how busy the machine is doesn't matter."""
SPEED = 0.0
"""Of the minute that Slack's rate limits speak of: an ordinary test says more in a second than people in an hour."""
PACE = 0.02
"""A factor on the pauses between Daypass's calls of Slack."""
NEVER = 1e9
"""Seconds: the clock of an office is put forward by days, and those of its servers aren't."""
REPEATED = timedelta(seconds=61)
"""After that long the same words are another request."""
SOON = timedelta(minutes=10)
"""What is to be done within it is waited for."""
OPEN = ("proposed", "pending", "scheduled", "active", "ending", "ended", "denied", "withdrawn", "lapsed")
Serve = Callable[..., Awaitable[None]]


class WallClock:
    """The time of day, put forward by as much as a test says."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


HEALTH_TOKEN = SecretStr("let-me-see")
"""With it `/readyz` gives its reasons."""


@dataclass(frozen=True)
class Call:
    """One call of Slack's Web API and what came of it."""

    method: str
    asked: str
    answer: Json

    @property
    def error(self) -> str | None:
        """Slack's word for what was wrong."""
        found: str | None = self.answer.get("error")
        return found


@dataclass(frozen=True)
class Beginning:
    """Where a test begins that shares its office with earlier ones: what they left behind."""

    subjects: frozenset[str] = frozenset()
    events: int = 0
    """The number of the last event."""
    effects: int = 0
    """The number of the last effect: what is open of these is planned for later."""
    ts: str = ""
    """When Slack's messages were the earlier tests'."""


@dataclass(frozen=True)
class Colleague(Actor):
    """Somebody who sees what was posted since a test began."""

    since: str

    async def messages(self, channel: str) -> list[Json]:
        return [one for one in await super().messages(channel) if one["ts"] > self.since]


@dataclass
class Office:
    """What a test acts on and looks into."""

    page: str
    url: str
    daypass: Daypass
    settings: Settings
    servers: Servers
    clock: WallClock
    session: aiohttp.ClientSession
    calls: list[Call]
    beginning: Beginning = Beginning()
    _turning: list[asyncio.Task[None]] = field(default_factory=list)

    async def anew(self) -> "Office":
        """The same, without whatever earlier tests did in it: their messages, requests, events, faults and windows."""
        await self._settled()
        await self.fault(heal=True, down=False, slow=0, redeliver=0)
        await asyncio.gather(*(_close_windows(self.person(id)) for id in EVERYBODY))
        await self.daypass.count_refusals(closing=True)
        self.calls.clear()
        async with self.daypass.store.read_transaction() as connection:
            subjects = await connection.scalars(text("SELECT id FROM subjects"))
            events = await connection.scalar(text("SELECT max(seq) FROM events"))
            effects = await connection.scalar(text("SELECT max(seq) FROM effects"))
        beginning = Beginning(frozenset(subjects), events or 0, effects or 0, f"{time.time():.6f}")
        return replace(self, beginning=beginning)

    def person(self, id: str) -> Actor:
        return Colleague(self.session, self.page, id, self.beginning.ts)

    @property
    def ada(self) -> Actor:
        """A scientist: she asks."""
        return self.person(ADA)

    @property
    def grace(self) -> Actor:
        """A data owner: she decides."""
        return self.person(GRACE)

    @property
    def edsger(self) -> Actor:
        """The other data owner."""
        return self.person(EDSGER)

    @property
    def radia(self) -> Actor:
        """Security: the second stage of what is risky."""
        return self.person(RADIA)

    @property
    def margaret(self) -> Actor:
        """Incident command."""
        return self.person(MARGARET)

    @property
    def barbara(self) -> Actor:
        """An auditor: she neither asks nor decides."""
        return self.person(BARBARA)

    async def fault(self, **wanted: Any) -> None:
        """Have Slack fail or heal, as `bot.demo.slack_sandbox.app` reads it."""
        await fault(self.page, **wanted)

    async def api(self, method: str, **arguments: Any) -> Json:
        """Call Slack as Daypass's app could."""
        headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
        async with self.session.post(f"{self.page}/api/{method}", json=arguments, headers=headers) as answer:
            found: Json = await answer.json()
            return found

    async def forward(self, **by: float) -> None:
        """Put the clock forward. Jobs that wait for the clock on the wall are run by hand from then on."""
        self.clock.ahead += timedelta(**by)
        if not self._turning:
            self._turning.append(asyncio.create_task(self._turn()))

    async def _turn(self) -> None:
        jobs = {job.name: job for job in self.daypass.jobs.all()}
        while True:
            await jobs[ADVANCE].run()
            await jobs[EFFECTS].run()
            await asyncio.sleep(0.03)

    async def requests(self) -> list[Access]:
        """Every access request there is, oldest first."""
        return [one for one in await self.ever_requested() if one.id not in self.beginning.subjects]

    async def ever_requested(self) -> list[Access]:
        """Those of earlier tests, too."""
        return await self.daypass.reads.in_status(Access, KIND, OPEN)

    async def newest(self) -> Access:
        return (await self.requests())[-1]

    async def until(self, status: str) -> Access:
        """The newest request, once it has come to this status."""

        async def there() -> Access | None:
            found = await self.requests()
            return found[-1] if found and found[-1].status == status else None

        found: Access = await seen(f"the newest request is {status}", there)
        return found

    async def quiet(self) -> None:
        """Return when nothing is left to be done to the outside world, and whoever clicked has an answer."""
        for answered in self.daypass.answering:
            await answered(PATIENCE)

        async def nothing_open() -> bool:
            return not await self._open_effects()

        await seen("every effect done", nothing_open)

    async def _settled(self) -> None:
        """Return when nothing is left to be done but what is planned for later, such as the start of access."""
        for answered in self.daypass.answering:
            await answered(PATIENCE)

        async def nothing_due() -> bool:
            return not any(one.not_before < self.clock() + SOON for one in await self._open_effects())

        await seen("every effect done that is due", nothing_due)

    async def _open_effects(self) -> list[OpenEffect]:
        """What is still to be done, but for what earlier tests left for later."""
        return [
            one
            for one in await self.daypass.reads.open_effects()
            if one.status != "failed" and one.seq > self.beginning.effects
        ]

    async def everything_said(self) -> str:
        """All that stands in Slack's history, in everybody's channels and App Homes."""
        found: list[Any] = []
        for id in EVERYBODY:
            person = self.person(id)
            found += [await person.messages(channel["id"]) for channel in await person.channels()]
        return json.dumps(found, ensure_ascii=False)

    async def log(self) -> list[Leaf]:
        """Every audit event, in order."""
        since = text("SELECT leaf FROM events WHERE seq > :since ORDER BY seq")
        async with self.daypass.store.read_transaction() as connection:
            found = await connection.execute(since, {"since": self.beginning.events})
            return [read_leaf(bytes(leaf)) for (leaf,) in found]

    async def stop(self) -> None:
        for task in self._turning:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _close_windows(person: Actor) -> None:
    while view := await person.modal():
        await person.close(view)


@dataclass(frozen=True)
class Slack:
    """A workspace with nobody behind it yet: Daypass is expected at `daypass`."""

    page: str
    daypass: str
    calls: list[Call]


@asynccontextmanager
async def slack(
    described: Json | None = None, *, patience: float = PATIENCE, speed: float = SPEED
) -> AsyncIterator[Slack]:
    """A workspace of its own, for as long as the block lasts; nobody else gets Daypass's address meanwhile.

    `described`: another than the demo's, such as `large_workspace()`. `speed`: 1.0 has Slack's own rate limits.
    """
    own, expected = listening(), _bound()
    found = Slack(address_of(own), address_of(expected), [])
    sandbox = create_sandbox(
        Workspace.model_validate(described or workspace()),
        daypass_url=found.daypass,
        own_url=found.page,
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        patience=patience,
        speed=speed,
    )
    with expected:
        async with serving(resettable(_recording(sandbox, found.calls)), own):
            yield found


@asynccontextmanager
async def opened(
    servers: Servers,
    slack: Slack,
    database_url: str,
    *,
    ahead: timedelta = timedelta(),
    bundle: Path = BUNDLE,
    slack_pace: float = PACE,
    acknowledge_within: float = PATIENCE,
    **settings: Any,
) -> AsyncIterator[Office]:
    """An office, open for as long as the block lasts. `settings` go over those that it has otherwise.

    `slack_pace` is a factor on the pauses between its calls of Slack.
    """
    wanted = settings_for(servers, slack.page, database_url, bundle=bundle, **settings)
    clock = WallClock(ahead)
    async with (
        at_work(wanted, clock, slack.daypass, slack_pace, acknowledge_within) as daypass,
        aiohttp.ClientSession() as session,
    ):
        office = Office(slack.page, slack.daypass, daypass, wanted, servers, clock, session, slack.calls)
        if ahead:
            await office.forward()
        try:
            yield office
        finally:
            await office.stop()
            _forget_endpoints()


def _forget_endpoints() -> None:
    """FastAPI remembers them in the whole process, and through them every office would stay in memory."""
    for kept in vars(fastapi.dependencies.models).values():
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@asynccontextmanager
async def at_work(
    settings: Settings,
    clock: Callable[[], datetime],
    url: str,
    slack_pace: float = 1.0,
    acknowledge_within: float = PATIENCE,
) -> AsyncIterator[Daypass]:
    """Daypass, when it knows who works here."""
    own = listening(int(url.rpartition(":")[2]))
    working = running(settings, now=clock, slack_pace=slack_pace, acknowledge_within=acknowledge_within)
    async with working as daypass, serving(daypass.web, own):
        while not daypass.known.has_people:
            if clock() - datetime.now(UTC) > timedelta(seconds=1):
                await daypass.jobs.people.run_now()
            await asyncio.sleep(0.01)
        yield daypass


async def fault(page: str, **wanted: Any) -> None:
    """Have the Slack at this page fail, or work again."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{page}/sandbox/control", json=wanted) as answer,
    ):
        assert answer.status == HTTPStatus.OK, await answer.text()


def settings_for(
    servers: Servers, page: str, database_url: str, bundle: Path = BUNDLE, **others: Any
) -> Settings:
    values = {
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_signing_secret": SecretStr(SIGNING_SECRET),
        "slack_api_url": f"{page}/api/",
        "database_url": SecretStr(database_url),
        "vault_addr": servers.bao.addr,
        **{name.lower(): value for name, value in vault_settings(servers.login).items()},
        "daypass_clock_alarm_seconds": NEVER,
        "daypass_clock_refuse_seconds": NEVER,
        "daypass_bundle": bundle,
        "daypass_targets": {DATABASE: SecretStr(servers.warehouse.confirmer_url)},
        "daypass_private_hosts": ("127.0.0.1", "localhost"),
        "daypass_health_token": HEALTH_TOKEN,
        "daypass_max_refusals_per_minute": 1_000,
        "daypass_bundle_values": bundle_values(servers.warehouse.postgres, servers.bao),
    }
    return GivenSettings(**{**values, **others})


class GivenSettings(Settings):
    """Settings that a test gives: none is looked for in the environment, which takes longer than all the rest."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic's name)
        init_settings: PydanticBaseSettingsSource,
        **_others: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


@asynccontextmanager
async def serving(app: Any, at: socket.socket) -> AsyncIterator[None]:
    """The application behind a socket that listens already."""
    config = server_config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    server = PromptServer(config)
    task = asyncio.create_task(server.serve(sockets=[at]))
    try:
        yield
    finally:
        server.close()
        await task


class PromptServer(uvicorn.Server):
    """Closes when it is told to, and not at its next tick: there are hundreds of them, one after the other."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._closing = asyncio.Event()

    def close(self) -> None:
        self.should_exit = True
        self._closing.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        if self.server_state.connections:
            await super().shutdown(sockets)
            return
        await self._wait_tasks_to_complete()
        await self.lifespan.shutdown()


def _recording(app: Any, calls: list[Call]) -> Any:
    """The sandbox, with a note of every call of its Web API."""

    async def recording(scope: Any, receive: Any, send: Any) -> None:
        if not scope.get("path", "").startswith("/api/"):
            await app(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()

        async def received() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sent(message: Any) -> None:
            answered.extend(message.get("body", b""))
            await send(message)

        await app(scope, received, sent)
        method = scope["path"].removeprefix("/api/")
        calls.append(Call(method, asked.decode(errors="replace"), _answer(bytes(answered))))

    return recording


def _answer(body: bytes) -> Json:
    """Slack's JSON; what isn't JSON under `raw`."""
    try:
        return dict(json.loads(body))
    except ValueError:
        return {"raw": body.decode(errors="replace")}


def listening(port: int = 0) -> socket.socket:
    """At this port of 127.0.0.1, or at one that nobody has."""
    bound = _bound(port)
    bound.listen(64)
    return bound


def _bound(port: int = 0) -> socket.socket:
    """Refuses connections; the port is nobody's but `listening`'s, if asked for by its number."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def address_of(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"
