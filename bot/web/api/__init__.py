"""The API for machines, under /api/v1: they ask and read, and never approve."""

from typing import Annotated

from fastapi import Depends, FastAPI

from bot.web.api import access, audit, break_glass, incidents, releases
from bot.web.api.auth import Api, Caller, caller_of
from bot.web.api.problems import describe, documented, handle_problems
from bot.web.api.schemas import Me
from bot.web.body_limit import Limit

__all__ = ["Api", "api_app"]

MAX_BODY_BYTES = 128 * 1024
"""Bytes of a request."""
_ABOUT = """\
Request access and propose releases from a pipeline, follow them, and read the audit log with proofs.
Callers are the machines in the policy bundle (`machines.yaml`); each sends a short-lived JWT from a trusted issuer.
A machine never approves. Errors are problem details (RFC 9457)."""


def api_app(api: Api) -> FastAPI:
    """The API as an application of its own, to be served at /api/v1."""
    app = FastAPI(title="Daypass", version="1", description=_ABOUT, docs_url=None, redoc_url=None)
    caller = caller_of(api)

    @app.get("/me", responses=documented(), tags=["me"])
    async def me(by: Annotated[Caller, Depends(caller)]) -> Me:
        """The machine your token belongs to."""
        return Me(
            id=by.id,
            title=by.machine.title,
            role=by.reader.role,
            groups=sorted(by.machine.groups),
            owners=sorted(by.machine.owners),
            expires_at=by.expires_at,
        )

    for part in (access, break_glass, releases, incidents, audit):
        app.include_router(part.router(api, caller))
    handle_problems(app)
    describe(app)
    app.add_middleware(Limit, most=MAX_BODY_BYTES)
    return app
