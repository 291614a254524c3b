"""Jobs of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/).

A Job is over when it has the condition Complete or Failed, or is being deleted. One that is suspended goes on: it can be
resumed.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from integrations.egress import Reach
from integrations.http_client import Guard, explained, guarded_client
from integrations.json_answers import is_passing, json_object, moment
from integrations.runs.kind import RunAddress, RunKind
from workflows.access.runs import KUBERNETES, RunReading, Runs
from workflows.ports import Permanent, Retryable

SYSTEM = "Kubernetes"
MAX_JOB_BYTES = 1 << 20
ANSWER_SECONDS = 8.0
OVER = ("Complete", "Failed")
_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?"
_JOB = re.compile(rf"(?P<namespace>{_NAME})/(?P<name>{_NAME})")
_DENIED = {
    401: "Kubernetes doesn't accept Daypass's token. Ask an operator to renew it.",
    403: "Kubernetes doesn't let Daypass read Jobs in the namespace {namespace}. "
    "Ask an operator to allow its account to get them.",
}


class KubernetesJobs:
    """The Jobs of one cluster, as far as Daypass's account may read them."""

    def __init__(self, client: httpx2.AsyncClient, url: str, token_file: Path | None) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._token_file = token_file

    async def read(self, id: str) -> RunReading:
        """Read the Job named `namespace/name`. Raises Retryable or Permanent."""
        named = _JOB.fullmatch(id)
        if named is None:
            return RunReading("missing")
        url = f"{self._url}/apis/batch/v1/namespaces/{named['namespace']}/jobs/{named['name']}"
        try:
            answer = await self._client.get(url, headers=await self._headers())
        except httpx2.HTTPError as error:
            raise explained(error, SYSTEM) from None
        found = json_object(answer.content) or {}
        if answer.status_code == 404 and _no_such_job(found):
            return RunReading("missing")
        if answer.status_code == 200 and found.get("kind") == "Job":
            return reading_of(found)
        raise _refusal(answer.status_code, named["namespace"])

    async def _headers(self) -> Mapping[str, str]:
        """With the token as it is now: the cluster renews it about once an hour."""
        if self._token_file is None:
            return {}
        try:
            token = await asyncio.to_thread(self._token_file.read_text)
        except (OSError, UnicodeError):
            raise Retryable("Daypass can't read its token for Kubernetes. Ask an operator.") from None
        return {"Authorization": f"Bearer {token.strip()}"}


def reading_of(job: Mapping[str, Any]) -> RunReading:
    """What a Job's own object says of it."""
    metadata, status = _mapping(job.get("metadata")), _mapping(job.get("status"))
    holding = {
        str(one.get("type")): one
        for one in map(_mapping, _sequence(status.get("conditions")))
        if one.get("status") == "True"
    }
    for kind in OVER:
        if kind in holding:
            return RunReading("over", kind, _moment(holding[kind].get("lastTransitionTime")))
    if metadata.get("deletionTimestamp"):
        return RunReading("over", "Deleted", _moment(metadata["deletionTimestamp"]))
    return RunReading("running", "Suspended" if "Suspended" in holding else "Running")


def _no_such_job(found: Mapping[str, Any]) -> bool:
    """Whether it is the API server that says so, and of a Job: any other server may answer 404 to anything."""
    details = _mapping(found.get("details"))
    return (
        found.get("kind") == "Status" and found.get("reason") == "NotFound" and details.get("kind") == "jobs"
    )


def _refusal(status: int, namespace: str) -> Retryable | Permanent:
    if status in _DENIED:
        return Permanent(_DENIED[status].format(namespace=namespace))
    if is_passing(status):
        return Retryable(f"{SYSTEM} is unavailable right now ({status}).")
    return Permanent(
        f"{SYSTEM} sent a response that Daypass can't use ({status}). Ask an operator to check its address."
    )


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _sequence(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _moment(said: Any) -> datetime | None:
    """The moment of an RFC 3339 text; None for what isn't one."""
    try:
        return moment(str(said))
    except ValueError:
        return None


@asynccontextmanager
async def _open(address: RunAddress, reach: Reach) -> AsyncIterator[Runs]:
    guard = Guard(reach.naming(address.url), address.authorities)
    async with guarded_client(guard, max_bytes=MAX_JOB_BYTES, seconds=ANSWER_SECONDS) as client:
        yield KubernetesJobs(client, address.url, address.token_file)


KUBERNETES_JOBS = RunKind(KUBERNETES, _open)
