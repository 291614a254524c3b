"""`/healthz`: the process lives. `/readyz`: it can do its work, or which part can't. `/metrics`: the same in numbers.

Anybody may ask, so an answer is a few seconds old at most and costs the parts nothing. Why a part isn't ready stands in
the process's log, and is told to whoever brings the token of `DAYPASS_HEALTH_TOKEN`.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from bot.web.details import CONTENT_TYPE, Detail, Details, Gauge, exposition

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""None if all is well, otherwise a sentence."""
PART_SECONDS = 5
"""In which a part has to answer."""
FRESH_SECONDS = 3.0
"""For which an answer stands, however many ask."""
READY, NOT_READY = "ready", "not ready"
NO_TOKEN = "Set DAYPASS_HEALTH_TOKEN and send it as a bearer token to read this."


class Health:
    """Asks every part, one round at a time, and says in the log when one changes its mind."""

    def __init__(self, checks: Mapping[str, Check], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._checks = checks
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._asked_at: float | None = None
        self._reasons: Mapping[str, str | None] = {}

    async def reasons(self) -> Mapping[str, str | None]:
        """Each part with why it isn't ready, None if it is; asked anew once the last answer is too old."""
        async with self._turn:
            now = self._monotonic()
            if self._asked_at is None or now - self._asked_at >= FRESH_SECONDS:
                said = await asyncio.gather(*(_ask(check) for check in self._checks.values()))
                self._tell(dict(zip(self._checks, said, strict=True)))
                self._asked_at = self._monotonic()
            return self._reasons

    def _tell(self, reasons: Mapping[str, str | None]) -> None:
        for part, reason in reasons.items():
            if reason and reason != self._reasons.get(part):
                log.warning("%s is not ready: %s", part, reason)
            elif self._reasons.get(part) and not reason:
                log.info("%s is ready again", part)
        self._reasons = reasons


def router(
    checks: Mapping[str, Check], token: str | None = None, details: Details | None = None
) -> APIRouter:
    """The routes, over a check for each part; with a `token` whoever brings it as a bearer reads reasons and details."""
    routes = APIRouter()
    health = Health(checks)

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        reasons = await health.reasons()
        may_read = _may_read(request, token)
        say = _in_full if may_read else _in_a_word
        ready = not any(reasons.values())
        said = await _details(details) if may_read else {}
        return JSONResponse(
            {
                "status": READY if ready else NOT_READY,
                "parts": {name: say(reason) for name, reason in reasons.items()},
                **({"details": {name: one.summary for name, one in said.items()}} if said else {}),
            },
            status_code=200 if ready else 503,
        )

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not _may_read(request, token):
            return PlainTextResponse(NO_TOKEN, 401, {"WWW-Authenticate": "Bearer"})
        reasons, said = await health.reasons(), await _details(details)
        parts = [
            Gauge("daypass_ready", "Whether this part is ready.", not reason, {"part": name})
            for name, reason in reasons.items()
        ]
        gauges = [*parts, *(gauge for one in said.values() for gauge in one.gauges)]
        return Response(exposition(gauges), media_type=CONTENT_TYPE)

    return routes


async def _details(details: Details | None) -> Mapping[str, Detail]:
    """What there is to say now. What can't be read now is left out: the part that it needs isn't ready, and says so."""
    found = {}
    for name, read in (details or {}).items():
        try:
            async with asyncio.timeout(PART_SECONDS):
                detail = await read()
        except Exception as error:
            log.warning("%s can't be read: %s", name, error)
            continue
        if detail:
            found[name] = detail
    return found


def _in_full(reason: str | None) -> str:
    return reason or READY


def _in_a_word(reason: str | None) -> str:
    return NOT_READY if reason else READY


def _may_read(request: Request, token: str | None) -> bool:
    given = request.headers.get("authorization", "")
    return token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


async def _ask(check: Check) -> str | None:
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await check()
    except TimeoutError:
        return f"No answer within {PART_SECONDS} s."
    except Exception as error:
        return f"Not responding ({type(error).__name__})."
