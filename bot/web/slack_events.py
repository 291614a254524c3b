"""`POST /slack/events`: everything that Slack sends. What isn't signed by Slack is refused, and recorded."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from ulid import ULID

from workflows.door import KIND, TurnAway
from workflows.ledger import Ledger
from workflows.workflow import DOOR

LARGEST = 1_000_000
"""Bytes of a request; Slack's are far smaller."""
A_MINUTE = 30
"""Refusals recorded one by one in a minute; the rest are counted, lest anybody fill the log from outside."""
SENTENCE = (
    "The request was not signed by Slack with this app's secret, or its timestamp is older than five minutes."
)


class Door:
    """Records who was turned away."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._minute = now()
        self._times = 0

    async def turn_away(self, came_from: str) -> None:
        """Record a refusal, or only count it if there have been many this minute."""
        if self._now() - self._minute >= timedelta(minutes=1):
            self._minute, uncounted, self._times = self._now(), max(0, self._times - A_MINUTE), 0
            if uncounted:
                await self._record("several addresses", uncounted)
        self._times += 1
        if self._times <= A_MINUTE:
            await self._record(came_from, 1)

    async def _record(self, came_from: str, times: int) -> None:
        command = TurnAway(f"{KIND}_{ULID()}", "not-from-slack", SENTENCE, came_from, times)
        await self._ledger.handle(command, DOOR, "http")


def router(app: AsyncApp, signing_secret: str, door: Door) -> APIRouter:
    """The route, over this Bolt app. Nothing of a request is read before its signature is found right."""
    routes = APIRouter()
    verifier = SignatureVerifier(signing_secret)

    @routes.post("/slack/events")
    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return Response(status_code=413, content="That is larger than anything Slack sends.\n")
        if not signed(verifier, body, request.headers):
            await door.turn_away(request.client.host if request.client else "an unknown address")
            return Response(status_code=401, content=f"{SENTENCE} Nothing was done.\n")
        return to_starlette_response(await app.async_dispatch(to_async_bolt_request(request, body)))

    return routes


def signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack has signed this, no more than five minutes ago; whatever else the headers hold is no."""
    try:
        return verifier.is_valid_request(body, headers)
    except (ValueError, TypeError):
        return False


async def _read(request: Request) -> bytes | None:
    """The body, unless it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
