"""Asking from a pipeline: a small client of Daypass's own API that waits, tells how it goes, and ends by verdict."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

import httpx2
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential
from ulid import ULID

from workflows.ports import Permanent, Retryable

EVERY = 2.0
"""Seconds between two looks."""
PATIENCE = 60.0
"""Seconds for which a Daypass that doesn't answer is asked again."""
WITHIN = 40
"""Seconds in which an answer has to come: minting a credential takes the longest."""
_NOT_NOW = frozenset({429, 502, 503, 504})


class Verdict(IntEnum):
    """How a run ends, as an exit code. 1 is any error, 2 a wrong command line."""

    GRANTED = 0
    DENIED = 3
    OVER = 4
    """Lapsed, withdrawn, superseded, or ended meanwhile."""
    NOT_IN_TIME = 5


_VERDICTS: Mapping[str, Verdict] = {
    "active": Verdict.GRANTED,
    "live": Verdict.GRANTED,
    "evaluated": Verdict.GRANTED,
    "denied": Verdict.DENIED,
    "rejected": Verdict.DENIED,
    **dict.fromkeys(
        ("ending", "ended", "withdrawn", "lapsed", "superseded", "replaced", "rolling back", "rolled back"),
        Verdict.OVER,
    ),
}


@dataclass(frozen=True)
class Daypass:
    """Daypass's API at `client`'s base address; `token` is read anew for each call, for tokens are short-lived."""

    client: httpx2.Client
    token: Callable[[], str]

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Done once, even if it has to be sent again. Raises Permanent or Retryable."""
        return self._call("POST", path, body, {"Idempotency-Key": str(ULID())})

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        again = Retrying(
            retry=retry_if_exception_type(Retryable),
            stop=stop_after_delay(PATIENCE),
            wait=wait_random_exponential(multiplier=0.5, max=8),
            reraise=True,
        )
        answer: dict[str, Any] = again(self._once, method, path, body, headers)
        return answer

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {self.token()}"}
        try:
            answer = self.client.request(method, path, json=body, headers={**headers, **bearer})
        except httpx2.HTTPError as error:
            raise Retryable(f"Daypass at {self.client.base_url} doesn't answer: {error}.") from error
        if answer.status_code in _NOT_NOW:
            raise Retryable(_problem(answer))
        if answer.is_error:
            raise Permanent(_problem(answer))
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def daypass() -> Iterator[Daypass]:
    """The one that DAYPASS_URL and DAYPASS_TOKEN (or DAYPASS_TOKEN_FILE) name. Raises Permanent."""
    url = os.environ.get("DAYPASS_URL", "").rstrip("/")
    if not url:
        raise Permanent(
            "DAYPASS_URL is not set: give the address of Daypass, such as https://daypass.example."
        )
    with httpx2.Client(base_url=f"{url}/api/v1/", timeout=WITHIN) as client:
        yield Daypass(client, _token)


def wait(
    api: Daypass,
    path: str,
    until: float,
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Verdict, dict[str, Any]]:
    """Look at what was asked for until there is a verdict, or `clock` says that it is too late."""
    told = ""
    while True:
        found = api.get(path)
        news = _standing(found)
        if news != told:
            tell(f"{datetime.now(UTC):%H:%M:%S} {news}")
            told = news
        verdict = _VERDICTS.get(found["status"])
        if verdict is not None:
            return verdict, found
        if clock() >= until:
            return Verdict.NOT_IN_TIME, found
        sleep(min(EVERY, max(0.0, until - clock())))


def _standing(found: Mapping[str, Any]) -> str:
    """Where it stands, in one line."""
    reviews = ", ".join(f"{one['reviewer']}: {one['verdict']}" for one in found["reviews"])
    failing = [one["sentence"] for one in found.get("gates", []) if one["verdict"] != "passed"]
    parts = [
        found["status"],
        *([reviews] if reviews else []),
        *(failing if found["status"] == "proposed" else []),
        *([str(found["trouble"])] if found.get("trouble") else []),
        *([f"reason: {found['reason']}"] if found.get("reason") else []),
    ]
    return "; ".join(parts)


def _token() -> str:
    """Read at each call, so that whoever renews the file is heard."""
    file = os.environ.get("DAYPASS_TOKEN_FILE")
    try:
        token = Path(file).read_text() if file else os.environ.get("DAYPASS_TOKEN", "")
    except OSError as error:
        raise Permanent(f"DAYPASS_TOKEN_FILE: {file} can't be read: {error.strerror}.") from error
    if not token.strip():
        raise Permanent(
            "There is no token: give one in DAYPASS_TOKEN, or name a file that holds it in DAYPASS_TOKEN_FILE."
        )
    return token.strip()


def _problem(answer: httpx2.Response) -> str:
    """What the problem details say, or whatever came instead."""
    try:
        problem = answer.json()
        faults = "; ".join(f"{name}: {sentence}" for name, sentence in (problem.get("errors") or {}).items())
        said = str(problem["detail"])
        return f"{said} ({faults})" if faults and problem["code"] == "unreadable" else said
    except (ValueError, KeyError, AttributeError):
        return f"Daypass answered with {answer.status_code}, and not as its API does. Check DAYPASS_URL."
