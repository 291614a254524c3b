"""Webhooks of the customer's own, signed with HMAC: what makes a version live, confirmed by reading back, and
what a playbook calls.

`POST call` with `{"service", "model", "version", "previous"}` (null: nothing), headers
`X-Daypass-Timestamp` (Unix seconds) and `X-Daypass-Signature: v1=<hex>`, HMAC-SHA256 over
`<timestamp>.<body>`. The same call may come twice. `GET read` answers `{"version": "7"}`, or null: what the service
says, and all that can be known of it.

The addresses are a bundle's, so they lead to private addresses only where the operator has named these.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx2
from pydantic import SecretStr

from integrations.http_client import explained
from integrations.json_answers import is_passing
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.performers import is_there

WEBHOOK_SECONDS = 15.0
"""In which a service has to have answered."""
MAX_VERSION_CHARS = 60


class WebhookTarget:
    """The `Target` of services that go live by a webhook."""

    def __init__(
        self, client: httpx2.AsyncClient, secret: SecretStr | None, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._secret = secret
        self._now = now

    async def live(self, terms: ReleaseTerms) -> str | None:
        answer = await self._ask("GET", terms.target.read)
        version = answer.get("version") if isinstance(answer, dict) else answer
        if version is not None and not _is_version(version):
            raise Permanent('The service didn\'t say what is live. It has to answer like {"version": "7"}.')
        return version

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        about = {"service": terms.service, "model": terms.model, "version": to, "previous": found}
        body = json.dumps(about).encode()
        await self._ask(
            "POST", terms.target.call, content=body, headers=_signed(body, self._secret, self._now())
        )
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"The service was told to serve version {to}, but {after or 'nothing'} is live. Daypass keeps trying."
            )

    async def _ask(self, method: str, url: str, **options: Any) -> Any:
        text = await _asked(self._client, method, url, **options)
        try:
            return json.loads(text, parse_constant=_refused) if text else None
        except (ValueError, RecursionError):
            raise Permanent("The service's answer isn't valid JSON.") from None


class Unsuccessful(Retryable):
    """The other side answered, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The service answered {status}. Daypass keeps trying.")
        self.status = status


class WebhookCaller:
    """The `Caller` of playbooks: `POST` with the body and `Idempotency-Key`, signed in the same way."""

    def __init__(
        self, client: httpx2.AsyncClient, secret: SecretStr | None, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._secret = secret
        self._now = now

    async def call(self, url: str, body: Mapping[str, object], key: str) -> None:
        """Called until it answers with success. Raises Retryable, or Permanent if it says that the call is wrong."""
        data = json.dumps(dict(body)).encode()
        headers = {**_signed(data, self._secret, self._now()), "Idempotency-Key": key}
        try:
            await _asked(self._client, "POST", url, content=data, headers=headers)
        except Unsuccessful as answer:
            if answer.status >= 400 and not is_passing(answer.status):
                raise Permanent(f"The webhook refused the call ({answer.status}).") from None
            raise


def _signed(body: bytes, secret: SecretStr | None, now: datetime) -> dict[str, str]:
    if secret is None:
        raise Permanent("The webhook secret isn't set. Ask an operator to set DAYPASS_WEBHOOK_SECRET.")
    timestamp = str(int(now.timestamp()))
    signed = hmac.new(secret.get_secret_value().encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "X-Daypass-Timestamp": timestamp,
        "X-Daypass-Signature": f"v1={signed.hexdigest()}",
    }


async def _asked(client: httpx2.AsyncClient, method: str, url: str, **options: Any) -> bytes:
    try:
        answer = await client.request(method, url, **options)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise explained(error, "The service") from None
    if answer.status_code >= 300:
        raise Unsuccessful(answer.status_code)
    return answer.content


def _is_version(found: object) -> bool:
    return isinstance(found, str) and len(found) <= MAX_VERSION_CHARS and found.isprintable()


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} isn't JSON")
