"""Signing in by OpenID Connect, and out. What comes back from the provider is good for one session, once."""

import hashlib
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import APIRouter, FastAPI, Form, Request
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response

from bot.web.console import texts
from bot.web.console.auth import (
    SURFACE,
    Console,
    NotSignedIn,
    Visitor,
    check_form,
    safe_path,
    visitor,
)
from bot.web.console.templating import Show
from bot.web.rejections import Rejection, address_of, network_of
from integrations.oidc import USED_BEFORE, Identity, Provider
from workflows.ports import Permanent, Retryable
from workflows.system.session_commands import Network, SignIn, SignOut
from workflows.system.sessions import SESSION_LIFETIME, session_id
from workflows.text import one_line
from workflows.workflow import Actor

WITHIN = 600
"""Seconds in which somebody has to come back from the provider."""
FRESH = 300
"""Seconds ago that somebody may have authenticated at the provider, where that has to be fresh."""
THEN = "then"
MAX_STATE_CHARS = 100
"""Characters of an e-mail address, where one is named."""


def router(console: Console, show: Show) -> APIRouter:
    """The page that offers to sign in, and signing out."""
    routes = APIRouter()

    @routes.get("/sign-in")
    async def sign_in(request: Request, then: str = "/") -> Response:
        try:
            await visitor(console, request)
        except NotSignedIn:
            return show.page(
                request, "sign_in.html", ready=console.provider is not None, then=safe_path(then)
            )
        return RedirectResponse(safe_path(then), 303)

    @routes.post("/sign-out")
    async def sign_out(request: Request, csrf: str = Form("")) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        await _end(console, by)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(console.cookie, path="/", secure=console.secure, httponly=True, samesite="lax")
        return answer

    return routes


def at_the_provider(console: Console, show: Show, provider: Provider, client_secret: str) -> FastAPI:
    """The two addresses between which somebody is at the provider, with a signed cookie of their own."""
    way = FastAPI(openapi_url=None)

    @way.get("/start")
    async def start(request: Request, then: str = "/", fresh: bool = False) -> Response:
        request.session.clear()
        request.session[THEN] = safe_path(then)
        try:
            return await provider.begin(request, f"{console.url}/sign-in/back", FRESH if fresh else None)
        except (Retryable, Permanent) as error:
            return show.trouble(request, 503, texts.NO_SIGN_IN, str(error))

    @way.get("/back")
    async def back(request: Request) -> Response:
        then = safe_path(request.session.get(THEN))
        key = _once(request.query_params.get("state", ""))
        try:
            if await console.reads.decided_as(key):
                raise Permanent(USED_BEFORE)
            secret = await _admit(console, await provider.finish(request), key, network_of(request))
        except Permanent as error:
            await console.rejections.reject(Rejection("sign-in", str(error), SURFACE), address_of(request))
            return show.trouble(request, 403, "Sign-in failed", str(error))
        except Retryable as error:
            return show.trouble(request, 503, texts.NO_SIGN_IN, str(error))
        request.session.clear()
        await _leave_old(console, request)
        answer = RedirectResponse(then, 303)
        answer.set_cookie(
            console.cookie,
            secret,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            path="/",
            secure=console.secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    way.add_middleware(
        SessionMiddleware,
        secret_key=_cookie_key(client_secret),
        session_cookie=console.cookie_on_the_way,
        max_age=WITHIN,
        path="/",
        same_site="lax",
        https_only=console.secure,
    )
    return way


async def _admit(console: Console, identity: Identity, key: str, network: Network) -> str:
    """Open a session for whom the provider vouches for; its secret. Raises Permanent."""
    directory = console.world().directory
    person = directory.account_with(identity.email)
    if person is None:
        email = one_line(identity.email, MAX_STATE_CHARS)
        raise Permanent(texts.NO_ACCOUNT.format(email=email))
    secret = secrets.token_urlsafe(32)
    command = SignIn(
        session_id(secret),
        identity.issuer,
        identity.subject,
        network=network,
        authenticated_at=identity.authenticated_at,
    )
    outcome = await console.ledger.handle(command, Actor.person(person), SURFACE, key)
    if outcome.refusal:
        raise Permanent(outcome.refusal.sentence)
    if not outcome.events:
        raise Permanent(USED_BEFORE)
    return secret


async def _leave_old(console: Console, request: Request) -> None:
    """Who signs in anew leaves the session that they were in."""
    try:
        await _end(console, await visitor(console, request))
    except NotSignedIn:
        return


async def _end(console: Console, by: Visitor) -> None:
    await console.ledger.handle(SignOut(by.session.id), by.actor, SURFACE)


def _once(state: str) -> str:
    return f"oidc/{hashlib.sha256(state.encode()).hexdigest()}"


def _cookie_key(client_secret: str) -> str:
    """Every replica has the same, and who sees one secret doesn't have the other."""
    return HKDF(SHA256(), 32, None, b"daypass/sign-in-cookie/v1").derive(client_secret.encode()).hex()
