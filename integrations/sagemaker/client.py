"""Calls of Amazon SageMaker's API, each signed by Signature Version 4.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/. The file of the access key is read for each call, so a rotated
key, or the session of a role that something renews, needs no restart.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from integrations.aws_signature import sign
from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from integrations.json_answers import built_as_documented, is_passing, json_object
from workflows.ports import Permanent, Retryable

SERVICE = "sagemaker"
MEDIA = "application/x-amz-json-1.1"
ANSWER_SECONDS = 15.0
MAX_ANSWER_BYTES = 4 << 20
PER_PAGE = 100
MAX_VERSIONS = 1_000
"""Model packages of a group that are read."""
INVALID = "SageMaker sent an invalid answer."
ABSENT = ("ValidationException", "ResourceNotFound", "ResourceNotFoundException")
"""How SageMaker says that there is no such group or package; its request was built as documented."""
BUSY = (
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
)
CLASHES = ("ConflictException",)
"""Somebody else is changing the same package."""


class Missing(Permanent):
    """SageMaker knows no such group or package."""


@dataclass(frozen=True)
class AmazonLogin:
    """The region, and the file of an access key: its id, its secret and, of a role, the session's token, on lines."""

    region: str
    keys: Path

    def read(self) -> tuple[tuple[str, str], str | None]:
        """Id and secret, and the session's token. Raises Permanent if the file can't be read."""
        try:
            id, secret, *session = self.keys.read_text().split()
        except (OSError, ValueError):
            id, secret, session = "", "", ["", ""]
        if len(session) > 1:
            raise Permanent(
                "SageMaker's access key can't be read. Ask an operator to check DAYPASS_SAGEMAKER_KEY_FILE."
            )
        return (id, secret), session[0] if session else None


class SageMaker:
    """The API at the address that the operator configured; no call goes anywhere else."""

    def __init__(
        self, client: httpx2.AsyncClient, url: str, login: AmazonLogin, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._url = f"{url.rstrip('/')}/"
        self._login = login
        self._now = now

    async def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        """What it answers. Raises Missing, Retryable or Permanent."""
        body = json.dumps(asked).encode()
        keys, session = self._login.read()
        headers = {"content-type": MEDIA, "x-amz-target": f"SageMaker.{operation}"}
        if session:
            headers["x-amz-security-token"] = session
        scope = (self._login.region, SERVICE)
        signed = sign("POST", self._url, headers, body, keys, scope, self._now())
        try:
            answer = await self._client.post(self._url, content=body, headers=signed)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "SageMaker") from None
        return _read(answer)

    async def packages(self, group: str, **only: str) -> list[Mapping[str, Any]]:
        """The group's model packages as they are listed, the newest first. Raises as `call` does; Permanent if too many."""
        found: list[Mapping[str, Any]] = []
        asked: dict[str, Any] = {
            "ModelPackageGroupName": group,
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": PER_PAGE,
            **only,
        }
        while len(found) <= MAX_VERSIONS:
            answer = await self.call("ListModelPackages", **asked)
            with plausible():
                found += list(answer["ModelPackageSummaryList"])
                following = answer.get("NextToken")
            if not following:
                with plausible():
                    return sorted(found, key=lambda one: -int(one["ModelPackageVersion"]))
            asked["NextToken"] = following
        raise Permanent(
            f"The group has more than {MAX_VERSIONS} model packages, which is more than Daypass reads."
        )


def plausible() -> Any:
    """Reading an answer that isn't built as SageMaker's are raises Permanent."""
    return built_as_documented(INVALID)


def _read(answer: httpx2.Response) -> dict[str, Any]:
    status, found = answer.status_code, json_object(answer.content)
    if status == 200:
        if found is None:
            raise Permanent(INVALID)
        return found
    said = str((found or {}).get("__type", "")).rpartition("#")[2].partition(":")[0]
    code = said if said.isalnum() and len(said) <= 60 else ""
    if is_passing(status) or code in (*BUSY, *CLASHES):
        raise Retryable(f"SageMaker is unavailable ({code or status}). Daypass tries again.")
    if code in ABSENT:
        raise Missing("SageMaker knows no such model package.")
    if status in (400, 401, 403) and code:
        raise Permanent(
            f"SageMaker refused the call ({code}). Ask an operator to check DAYPASS_SAGEMAKER_KEY_FILE and what the key may do."
        )
    raise Permanent(f"SageMaker answered with status {status}, which Daypass doesn't expect.")


@asynccontextmanager
async def open_sagemaker(
    url: str, login: AmazonLogin, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[SageMaker]:
    """SageMaker at this address, which needn't answer yet."""
    guard = Guard(reach.naming(url))
    async with guarded_client(guard, max_bytes=MAX_ANSWER_BYTES, seconds=ANSWER_SECONDS) as client:
        yield SageMaker(client, url, login, now)
