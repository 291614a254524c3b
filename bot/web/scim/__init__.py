"""SCIM 2.0, under /scim/v2: an identity provider pushes its users and groups (RFC 7644).

The protocol is the library's; here are the door to it and the storage under it.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request, Response
from scim2_models import Error, SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import SCIM_MEDIA_TYPE, ScimResponse
from scim2_server.service import ScimService
from starlette.exceptions import HTTPException

from bot.web.body_limit import Limit
from bot.web.rejections import address_of
from bot.web.scim.auth import Tokens
from bot.web.scim.handler import Handler
from bot.web.scim.resources import PROVIDER
from bot.web.scim.storage import ScimStorage
from workflows.database.stored_scim import StoredScim
from workflows.ports import Retryable

__all__ = ["PATH", "Scim", "scim_app"]

log = logging.getLogger(__name__)

PATH = "/scim/v2"
MAX_BODY_BYTES = 8 * 1024 * 1024
"""Bytes of a request: a group with 20,000 members has about two million."""
HEARD_EVERY = timedelta(minutes=1)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass
class Scim:
    """What the endpoint works with. `url` is where the provider finds Daypass; `changed` is called after each change."""

    stored: StoredScim
    tokens: Tokens
    changed: Callable[[], None]
    now: Callable[[], datetime]
    url: str
    _heard_at: datetime | None = None

    async def note(self) -> None:
        """Note the call, if that is a minute ago."""
        now = self.now()
        if self._heard_at is None or now - self._heard_at >= HEARD_EVERY:
            await self.stored.heard(now)
            self._heard_at = now


def scim_app(scim: Scim) -> FastAPI:
    """SCIM as an application of its own, to be served at /scim/v2."""
    app = FastAPI(title="Daypass SCIM", docs_url=None, redoc_url=None, openapi_url=None)
    service = ScimService(PROVIDER)
    turn = asyncio.Lock()

    @app.api_route("/{path:path}", methods=METHODS)
    async def serve(request: Request, path: str) -> Response:
        try:
            await scim.tokens.check(request.headers.get("authorization", ""), address_of(request))
            asked = await _read(request, path, scim.url)
            await scim.note()  # Before it is carried out: what is answered with an error is sent again.
            storage = ScimStorage(scim.stored, scim.now, scim.changed, asyncio.get_running_loop())
            async with turn:  # A push never takes more than one of the database's connections.
                answer = await asyncio.to_thread(_handled, Handler(service, storage), asked)
        except Exception as error:
            answer = _answer(_error(service, error))
        return answer

    app.add_middleware(Limit, most=MAX_BODY_BYTES)
    return app


async def _read(request: Request, path: str, url: str) -> ScimRequest:
    body = await request.body()
    return ScimRequest(
        method=request.method,
        base_url=f"{url or str(request.base_url).rstrip('/').removesuffix(PATH)}{PATH}",
        path=f"/{path}".removesuffix(".scim"),
        query=dict(request.query_params),
        headers=request.headers.items(),
        body=body,
    )


def _handled(handler: Handler, asked: ScimRequest) -> Response:
    return _answer(handler.handle(asked))


def _error(service: ScimService, error: Exception) -> ScimResponse:
    """Give the answer to what went wrong, in SCIM's own form (RFC 7644, section 3.12)."""
    if isinstance(error, Retryable):
        later = service.error_response(SCIMException.from_error(Error(status=503, detail=str(error))))
        later.headers["Retry-After"] = "5"
        return later
    if isinstance(error, HTTPException):
        refused = Error(status=error.status_code, detail=str(error.detail))
        return service.error_response(SCIMException.from_error(refused))
    if not isinstance(error, SCIMException):
        log.exception("a SCIM request failed", exc_info=error)
    return service.error_response(error)


def _answer(answer: ScimResponse) -> Response:
    headers: dict[str, Any] = {**answer.headers, "Cache-Control": "no-store"}
    media_type = headers.pop("Content-Type", SCIM_MEDIA_TYPE)
    content = b"" if answer.body is None else json.dumps(answer.body).encode()
    return Response(content, int(answer.status), headers, media_type)
