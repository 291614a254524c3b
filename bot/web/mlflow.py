"""`POST /mlflow/webhook`: something happened in MLflow's registry. What isn't signed, or is old, is refused.

Signatures: https://mlflow.org/docs/latest/ml/webhooks/; those of Standard Webhooks under other headers, with a secret that is
taken as it stands. A payload is only a hint where to look: nothing of it is taken over,
and Daypass looks at MLflow itself, sooner than it would have. What isn't delivered is found by looking as always.
"""

import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr
from standardwebhooks import Webhook

from bot.web.payload import answered, read_payload
from bot.web.rejections import Rejection, Rejections, address_of
from workflows.policy.terms.releases import MLFLOW_SOURCES
from workflows.workflow import World

PATH = "/mlflow/webhook"
SURFACE = "mlflow"
MAX_BODY_BYTES = 1_000_000
"""Bytes of a delivery; a prompt's whole text is in it."""
MAX_AGE = timedelta(minutes=5)
"""How far its time may be from ours, either way."""
MAX_DELIVERIES = 10_000
"""Ids of deliveries that are remembered; each is forgotten when it has become too old to be taken."""
_DELIVERY = re.compile(r"[0-9A-Za-z-]{8,64}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
NOT_MLFLOW = Rejection(
    "not-from-mlflow", "A webhook wasn't signed with a secret that MLflow shares.", SURFACE
)
TOO_OLD = Rejection("old-from-mlflow", "A signed webhook is more than five minutes old, or early.", SURFACE)
UNLIKE_MLFLOW = Rejection("unlike-mlflow", "A signed webhook isn't built as MLflow's are.", SURFACE)


@dataclass(frozen=True)
class Delivery:
    """A delivery's headers, and its body as it came."""

    id: str
    timestamp: str
    signature: str
    body: bytes


@dataclass
class MLflowHook:
    """What the endpoint works with. Each of `secrets` signs, for a rotation; `look` has the registry looked at now."""

    secrets: Sequence[SecretStr]
    look: Callable[[], None]
    rejections: Rejections
    world: Callable[[], World]
    now: Callable[[], datetime]
    _seen: dict[str, datetime] = field(default_factory=dict)

    def is_repeated(self, id: str) -> bool:
        """Whether this delivery was taken before; it counts as taken from now on."""
        now = self.now()
        for old in [one for one, at in self._seen.items() if now - at > 2 * MAX_AGE]:
            del self._seen[old]
        known = id in self._seen
        if not known and len(self._seen) < MAX_DELIVERIES:
            self._seen[id] = now
        return known

    def is_released(self, name: str) -> bool:
        """Whether a service of the policy has this model or prompt."""
        services = self.world().bundle.services.values()
        return any(one.source in MLFLOW_SOURCES and one.model == name for one in services)


def router(hook: MLflowHook) -> APIRouter:
    """The route. Nothing of a delivery is read before its signature is found right."""
    routes = APIRouter()

    async def reject(request: Request, status: int, rejection: Rejection) -> Response:
        await hook.rejections.reject(rejection, address_of(request))
        return answered(status, rejection.sentence)

    @routes.post(PATH)
    async def deliver(request: Request) -> Response:
        body = await read_payload(request, MAX_BODY_BYTES)
        if body is None:
            return answered(413, "This is too large.")
        delivery = _delivery(request, body)
        if rejection := refusal(delivery, hook.secrets, hook.now()):
            return await reject(request, 401, rejection)
        if (name := model_named(body)) is None:
            return await reject(request, 400, UNLIKE_MLFLOW)
        if hook.is_repeated(delivery.id):
            return answered(200, "This was delivered before.")
        if not hook.is_released(name):
            return answered(202, "No service of the policy releases this.")
        hook.look()
        return answered(202, "Daypass looks at MLflow now.")

    return routes


def refusal(delivery: Delivery, secrets: Sequence[SecretStr], now: datetime) -> Rejection | None:
    """Why it isn't taken; None if one of the secrets signed exactly this id, time and body, just now."""
    if not is_signed(delivery, secrets):
        return NOT_MLFLOW
    apart = abs(now.timestamp() - int(delivery.timestamp))
    return None if apart <= MAX_AGE.total_seconds() else TOO_OLD


def is_signed(delivery: Delivery, secrets: Sequence[SecretStr]) -> bool:
    """Whether one of the secrets signed it (HMAC-SHA256 over `id.timestamp.body`); compared in constant time."""
    if not (_DELIVERY.fullmatch(delivery.id) and _TIMESTAMP.fullmatch(delivery.timestamp)):
        return False
    try:
        body = delivery.body.decode()
    except UnicodeDecodeError:
        return False
    at = datetime.fromtimestamp(int(delivery.timestamp), UTC)
    rights = [Webhook(one.get_secret_value().encode()).sign(delivery.id, at, body) for one in secrets]
    given = delivery.signature.encode()
    return any(hmac.compare_digest(right.encode(), given) for right in rights)


def model_named(body: bytes) -> str | None:
    """The name of the model or prompt that it is about; None if it isn't built as MLflow's."""
    try:
        found = json.loads(body)
        entity, action, name = found["entity"], found["action"], found["data"]["name"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return name if all(isinstance(one, str) for one in (entity, action, name)) else None


def _delivery(request: Request, body: bytes) -> Delivery:
    told = request.headers
    return Delivery(
        told.get("x-mlflow-delivery-id", ""),
        told.get("x-mlflow-timestamp", ""),
        told.get("x-mlflow-signature", ""),
        body,
    )
