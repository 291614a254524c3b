"""`POST /hooks/releases/{machine}`: a pipeline proposes a version by a webhook that is signed by Standard Webhooks.

What isn't signed with the machine's own secret is refused. Of what is, the service, the version and the note are taken
over; everything else is read from the service's source, as for every release.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from ulid import ULID

from bot.web.payload import read_payload
from bot.web.rejections import Rejection, Rejections, address_of
from integrations.standard_webhooks import Unsigned, id_of_signed
from workflows.ledger.ledger import Ledger
from workflows.ledger.repeated_commands import words_of
from workflows.ledger.repository import Repository
from workflows.ports import MACHINE, Permanent, Retryable
from workflows.releases.asked_for import is_known, open_release
from workflows.releases.commands import ProposeRelease
from workflows.releases.evidence import Registries
from workflows.releases.refusals import NOTE_LIMIT
from workflows.releases.state import KIND, Release
from workflows.workflow import Actor, World

PATH = "/hooks/releases/{machine}"
SURFACE = "webhook"
MAX_BODY_BYTES = 64 << 10
NOT_SIGNED = Rejection(
    "unsigned-webhook", "A webhook wasn't signed with a secret of the machine that it names.", SURFACE
)
UNLIKE = Rejection("unlike-webhook", "A signed webhook isn't built as a proposal is.", SURFACE)
NO_MACHINE = Rejection(
    "unknown-machine", "A signed webhook is of a machine that the policy doesn't have.", SURFACE
)


class Built(BaseModel):
    """What was built."""

    model_config = ConfigDict(extra="ignore", strict=True)

    service: Annotated[str, Field(max_length=63)]
    version: Annotated[str, Field(max_length=60)]
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""


class Message(BaseModel):
    """A message by the scheme's own form."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: Literal["version.built"]
    data: Built


@dataclass(frozen=True)
class Answer:
    """What the pipeline hears: a status of HTTP, and JSON."""

    status: int
    about: Mapping[str, str]


@dataclass(frozen=True)
class ReleaseHook:
    """What the endpoint works with. `secrets` are by machine, and each signs, for a rotation."""

    secrets: Mapping[str, Sequence[SecretStr]]
    registries: Registries
    reads: Repository
    ledger: Ledger
    rejections: Rejections
    world: Callable[[], World]
    now: Callable[[], datetime]

    async def propose(self, machine: str, id: str, built: Built) -> Answer:
        """Propose it, unless it is proposed already or isn't there. Raises Retryable or Permanent."""
        command_id = f"webhook/{machine}/{id}"
        if subject := await self.reads.decided_as(command_id):
            return await self._known(subject)
        terms = self.world().bundle.services.get(built.service)
        if terms and not await is_known(self.registries, terms, built.version):
            sentence = f"{terms.title} has no such version, so it wasn't proposed."
            return Answer(422, {"code": "no-such-version", "detail": sentence})
        if terms and (known := await open_release(self.reads, built.service, built.version)):
            return _accepted(known)
        command = ProposeRelease(f"{KIND}_{ULID()}", built.service, built.version, built.note)
        actor = Actor.machine(f"{MACHINE}{machine}")
        words = words_of(actor, command)
        outcome = await self.ledger.handle(command, actor, SURFACE, command_id, words)
        if outcome.refusal:
            return Answer(422, {"code": outcome.refusal.code, "detail": outcome.refusal.sentence})
        subject = outcome.subject if outcome.events else await self.reads.decided_as(command_id)
        return await self._known(subject or outcome.subject)

    async def _known(self, subject: str) -> Answer:
        """What became of a proposal that was made or refused before."""
        state = await self.reads.find(Release, subject)
        if state:
            return _accepted(state)
        return Answer(422, {"code": "refused", "detail": "This was refused when it was delivered first."})


def router(hook: ReleaseHook) -> APIRouter:
    """The route. Nothing of a message is read before its signature is found right."""
    routes = APIRouter()

    @routes.post(PATH)
    async def deliver(request: Request, machine: str) -> Response:
        body = await read_payload(request, MAX_BODY_BYTES)
        if body is None:
            return _answered(Answer(413, {"code": "too-large", "detail": "A webhook has at most 64 KiB."}))
        try:
            id = id_of_signed(body, request.headers, hook.secrets.get(machine, ()), hook.now())
        except Unsigned as unsigned:
            return await _rejected(hook, request, NOT_SIGNED, 401, str(unsigned))
        if machine not in hook.world().bundle.machines.machines:
            return await _rejected(hook, request, NO_MACHINE, 403)
        try:
            built = Message.model_validate_json(body).data
        except ValidationError:
            return await _rejected(hook, request, UNLIKE, 400)
        try:
            return _answered(await hook.propose(machine, id, built))
        except (Retryable, Permanent) as error:
            return _answered(Answer(503, {"code": "source-unavailable", "detail": str(error)}))

    return routes


async def _rejected(
    hook: ReleaseHook, request: Request, rejection: Rejection, status: int, detail: str = ""
) -> Response:
    await hook.rejections.reject(rejection, address_of(request))
    return _answered(Answer(status, {"code": rejection.code, "detail": detail or rejection.sentence}))


def _accepted(state: Release) -> Answer:
    return Answer(202, {"release": state.id, "status": state.status})


def _answered(answer: Answer) -> Response:
    content: dict[str, Any] = dict(answer.about)
    return JSONResponse(content, answer.status)
