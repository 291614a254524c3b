"""`POST /github/webhook`: what GitHub wants to deploy (`deployment_protection_rule`). What isn't signed is refused.

Signatures: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries. The payload is only a hint where
to look: run, attempt and commit are read from the API that the operator configured, and nothing is sent to an address
that a payload names.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from bot.web.payload import answered, read_payload
from bot.web.rejections import Rejection, Rejections, address_of
from integrations.github.version import run_of_callback
from workflows.ledger.ledger import Ledger
from workflows.policy.schema.services import REPOSITORY
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.bypass import SURFACE
from workflows.releases.deployments import Deployable, Deployments, proposal_of
from workflows.workflow import Actor, World

PATH = "/github/webhook"
EVENT = "deployment_protection_rule"
MAX_BODY_BYTES = 4_000_000
"""Bytes of a delivery; GitHub's have at most 25 MB, and those of this event a few thousand for each pull request."""
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_DELIVERY = re.compile(r"[0-9A-Za-z-]{8,64}")
NOT_GITHUB = Rejection(
    "not-from-github", "A webhook wasn't signed with a secret that GitHub shares.", SURFACE
)
UNLIKE_GITHUB = Rejection("unlike-github", "A signed webhook isn't built as GitHub's are.", SURFACE)
ELSEWHERE = Rejection(
    "github-elsewhere", "A signed webhook names another host or repository to call.", SURFACE
)


@dataclass(frozen=True)
class Asked:
    """What a delivery is about; what it doesn't say is None."""

    repository: str
    environment: str | None
    run: int | None


class Unlike(Exception):
    """It isn't what GitHub sends; `rejection` says how."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.code)
        self.rejection = rejection


@dataclass(frozen=True)
class GitHubHook:
    """What the endpoint works with. `api` is the address of GitHub's API; each of `secrets` signs, for a rotation."""

    secrets: Sequence[SecretStr]
    api: str
    deployments: Deployments
    ledger: Ledger
    rejections: Rejections
    world: Callable[[], World]

    async def propose(self, asked: Asked, delivery: str) -> list[str]:
        """Propose what waits, in each service that it is about. Returns a sentence for each.

        Raises Retryable or Permanent if GitHub can't be asked.
        """
        said = []
        for terms in services_of(asked, self.world().bundle.services.values()):
            for found in await self._found(terms, asked):
                command = proposal_of(terms, found)
                actor = Actor.machine(terms.target.machine)
                outcome = await self.ledger.handle(
                    command, actor, SURFACE, command_id=f"github/{delivery}/{command.subject}"
                )
                refused = outcome.refusal.sentence if outcome.refusal else command.subject
                said.append(f"{terms.service}: {refused}")
        return said

    async def _found(self, terms: ReleaseTerms, asked: Asked) -> list[Deployable]:
        if asked.run is None:
            return await self.deployments.waiting(terms)
        found = await self.deployments.of_run(terms, asked.run)
        return [found] if found else []


def router(hook: GitHubHook) -> APIRouter:
    """The route. Nothing of a delivery is read before its signature is found right."""
    routes = APIRouter()

    @routes.post(PATH)
    async def deliver(request: Request) -> Response:
        body = await read_payload(request, MAX_BODY_BYTES)
        if body is None:
            return answered(413, "This is too large.")
        if not is_signed(body, request.headers.get("x-hub-signature-256", ""), hook.secrets):
            await hook.rejections.reject(NOT_GITHUB, address_of(request))
            return answered(401, "The signature is missing or wrong.")
        if request.headers.get("x-github-event") != EVENT:
            return answered(202, "Daypass has no use for this event.")
        try:
            delivery = request.headers.get("x-github-delivery", "")
            if not _DELIVERY.fullmatch(delivery):
                raise Unlike(UNLIKE_GITHUB)
            said = await hook.propose(read_delivery(body, hook.api), delivery)
        except Unlike as unlike:
            await hook.rejections.reject(unlike.rejection, address_of(request))
            return answered(400, unlike.rejection.sentence)
        except (Retryable, Permanent) as error:
            return answered(503, str(error))
        return answered(202, "\n".join(said) or "No service of the policy waits for this.")

    return routes


def is_signed(body: bytes, header: str, secrets: Sequence[SecretStr]) -> bool:
    """Whether one of the secrets signed exactly these bytes (HMAC-SHA256); compared in constant time."""
    if not _SIGNATURE.fullmatch(header):
        return False
    rights = [hmac.new(one.get_secret_value().encode(), body, hashlib.sha256) for one in secrets]
    return any(hmac.compare_digest(f"sha256={right.hexdigest()}", header) for right in rights)


def read_delivery(body: bytes, api: str) -> Asked:
    """What the delivery is about. Raises Unlike if it isn't built as GitHub's, or names another host or repository.

    Only `action`, `repository` and `sender` are sure to be there.
    """
    try:
        found = json.loads(body)
        action, repository = found["action"], found["repository"]["full_name"]
        environment, url = found.get("environment"), found.get("deployment_callback_url")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise Unlike(UNLIKE_GITHUB) from None
    if action != "requested" or not _is_repository(repository) or not isinstance(environment, str | None):
        raise Unlike(UNLIKE_GITHUB)
    if url is None:
        return Asked(repository, environment, None)
    if (run := run_of_callback(url, api, repository)) is None:
        raise Unlike(ELSEWHERE)
    return Asked(repository, environment, run)


def services_of(asked: Asked, services: Any) -> list[ReleaseTerms]:
    """The services of the bundle that this repository deploys to this environment; to any, if none is named."""
    return [
        terms
        for terms in services
        if terms.target.kind == "deployment"
        and terms.model.casefold() == asked.repository.casefold()
        and asked.environment in (None, terms.target.environment)
    ]


def _is_repository(name: object) -> bool:
    return isinstance(name, str) and REPOSITORY.fullmatch(name) is not None
