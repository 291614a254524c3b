"""`POST /slack/events`: everything that Slack sends. What isn't signed by Slack is refused, and recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
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


def router(app: AsyncApp, door: Door) -> APIRouter:
    """The route, over this Bolt app."""
    routes = APIRouter()
    handler = AsyncSlackRequestHandler(app)

    @routes.post("/slack/events")
    async def events(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > LARGEST:
            return Response(status_code=413, content="That is larger than anything Slack sends.\n")
        answer = await handler.handle(request)
        if answer.status_code == 401:
            await door.turn_away(request.client.host if request.client else "an unknown address")
            return Response(status_code=401, content=f"{SENTENCE} Nothing was done.\n")
        return answer

    return routes
