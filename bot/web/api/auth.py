"""Who calls the API: a machine of the bundle, by a token of an issuer that the bundle trusts, or a person who signed in.

A person's token is the secret of a session (`workflows/system/sessions.py`), of which only a digest is kept. It is looked
up by that digest, so how long the lookup takes says nothing of any secret.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.web.api.delivery import Waiting
from bot.web.api.problems import Failed, not_found
from bot.web.rejections import Rejection, Rejections, address_of
from integrations.machine_tokens import TokenVerifier
from integrations.public_client import PublicClient
from workflows.access.runs import Runs
from workflows.audit.log import Log
from workflows.ledger.ledger import Ledger
from workflows.ledger.repeated_commands import words_of
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.schema.machines import machine_of
from workflows.ports import MACHINE, Machine, Permanent, Person, Retryable
from workflows.queries.changes import Changes
from workflows.queries.queries import Queries
from workflows.queries.visibility import Viewer
from workflows.system.sessions import Session, is_open, session_id
from workflows.workflow import Actor, Command, State, World

MACHINES, TERMINAL = "api", "terminal"
"""The surfaces by which machines and people come in."""
SCOPE = "daypass.api"
"""Under which a request's ASGI scope has what the API works with."""
TOKEN_PREFIX = "dp_"
"""What a person's token begins with, so that people and scanners for leaked secrets recognize one."""
_BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description="A machine's token from an issuer in machines.yaml, or a person's from `POST /sessions`",
)


@dataclass(frozen=True)
class Api:
    """What the API works with. Without `public` no person can sign in."""

    reading: Queries
    reads: Repository
    ledger: Ledger
    log: Log
    rejections: Rejections
    tokens: TokenVerifier
    public: PublicClient | None
    waiting: Waiting
    vault_addr: str
    world: Callable[[], World]
    now: Callable[[], datetime]
    runs: Mapping[str, Runs]
    """Systems whose runs access can end with, by kind."""
    changes: Changes

    async def act(self, command: Command, by: "Caller", key: str | None = None) -> Outcome:
        """Act as the caller; a command with a key is decided once, ever."""
        return await self.ledger.handle(command, by.actor, by.surface, key)

    async def start(self, command: Command, by: "Caller", key: str | None) -> Outcome:
        """Begin something as the caller.

        Without a key, the same words of a person within a minute lead to what they began first, as in Slack.
        """
        words = words_of(by.actor, command) if by.person and not key else None
        return await self.ledger.handle(command, by.actor, by.surface, key, words)

    async def find(self, by: "Caller", kind: type[Any], subject: str) -> Any:
        """The subject, if they may see it. Raises Failed."""
        found: State | None = await self.reading.find(by.reader, kind, subject)
        if found is None:
            raise not_found()
        return found


@dataclass(frozen=True)
class SignedIn:
    """A person in a session of theirs."""

    session: Session
    person: Person


@dataclass(frozen=True)
class Caller:
    """Who calls, and until when their token holds: `by` is a person who signed in, or a machine."""

    id: str
    by: SignedIn | Machine
    reader: Viewer
    expires_at: datetime

    @property
    def person(self) -> SignedIn | None:
        return self.by if isinstance(self.by, SignedIn) else None

    @property
    def actor(self) -> Actor:
        return Actor.person(self.id) if self.person else Actor.machine(self.id)

    @property
    def surface(self) -> str:
        return TERMINAL if self.person else MACHINES


def api_of(request: Request) -> Api:
    """What the API works with, as `serving` put it beside the request."""
    api: Api = request.scope[SCOPE]
    return api


TheApi = Annotated[Api, Depends(api_of)]


Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def caller_of(api: TheApi, request: Request, given: Given) -> Caller:
    """Identify the caller. Raises Failed or Retryable, and records rejections."""
    if given is None:
        raise _not_let_in(
            "Authentication required. Send “Authorization: Bearer …” with a JWT from an issuer in machines.yaml, "
            "or sign in with “daypass login”."
        )
    identify = _person if given.credentials.startswith(TOKEN_PREFIX) else _machine
    return await identify(api, request, given.credentials)


By = Annotated[Caller, Depends(caller_of)]


def person_of(by: Caller) -> SignedIn:
    """The person who calls. Raises Failed for a machine."""
    if by.person is None:
        raise Failed(
            403, "not-a-person", "Machines have no session. Use GET /me to see who your token identifies."
        )
    return by.person


async def _person(api: Api, request: Request, token: str) -> Caller:
    session = await api.reads.find(Session, session_id(token))
    if session is None or session.where != "terminal":
        sentence = "This isn't the token of a session. Sign in with “daypass login”."
        await api.rejections.reject(Rejection("bad-token", sentence, TERMINAL), address_of(request))
        raise _not_let_in(sentence, "invalid_token")
    if not is_open(session, api.now()):
        raise _not_let_in("Your session has ended. Sign in again with “daypass login”.", "invalid_token")
    person = api.world().directory.people.get(session.owner)
    if person is None or person.standing != "member":
        sentence = "You aren't an active member of the Slack workspace, so your session has ended."
        raise _not_let_in(sentence, "invalid_token")
    return Caller(person.id, SignedIn(session, person), api.reading.reader(person.id), session.until)


async def _machine(api: Api, request: Request, token: str) -> Caller:
    world = api.world()
    machines = world.bundle.machines
    try:
        vouched = await api.tokens.verify(token, machines.issuers)
    except Permanent as error:
        await api.rejections.reject(Rejection("bad-token", str(error), MACHINES), address_of(request))
        raise _not_let_in(str(error), "invalid_token") from error
    name = machine_of(machines, vouched.issuer, vouched.claims)
    known = world.directory.machines.get(f"{MACHINE}{name}") if name else None
    if name and known is None:
        raise Retryable("Daypass has just started and is still loading people from Slack. Try again shortly.")
    if known is None:
        sentence = "The token is valid, but its claims don't match exactly one machine in machines.yaml."
        await api.rejections.reject(Rejection("unknown-machine", sentence, MACHINES), address_of(request))
        raise Failed(403, "unknown-machine", sentence, headers=_challenge("insufficient_scope"))
    id = f"{MACHINE}{name}"
    return Caller(id, known, api.reading.reader(id), vouched.expires_at)


def _not_let_in(sentence: str, error: str | None = None) -> Failed:
    return Failed(401, "bad-token", sentence, headers=_challenge(error))


def _challenge(error: str | None) -> dict[str, str]:
    """RFC 6750, section 3: without an error if no token was shown."""
    return {"WWW-Authenticate": 'Bearer realm="daypass"' + (f', error="{error}"' if error else "")}
