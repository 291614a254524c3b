"""Webhooks of the customer's own, signed by Standard Webhooks: what makes a version live, confirmed by reading back, and
what a playbook calls.

`POST call` with `{"service", "model", "version", "previous"}` (null: nothing) and the headers of
`integrations/standard_webhooks.py`. The same call may come twice, under another id each time, since what was live was read
in between. `GET read` answers `{"version": "7"}`, or null: what the service
says, and all that can be known of it.

The addresses are a bundle's, so they lead to private addresses only where the operator has named these.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2
from pydantic import SecretStr
from ulid import ULID

from integrations.http_client import explained
from integrations.json_answers import is_passing
from integrations.standard_webhooks import signed
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.performers import is_there

WEBHOOK_SECONDS = 15.0
"""In which a service has to have answered."""
MAX_VERSION_CHARS = 60


class WebhookTarget:
    """The `Target` of services that go live by a webhook."""

    def __init__(
        self, client: httpx2.AsyncClient, secrets: Sequence[SecretStr], now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._now = now

    async def live(self, terms: ReleaseTerms) -> str | None:
        return await read_live(self._client, terms.target.read)

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        about = {"service": terms.service, "model": terms.model, "version": to, "previous": found}
        body = json.dumps(about).encode()
        headers = _signed(body, self._secrets, f"msg_{ULID()}", self._now())
        await _asked(self._client, "POST", terms.target.call, content=body, headers=headers)
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"The service was told to serve version {to}, but {after or 'nothing'} is live. Daypass keeps trying."
            )


async def read_live(client: httpx2.AsyncClient, url: str) -> str | None:
    """What the service says is live at this address; None if nothing is. Raises Retryable or Permanent."""
    text = await _asked(client, "GET", url)
    try:
        answer = json.loads(text, parse_constant=_refused) if text else None
    except (ValueError, RecursionError):
        raise Permanent("The service's answer isn't valid JSON.") from None
    version = answer.get("version") if isinstance(answer, dict) else answer
    if version is not None and not _is_version(version):
        raise Permanent('The service didn\'t say what is live. It has to answer like {"version": "7"}.')
    return str(version) if version is not None else None


class Unsuccessful(Retryable):
    """The other side answered, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The service answered {status}. Daypass keeps trying.")
        self.status = status


class WebhookCaller:
    """The `Caller` of playbooks: `POST` with the body and `Idempotency-Key`, which is the message's id too."""

    def __init__(
        self, client: httpx2.AsyncClient, secrets: Sequence[SecretStr], now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._now = now

    async def call(self, url: str, body: Mapping[str, object], key: str) -> None:
        """Called until it answers with success. Raises Retryable, or Permanent if it says that the call is wrong."""
        data = json.dumps(dict(body)).encode()
        headers = {**_signed(data, self._secrets, key, self._now()), "Idempotency-Key": key}
        try:
            await _asked(self._client, "POST", url, content=data, headers=headers)
        except Unsuccessful as answer:
            if answer.status >= 400 and not is_passing(answer.status):
                raise Permanent(f"The webhook refused the call ({answer.status}).") from None
            raise


def _signed(body: bytes, secrets: Sequence[SecretStr], id: str, now: datetime) -> dict[str, str]:
    if not secrets:
        raise Permanent("The webhook secret isn't set. Ask an operator to set DAYPASS_WEBHOOK_SECRET.")
    return {"Content-Type": "application/json", **signed(body, secrets, id, now)}


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
