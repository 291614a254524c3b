"""Whoever stands where Daypass would, and keeps what Slack sends there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.flow.office import listening, serving

Json = dict[str, Any]


@dataclass
class Heard:
    """`payloads` by their kind, in order; `answers`: what is answered to each kind."""

    payloads: dict[str, list[Json]] = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)

    def note(self, payload: Json) -> Response:
        kind = payload.get("type") or "command"
        if kind == "event_callback":
            kind = payload["event"]["type"]
        self.payloads.setdefault(kind, []).append(payload)
        return JSONResponse(self.answers[kind]) if kind in self.answers else Response()


@asynccontextmanager
async def hearing(address: str) -> AsyncIterator[Heard]:
    """Hear everything that is sent to Daypass's address."""
    heard, app = Heard(), FastAPI()

    @app.post("/slack/events")
    async def events(request: Request) -> Response:
        body = (await request.body()).decode()
        if request.headers["content-type"] == "application/json":
            return heard.note(json.loads(body))
        form = dict(parse_qsl(body, keep_blank_values=True))
        return heard.note(json.loads(form["payload"]) if "payload" in form else form)

    async with serving(app, listening(int(address.rpartition(":")[2]))):
        yield heard
