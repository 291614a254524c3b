"""`POST /hooks/rollouts/{cluster}/…`: a cluster asks whether it may go on with a version, and proposes it by asking first.

`confirm` answers as Flagger's confirm-rollout and confirm-promotion webhooks want it: 200 to go on, 403 to wait. `verdict`
answers 200 with JSON, as Argo Rollouts' web metric wants it. However often a cluster asks, the log has one proposal.

https://docs.flagger.app/usage/webhooks, https://argo-rollouts.readthedocs.io/en/stable/analysis/web/
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.web.payload import read_payload
from bot.web.rejections import Rejection, Rejections, address_of
from workflows.ledger.ledger import Ledger
from workflows.ledger.replayed_state import Rederiving
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable
from workflows.releases import WORKFLOW
from workflows.releases.asked_for import is_known
from workflows.releases.evidence import Registries
from workflows.releases.performers import Incidents
from workflows.releases.rollouts import Answer, Ask, answer_to, belongs, key_of, proposal_of, stopped
from workflows.releases.state import GOING, KIND, STANDING, Release
from workflows.workflow import Actor, World

PATH = "/hooks/rollouts/{cluster}"
SURFACE = "rollout"
MAX_BODY_BYTES = 64 << 10
SAID_AGAIN_AFTER = timedelta(hours=1)
"""After which a rejection of the same ask is recorded again: clusters ask every few seconds."""
NOT_IN = Rejection(
    "unknown-cluster", "An ask of a rollout had no token of the cluster that it names.", SURFACE
)
UNLIKE = Rejection(
    "unlike-rollout", "A cluster's ask isn't built as Flagger's or Argo Rollouts' is.", SURFACE
)
ELSEWHERE = Rejection(
    "rollout-elsewhere", "A cluster asked about a service that the policy doesn't roll out there.", SURFACE
)
_SHORT = Field(min_length=1, max_length=63, pattern=r"^[A-Za-z0-9._+-]+$")


class About(BaseModel):
    """The metadata that whoever set up the rollout gives: which service and version it is, and the cluster's token."""

    model_config = ConfigDict(extra="ignore")

    service: Annotated[str, _SHORT]
    version: Annotated[str, _SHORT]
    attempt: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    token: SecretStr | None = None


class Asked(BaseModel):
    """What Flagger sends, as far as it is used; Argo Rollouts is told to send the same."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, _SHORT]
    namespace: Annotated[str, _SHORT]
    checksum: Annotated[str, _SHORT]
    metadata: About


class TurnedAway(Exception):
    """The ask isn't answered; `rejection` says why, and `status` is HTTP's."""

    def __init__(self, rejection: Rejection, status: int) -> None:
        super().__init__(rejection.code)
        self.rejection = rejection
        self.status = status


@dataclass(frozen=True)
class RolloutHook:
    """What the endpoints work with. `tokens` are by cluster, and each lets in, for a rotation."""

    tokens: Mapping[str, Sequence[SecretStr]]
    registries: Registries
    incidents: Incidents
    reads: Repository
    ledger: Ledger
    rederiving: Rederiving
    rejections: Rejections
    world: Callable[[], World]
    now: Callable[[], datetime]
    _said: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def answer(self, request: Request, cluster: str) -> Answer:
        """What the cluster may do. Raises TurnedAway, Retryable or Permanent."""
        ask = self.read(await read_payload(request, MAX_BODY_BYTES), request.headers, cluster)
        terms = self.world().bundle.services.get(ask.service)
        if terms is None or not belongs(ask, terms):
            raise TurnedAway(ELSEWHERE, 403)
        going = [id for id, _ in await self.reads.versions(KIND, GOING) if id.endswith(ask.mark)]
        if going and (state := await self.reads.find(Release, going[-1])):
            return await self._about(state)
        standing = await self.reads.in_status(Release, KIND, STANDING)
        key = key_of(ask, standing, self.world().bundle.digest)
        if subject := await self.reads.decided_as(key):
            return answer_to(await self.reads.find(Release, subject))
        if not await is_known(self.registries, terms, ask.version):
            return Answer("refused", f"{terms.title} has no version {ask.version}, so it wasn't proposed.")
        command, actor = proposal_of(ask, self.now()), Actor.machine(terms.target.machine)
        outcome = await self.ledger.handle(command, actor, SURFACE, key)
        if outcome.refusal:
            return Answer("refused", outcome.refusal.sentence)
        subject = outcome.subject if outcome.events else await self.reads.decided_as(key)
        return answer_to(await self.reads.find(Release, subject or outcome.subject))

    def read(self, body: bytes | None, headers: Mapping[str, str], cluster: str) -> Ask:
        """The ask of a cluster whose token is there. Raises TurnedAway."""
        if body is None:
            raise TurnedAway(UNLIKE, 413)
        try:
            asked = Asked.model_validate_json(body)
        except ValidationError:
            raise TurnedAway(UNLIKE, 400) from None
        given = headers.get("authorization", "").removeprefix("Bearer ").encode()
        if asked.metadata.token is not None:
            given = asked.metadata.token.get_secret_value().encode()
        known = [one.get_secret_value().encode() for one in self.tokens.get(cluster, ())]
        if not any(hmac.compare_digest(given, one) for one in known):
            raise TurnedAway(NOT_IN, 401)
        about, rollout = asked.metadata, f"{asked.namespace}/{asked.name}"
        return Ask(cluster, rollout, asked.checksum, about.service, about.version, about.attempt)

    async def _about(self, state: Release) -> Answer:
        """A yes only if the log bears the release out, and nothing stops it now."""
        answer = answer_to(state)
        if answer.verdict != "approved":
            return answer
        _, stopping = await self.incidents.on(state.terms.service)
        if why := stopped(state, self.world(), self.now(), stopping):
            return Answer("waiting", why)
        if why := await self.rederiving.doubt(WORKFLOW, Release, state):
            return Answer("waiting", why)
        return answer

    async def reject(self, rejection: Rejection, request: Request, cluster: str) -> None:
        """Record a rejection, once an hour for the same cause: whoever asks wrongly asks every few seconds."""
        cause, now = (rejection.code, f"{address_of(request)} {cluster[:63]}"), self.now()
        for old in [one for one, at in self._said.items() if now - at >= SAID_AGAIN_AFTER]:
            del self._said[old]
        if cause not in self._said:
            self._said[cause] = now
            await self.rejections.reject(rejection, address_of(request))


def router(hook: RolloutHook) -> APIRouter:
    """Both routes. They differ in how they say the same."""
    routes = APIRouter()

    async def answered(request: Request, cluster: str) -> tuple[int, Answer]:
        try:
            return 200, await hook.answer(request, cluster)
        except TurnedAway as turned:
            await hook.reject(turned.rejection, request, cluster)
            return turned.status, Answer("refused", turned.rejection.sentence)
        except (Retryable, Permanent) as error:
            return 503, Answer("waiting", str(error))

    @routes.post(f"{PATH}/confirm")
    async def confirm(request: Request, cluster: str) -> Response:
        status, answer = await answered(request, cluster)
        if status == 200 and answer.verdict != "approved":
            status = 403
        return PlainTextResponse(f"{answer.sentence}\n", status)

    @routes.post(f"{PATH}/verdict")
    async def verdict(request: Request, cluster: str) -> Response:
        status, answer = await answered(request, cluster)
        return JSONResponse({"verdict": answer.verdict, "detail": answer.sentence}, status)

    return routes
