"""The API, under /api/v1: machines and people ask and read, and never approve here."""

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.api import (
    absences,
    access,
    access_reviews,
    audit,
    break_glass,
    documents,
    entitlements,
    extensions,
    incidents,
    kits,
    releases,
    replies,
    services,
    sessions,
)
from bot.web.api.auth import SCOPE, Api, By, TheApi
from bot.web.api.problems import describe, documented, handle_problems
from bot.web.api.session_schemas import Me
from bot.web.body_limit import Limit

__all__ = ["Api", "api_app"]

MAX_BODY_BYTES = 128 * 1024
"""Bytes of a request."""
_me = APIRouter()
_ABOUT = """\
Request access and propose releases, follow them, and read the audit log with proofs.
A machine of the policy bundle (`machines.yaml`) sends a short-lived JWT from a trusted issuer; a person signs in and sends
the token of their session. Nobody approves here: people do that in Slack. Errors are problem details (RFC 9457)."""


PARTS = (
    sessions,
    entitlements,
    access,
    kits,
    break_glass,
    extensions,
    absences,
    access_reviews,
    releases,
    documents,
    services,
    replies,
    incidents,
    audit,
)


def api_app(api: Api) -> ASGIApp:
    """The API as an application of its own, to be served at /api/v1."""

    async def serving(scope: Scope, receive: Receive, send: Send) -> None:
        await application()({**scope, SCOPE: api}, receive, send)

    return serving


@cache
def application() -> FastAPI:
    """The routes and their description, which are the same whatever the API works with."""
    app = FastAPI(title="Daypass", version="1", description=_ABOUT, docs_url=None, redoc_url=None)
    app.include_router(_me)
    for part in PARTS:
        app.include_router(part.routes)
    handle_problems(app)
    describe(app)
    app.add_middleware(Limit, most=MAX_BODY_BYTES)
    return app


@_me.get("/me", responses=documented(), tags=["me"])
async def me(api: TheApi, by: By) -> Me:
    """The machine or person your token belongs to."""
    directory = api.world().directory
    machine = directory.machines.get(by.id)
    return Me(
        id=by.id,
        title=directory.name_of(by.id),
        role=by.reader.role,
        groups=sorted(directory.groups_of(by.id)),
        owners=sorted(machine.owners) if machine else [],
        expires_at=by.expires_at,
    )
