"""Who calls the API: a machine of the bundle, by a token of an issuer that the bundle trusts."""

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
from workflows.access.runs import Runs
from workflows.audit.log import Log
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.schema.machines import machine_of
from workflows.ports import MACHINE, Machine, Permanent, Retryable
from workflows.queries.queries import Queries
from workflows.queries.visibility import Viewer
from workflows.workflow import Actor, Command, State, World

SURFACE = "api"
_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A token from an issuer in machines.yaml"
)


@dataclass(frozen=True)
class Api:
    """What the API works with."""

    reading: Queries
    reads: Repository
    ledger: Ledger
    log: Log
    rejections: Rejections
    tokens: TokenVerifier
    waiting: Waiting
    vault_addr: str
    world: Callable[[], World]
    now: Callable[[], datetime]
    runs: Mapping[str, Runs]
    """Systems whose runs access can end with, by kind."""

    async def act(self, command: Command, by: "Caller", key: str | None = None) -> Outcome:
        """Act as the machine; a command with a key is decided once, ever."""
        return await self.ledger.handle(command, by.actor, SURFACE, key)

    async def find(self, by: "Caller", kind: type[Any], subject: str) -> Any:
        """The subject, if they may see it. Raises Failed."""
        found: State | None = await self.reading.find(by.reader, kind, subject)
        if found is None:
            raise not_found()
        return found


@dataclass(frozen=True)
class Caller:
    """A machine whose token holds. `claims` are the token's."""

    id: str
    machine: Machine
    reader: Viewer
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor.machine(self.id)


Authenticate = Callable[..., Any]


def caller_of(api: Api) -> Authenticate:
    """Identify the caller, as a dependency of every route. Raises Failed or Retryable, and records rejections."""

    async def caller(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        if given is None:
            raise _not_let_in(
                "Authentication required. Send “Authorization: Bearer …” with a JWT from an issuer in machines.yaml."
            )
        world = api.world()
        machines = world.bundle.machines
        try:
            vouched = await api.tokens.verify(given.credentials, machines.issuers)
        except Permanent as error:
            await api.rejections.reject(Rejection("bad-token", str(error), SURFACE), address_of(request))
            raise _not_let_in(str(error), "invalid_token") from error
        name = machine_of(machines, vouched.issuer, vouched.claims)
        known = world.directory.machines.get(f"{MACHINE}{name}") if name else None
        if name and known is None:
            raise Retryable(
                "Daypass has just started and is still loading people from Slack. Try again shortly."
            )
        if known is None:
            sentence = "The token is valid, but its claims don't match exactly one machine in machines.yaml."
            await api.rejections.reject(Rejection("unknown-machine", sentence, SURFACE), address_of(request))
            raise Failed(403, "unknown-machine", sentence, headers=_challenge("insufficient_scope"))
        id = f"{MACHINE}{name}"
        return Caller(id, known, api.reading.reader(id), vouched.expires_at)

    return caller


def _not_let_in(sentence: str, error: str | None = None) -> Failed:
    return Failed(401, "bad-token", sentence, headers=_challenge(error))


def _challenge(error: str | None) -> dict[str, str]:
    """RFC 6750, section 3: without an error if no token was shown."""
    return {"WWW-Authenticate": 'Bearer realm="daypass"' + (f', error="{error}"' if error else "")}
