"""`/healthz`: the process lives. `/readyz`: it can do its work, or which part can't.

Anybody may ask, so an answer is a few seconds old at most and costs the parts nothing. Why a part isn't ready stands in
the process's log, and is told to whoever brings the token of `DAYPASS_HEALTH_TOKEN`.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""None if all is well, otherwise a sentence."""
PART_SECONDS = 5
"""In which a part has to answer."""
FRESH_SECONDS = 3.0
"""For which an answer stands, however many ask."""
READY, NOT_READY = "ready", "not ready"


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


def router(checks: Mapping[str, Check], token: str | None = None) -> APIRouter:
    """The two routes, over a check for each part; with a `token` whoever brings it as a bearer reads the reasons."""
    routes = APIRouter()
    health = Health(checks)

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        reasons = await health.reasons()
        say = _in_full if _may_read(request, token) else _in_a_word
        ready = not any(reasons.values())
        return JSONResponse(
            {
                "status": READY if ready else NOT_READY,
                "parts": {name: say(reason) for name, reason in reasons.items()},
            },
            status_code=200 if ready else 503,
        )

    return routes


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
