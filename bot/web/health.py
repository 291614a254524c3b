"""`/healthz`: the process lives. `/readyz`: it can do its work, or which part can't and what that means."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse

Check = Callable[[], Awaitable[str | None]]
"""None if all is well, otherwise a sentence."""
PATIENCE = 5
"""Seconds that a part may take to answer."""


def router(checks: Mapping[str, Check]) -> APIRouter:
    """The two routes, over a check for each part."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get("/readyz")
    async def readyz() -> JSONResponse:
        sentences = await asyncio.gather(*(_ask(check) for check in checks.values()))
        parts = {name: sentence or "ready" for name, sentence in zip(checks, sentences, strict=True)}
        ready = not any(sentences)
        return JSONResponse(
            {"status": "ready" if ready else "not ready", "parts": parts}, status_code=200 if ready else 503
        )

    return routes


async def _ask(check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except Exception as error:
        return f"It doesn't answer ({type(error).__name__})."
