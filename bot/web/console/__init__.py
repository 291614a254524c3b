"""The console: pages for people who look and check. They decide in Slack, or here with a
passkey; what else they can do here is stop in an emergency, and add passkeys."""

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from bot.web.body_limit import Limit
from bot.web.console import (
    access_reviews,
    ask,
    attestations,
    break_glass,
    directory,
    documents,
    evidence,
    exports,
    figures,
    log,
    pages,
    passkeys,
    services,
    sessions,
    sign_in,
    signed_decisions,
    stops,
    texts,
    tiers,
)
from bot.web.console.auth import Console, Forged, NotSignedIn
from bot.web.console.templating import Show
from workflows.ports import Retryable

__all__ = ["Console", "console_app"]

MAX_BODY_BYTES = 64 * 1024
"""Bytes of what a form may send."""
PARTS = (
    pages,
    attestations,
    ask,
    break_glass,
    directory,
    evidence,
    figures,
    log,
    exports,
    sessions,
    passkeys,
    signed_decisions,
    stops,
    services,
    access_reviews,
    tiers,
    documents,
)
_STATIC = Path(__file__).parent / "static"


def console_app(console: Console, client_secret: SecretStr | None) -> FastAPI:
    """The console as an application of its own, to be served at the root."""
    app = FastAPI(title="Daypass", openapi_url=None)
    show = Show(console.now, lambda: console.world().bundle.settings.name)
    app.include_router(sign_in.router(console, show))
    if console.provider and client_secret:
        way = sign_in.at_the_provider(console, show, console.provider, client_secret.get_secret_value())
        _handle_troubles(way, show)
        app.mount("/sign-in", way)
    app.mount("/static", StaticFiles(directory=_STATIC))
    for part in PARTS:
        app.include_router(part.router(console, show))
    _handle_troubles(app, show)
    app.add_middleware(Limit, most=MAX_BODY_BYTES)
    return app


def _handle_troubles(app: FastAPI, show: Show) -> None:
    @app.exception_handler(NotSignedIn)
    async def not_signed_in(request: Request, error: NotSignedIn) -> Response:
        there = f"/sign-in?then={quote(error.then, safe='')}"
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": there})
        return RedirectResponse(there, 303)

    @app.exception_handler(Forged)
    async def forged(request: Request, error: Forged) -> Response:
        return show.trouble(request, 403, texts.NOTHING_CHANGED, texts.FORGED)

    @app.exception_handler(Retryable)
    async def later(request: Request, error: Retryable) -> Response:
        return show.trouble(request, 503, texts.TRY_AGAIN, str(error))

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return show.trouble(request, 400, texts.INVALID_ADDRESS, texts.UNREADABLE)

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        title, sentence = texts.TROUBLES.get(error.status_code, (texts.WENT_WRONG, str(error.detail)))
        return show.trouble(request, error.status_code, title, sentence)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return show.trouble(request, 500, texts.WENT_WRONG, texts.BROKEN)
