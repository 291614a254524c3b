"""What the foreign Slack lacks: people's clients. They read what Slack has and send what Slack documents."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.app import Daypass
from bot.demo.actor import Json, button, seen, text_of
from bot.demo.cast import BOT_TOKEN
from bot.demo.servers import free_port
from tests.flow.office import SIGNING_SECRET, Servers, at_work, settings_for

EVERYBODY_S = "xoxp-of-the-test"
"""A token that the foreign Slack lets do everything: it stands for the people's own clients."""

STANDS_FOR = {"/api/users.conversations": "/api/conversations.list"}
"""What the foreign Slack lacks, and what answers in its place: Daypass is in every channel here."""
UNKNOWN: Json = {"ok": False, "error": "unknown_method"}


@dataclass(frozen=True)
class Call:
    """One call of the Web API by Daypass, with what came of it."""

    method: str
    arguments: Json
    answer: Json


@dataclass
class Witness:
    """Stands between Daypass and the foreign Slack, passes everything on, and remembers it.

    Slack takes every method by GET and by POST, the foreign one by POST alone: it gets all by POST. What it
    doesn't have at all it answers with 404, where Slack says `unknown_method`.
    """

    address: str
    calls: list[Call] = field(default_factory=list)

    def newest(self, method: str) -> Json | None:
        """The answer to the newest successful call of a method."""
        found = [call.answer for call in self.calls if call.method == method and call.answer.get("ok")]
        return found[-1] if found else None


@dataclass
class Client:
    """Everybody's Slack client at once."""

    slack: str
    session: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> "Client":
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def api(self, method: str, token: str = EVERYBODY_S, **arguments: Any) -> Json:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.post(f"{self.slack}/api/{method}", json=arguments, headers=headers) as answer:
            found: Json = await answer.json()
        assert found["ok"], (method, found)
        return found

    async def invite_daypass(self) -> None:
        for channel in (await self.api("conversations.list"))["channels"]:
            await self.api("conversations.join", channel=channel["id"])
            await self.api("conversations.invite", channel=channel["id"], users="U00DAYPASS")

    async def user(self, name: str) -> str:
        members = (await self.api("users.list"))["members"]
        return str(next(member["id"] for member in members if member["name"] == name))

    async def channel(self, name: str) -> str:
        channels = (await self.api("conversations.list"))["channels"]
        return str(next(channel["id"] for channel in channels if channel["name"] == name))

    async def trigger(self, user: str) -> str:
        """What Slack sends along with a click of this person."""
        answer = await self.api("views.generateTriggerId", token=BOT_TOKEN, user_id=user)
        return str(answer["trigger_id"])

    async def messages(self, channel: str) -> list[Json]:
        """Oldest first."""
        answer = await self.api("conversations.history", channel=channel, include_all_metadata=True)
        return [_with_block_ids(message) for message in reversed(answer["messages"])]


@dataclass(frozen=True)
class Workplace:
    """Daypass at work in a foreign Slack."""

    daypass: Daypass
    url: str
    witness: Witness
    client: Client
    servers: Servers

    async def command(self, user: str, text: str) -> Json:
        """Somebody types `/access …`; the window that Daypass opened."""
        before = len(self.witness.calls)
        await self.type(user, "/access", text)
        return await self.window("views.open", before)

    async def type(self, user: str, command: str, text: str) -> None:
        """Somebody types a command."""
        typed = {
            "command": command,
            "text": text,
            "user_id": user,
            "team_id": "T000000001",
            "channel_id": await self.client.channel("general"),
            "trigger_id": await self.client.trigger(user),
            "api_app_id": "A00DAYPASS",
        }
        await self._deliver(urlencode(typed))

    async def window(self, method: str, since: int) -> Json:
        """The view of the newest such call after the first `since` calls."""

        async def opened() -> Json | None:
            found = [one for one in self.witness.calls[since:] if one.method == method]
            return found[-1].answer if found else None

        answer: Json = await seen(f"an answer to {method}", opened)
        assert answer["ok"], answer
        return _with_block_ids(answer["view"])

    async def submit(self, user: str, view: Json, values: Json) -> Json:
        return await self._interact(user, type="view_submission", view={**view, "state": {"values": values}})

    async def press(self, user: str, channel: str, message: Json, label: str) -> None:
        block, element = button(message["blocks"], label)
        action = {"type": "button", "block_id": block, "action_ts": f"{time.time():.6f}", **element}
        await self._interact(
            user,
            type="block_actions",
            container={"type": "message", "message_ts": message["ts"], "channel_id": channel},
            channel={"id": channel},
            message=message,
            actions=[action],
        )

    async def message(self, channel: str, words: str) -> Json:
        """The newest message there that says these words."""

        async def there() -> Json | None:
            found = [one for one in await self.client.messages(channel) if words in text_of(one)]
            return found[-1] if found else None

        found: Json = await seen(f"“{words}”", there)
        return found

    async def _interact(self, user: str, **payload: Any) -> Json:
        whole = {
            "user": {"id": user},
            "team": {"id": "T000000001"},
            "api_app_id": "A00DAYPASS",
            "trigger_id": await self.client.trigger(user),
            **payload,
        }
        return await self._deliver(urlencode({"payload": json.dumps(whole)}))

    async def open_home(self, user: str) -> None:
        event = {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0", "event_ts": "1.0"}
        whole = {"type": "event_callback", "event": event, "event_id": f"Ev{time.time_ns()}"}
        whole |= {"team_id": "T000000001", "api_app_id": "A00DAYPASS", "event_time": int(time.time())}
        await self._deliver(json.dumps(whole), "application/json")

    async def _deliver(self, body: str, kind: str = "application/x-www-form-urlencoded") -> Json:
        timestamp = str(int(time.time()))
        signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=timestamp, body=body)
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature or "",
        }
        async with self.client.session.post(f"{self.url}/slack/events", data=body, headers=headers) as answer:
            text = await answer.text()
        assert answer.status == 200, (answer.status, text)
        return dict(json.loads(text)) if text else {}


def _with_block_ids(shown: Json) -> Json:
    """Slack names the blocks that their app left without a name; the foreign one doesn't."""
    blocks = shown.get("blocks") or []
    return {**shown, "blocks": [{"block_id": f"b{at}", **block} for at, block in enumerate(blocks)]}


@asynccontextmanager
async def working(
    servers: Servers, witness: Witness, client: Client, database_url: str
) -> AsyncIterator[Workplace]:
    """Daypass, once it knows who works there."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = settings_for(servers, witness.address, database_url)
    async with at_work(settings, lambda: datetime.now(UTC), url) as daypass:
        yield Workplace(daypass, url, witness, client, servers)


@asynccontextmanager
async def witnessed(slack: str) -> AsyncIterator[Witness]:
    witness = Witness(f"http://127.0.0.1:{free_port()}")

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read() or request.query_string.encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **_passed_on(request)}
        path = STANDS_FOR.get(request.path, request.path)
        async with session.post(f"{slack}{path}", data=body, headers=headers) as got:
            known = UNKNOWN if got.status == 404 else dict(json.loads(await got.read()))
        witness.calls.append(Call(request.path.removeprefix("/api/"), _arguments(request, body), known))
        return web.json_response(known)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(witness.address.rpartition(":")[2])).start()
        try:
            yield witness
        finally:
            await runner.cleanup()


def _passed_on(request: web.Request) -> dict[str, str]:
    return {
        name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")
    }


def _arguments(request: web.Request, body: bytes) -> Json:
    if request.content_type == "application/json":
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
