"""Signing in from a terminal, and out: an id token of the identity provider for a token of Daypass's own."""

import hashlib
import secrets

from fastapi import APIRouter, Request

from bot.web.api.auth import TERMINAL, TOKEN_PREFIX, Api, By, TheApi, person_of
from bot.web.api.problems import Failed, documented
from bot.web.api.session_schemas import Login, NewSession, SessionToken, Whoami
from bot.web.api.session_schemas import Person as Shown
from bot.web.rejections import Rejection, address_of, network_of
from integrations.public_client import PublicClient, signed_part
from workflows.ports import Directory, Permanent, Person
from workflows.system.session_commands import SignIn, SignOut
from workflows.system.sessions import Session, session_id
from workflows.text import one_line
from workflows.workflow import Actor

SCOPES = ["openid", "email"]
MAX_ADDRESS_CHARS = 100
_USED = "This sign-in was already used. Sign in again."


routes = APIRouter(tags=["sessions"])


@routes.get("/login", responses=documented(404))
async def login(api: TheApi) -> Login:
    """What a person's own computer needs to sign them in. Needs no token."""
    found = await _client(api).described()
    return Login(issuer=found.issuer, client_id=found.client_id, scopes=SCOPES, device=found.device)


@routes.post("/sessions", status_code=201, responses=documented(400, 404, 413))
async def sign_in(api: TheApi, request: Request, given: NewSession) -> SessionToken:
    """Sign a person in. Needs no token. The id token has to be new, and is taken once.

    The token that comes back is shown in this answer only. Send it as `Authorization: Bearer dp_…`.
    """
    try:
        token, session, person = await _admitted(api, request, given)
    except Permanent as error:
        await api.rejections.reject(Rejection("sign-in", str(error), TERMINAL), address_of(request))
        raise Failed(403, "sign-in-failed", str(error)) from error
    return SessionToken(token=token, expires_at=session.until, person=_shown(person))


@routes.delete("/sessions/current", status_code=204, responses=documented())
async def sign_out(api: TheApi, by: By) -> None:
    """Sign out: the token you send is worth nothing from then on."""
    await api.act(SignOut(person_of(by).session.id), by)


@routes.get("/whoami", responses=documented())
async def whoami(api: TheApi, by: By) -> Whoami:
    """The person your token belongs to."""
    return Whoami(person=_shown(person_of(by).person), expires_at=by.expires_at)


async def _admitted(api: Api, request: Request, given: NewSession) -> tuple[str, Session, Person]:
    """The token of a new session, the session, and whose it is. Raises Permanent or Retryable."""
    identity = await _client(api).verify(given.id_token, given.nonce)
    person = _member(api.world().directory, identity.email)
    token = f"{TOKEN_PREFIX}{secrets.token_urlsafe(32)}"
    command = SignIn(
        session_id(token),
        identity.issuer,
        identity.subject,
        where="terminal",
        network=network_of(request),
        device=given.device,
    )
    outcome = await api.ledger.handle(command, Actor.person(person.id), TERMINAL, _once(given.id_token))
    if outcome.refusal:
        raise Permanent(outcome.refusal.sentence)
    if not outcome.events:
        raise Permanent(_USED)
    session: Session = outcome.state
    return token, session, person


def _member(directory: Directory, address: str) -> Person:
    """The one whose address it is. Raises Permanent, for guests as well."""
    person = directory.people.get(directory.account_with(address) or "")
    if person is None or person.standing != "member":
        shown = one_line(address, MAX_ADDRESS_CHARS)
        raise Permanent(
            f"No single active member of the Slack workspace has the address {shown} that you signed in with. "
            "Ask an admin to correct it in Slack."
        )
    return person


def _client(api: Api) -> PublicClient:
    if api.public is None:
        raise Failed(
            404,
            "no-sign-in",
            "Signing in from a terminal isn't set up. Ask an operator to set DAYPASS_OIDC_CLI_CLIENT_ID.",
        )
    return api.public


def _once(id_token: str) -> str:
    return f"id-token/{hashlib.sha256(signed_part(id_token).encode()).hexdigest()}"


def _shown(person: Person) -> Shown:
    return Shown(id=person.id, name=person.name, email=person.email)
