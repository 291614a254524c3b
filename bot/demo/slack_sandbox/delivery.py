"""What the sandbox sends to the app, signed and shaped as Slack does it.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack and the interaction payloads.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bot.demo.slack_sandbox.state import Json, State


@dataclass(frozen=True)
class Answer:
    """What the app answered; `error` is Slack's word if it didn't, or not well."""

    body: Any = None
    error: str | None = None


class Delivery:
    """Sends to one URL. Close it with the application."""

    def __init__(self, state: State, url: str, signing_secret: str) -> None:
        self._state = state
        self._url = url
        self._signer = SignatureVerifier(signing_secret)
        self._session: aiohttp.ClientSession | None = None
        self._later: set[asyncio.Task[Answer]] = set()

    async def interaction(self, payload: Json) -> Answer:
        """A click, a submission, a search: `payload=` in a form."""
        return await self._send(
            urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        )

    async def command(self, form: Json) -> Answer:
        """A slash command."""
        return await self._send(urlencode(form), "application/x-www-form-urlencoded")

    async def event(self, event: Json) -> None:
        """An event of the Events API, if the app has subscribed to it."""
        if event["type"] not in self._state.workspace.events:
            return
        bot, team = self._state.workspace.bot, self._state.workspace.team.id
        enterprise = self._state.workspace.enterprise
        of = {"enterprise_id": enterprise.id} if enterprise else {}
        org_wide = bool(enterprise and enterprise.org_wide)
        installed = {**of, "team_id": None if org_wide else team, "user_id": bot.user_id, "is_bot": True}
        envelope = {
            "token": "sandbox",
            "team_id": team,
            **of,
            "api_app_id": bot.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [{**installed, "is_enterprise_install": org_wide}],
            "is_ext_shared_channel": False,
        }
        await self._send(json.dumps(envelope), "application/json", retries_say_so=True)

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        if self._session:
            await self._session.close()

    async def _send(self, body: str, content_type: str, retries_say_so: bool = False) -> Answer:
        for number in range(1, self._state.control.redeliver + 1):
            extra = (
                {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
                if retries_say_so
                else {}
            )
            task = asyncio.create_task(self._once(body, {"Content-Type": content_type, **extra}))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        return await self._once(body, {"Content-Type": content_type})

    async def _once(self, body: str, headers: dict[str, str]) -> Answer:
        timestamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=timestamp, body=body) or ""
        headers = {**headers, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}
        self._session = self._session or aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(self._state.patience),
                self._session.post(self._url, data=body, headers=headers) as answer,
            ):
                text = await answer.text()
        except TimeoutError:
            return Answer(error="operation_timeout")
        except aiohttp.ClientError:
            return Answer(error="dispatch_failed")
        if answer.status != 200:
            return Answer(error="dispatch_failed")
        return Answer(_parsed(text))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
