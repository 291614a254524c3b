"""A stand-in for Kubernetes' API server, as far as it has Jobs: built as its documentation says, since no cluster runs here.

It lets nobody in without the token (401), shows Jobs of the namespaces that RBAC allows alone (403), and says with a
Status that there is no such Job (404). Conditions come as the Job controller sets them; a Job that is deleted in the
foreground is there until its pods are gone.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

import re
from datetime import UTC, datetime
from typing import Any

from tests.loopback import Call, Loopback, Reply, replied_json

_JOB = re.compile(r"/apis/batch/v1/namespaces/([^/]+)/jobs/([^/]+)")


class KubernetesJobApi(Loopback):
    """Every Job is in a namespace, and named `namespace/name`."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.jobs: dict[str, dict[str, Any]] = {}
        self.readable = {"training"}
        """Namespaces whose Jobs the token's account may get."""
        super().__init__()

    def reply(self, call: Call) -> Reply:
        return replied_json(*self.answer(call.path, call.headers.get("authorization")))

    def create(self, id: str) -> None:
        namespace, _, name = id.partition("/")
        self.jobs[id] = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "namespace": namespace,
                "name": name,
                "creationTimestamp": rfc3339(datetime.now(UTC)),
            },
            "spec": {"parallelism": 1, "completions": 1, "suspend": False},
            "status": {"active": 1, "ready": 1, "startTime": rfc3339(datetime.now(UTC))},
        }

    def condition(self, id: str, kind: str, at: datetime, holds: bool = True) -> None:
        """What the Job controller says of it, as of that moment."""
        said = {
            "type": kind,
            "status": "True" if holds else "False",
            "lastProbeTime": rfc3339(at),
            "lastTransitionTime": rfc3339(at),
        }
        status = self.jobs[id]["status"]
        others = [one for one in status.get("conditions", []) if one["type"] != kind]
        status["conditions"] = [*others, said]
        if kind == "Complete":
            status["completionTime"] = rfc3339(at)

    def answer(self, path: str, authorization: str | None) -> tuple[int, dict[str, Any]]:
        if authorization != f"Bearer {self.token}":
            return 401, status_of(401, "Unauthorized", {})
        found = _JOB.fullmatch(path)
        if found is None:
            return 404, status_of(404, "NotFound", {})
        namespace, name = found.groups()
        details = {"name": name, "group": "batch", "kind": "jobs"}
        if namespace not in self.readable:
            return 403, status_of(403, "Forbidden", details)
        job = self.jobs.get(f"{namespace}/{name}")
        return (200, job) if job else (404, status_of(404, "NotFound", details))


def status_of(code: int, reason: str, details: dict[str, str]) -> dict[str, Any]:
    """How the API server says no."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": reason,
        "reason": reason,
        "details": details,
        "code": code,
    }


def rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
