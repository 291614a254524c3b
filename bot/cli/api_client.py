"""A small client of Daypass's API for pipelines: it asks, waits, reports progress and ends with a verdict."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from typing import Any

import httpx2
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)
from ulid import ULID

from bot.settings import PipelineSettings, read_pipeline_settings
from workflows.ports import Permanent, Retryable

EVERY = 2.0
"""Seconds between two looks."""
WAIT_SECONDS = 60.0
"""Seconds for which a Daypass that doesn't answer is asked again."""
WITHIN = 40
"""Seconds in which an answer has to come: minting a credential takes the longest."""
MAX_PAUSE_SECONDS = 20.0
"""Seconds between two calls, whatever the other side asks for."""
_NOT_NOW = frozenset({429, 502, 503, 504})
"""Also what proxies say; whatever else has a `Retry-After` may be sent again, too."""


class ExitVerdict(IntEnum):
    """How a run ends, as an exit code. 1 is any error, 2 a wrong command line."""

    GRANTED = 0
    DENIED = 3
    OVER = 4
    """Lapsed, withdrawn, superseded, or ended meanwhile."""
    NOT_IN_TIME = 5


_VERDICTS: Mapping[str, ExitVerdict] = {
    "active": ExitVerdict.GRANTED,
    "live": ExitVerdict.GRANTED,
    "evaluated": ExitVerdict.GRANTED,
    "denied": ExitVerdict.DENIED,
    "rejected": ExitVerdict.DENIED,
    **dict.fromkeys(
        ("ending", "ended", "withdrawn", "lapsed", "superseded", "replaced", "rolling back", "rolled back"),
        ExitVerdict.OVER,
    ),
}


@dataclass(frozen=True)
class Daypass:
    """Daypass's API at `client`'s base address, and its console at `site`.

    `token` is read anew for each call, for tokens are short-lived. A call that isn't answered is sent again for
    `patience` seconds.
    """

    client: httpx2.Client
    site: str
    token: Callable[[], str]
    patience: float = WAIT_SECONDS

    def story(self, id: str) -> str:
        """Where people read what has happened to it."""
        return f"{self.site}/stories/{id}"

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
            stop=stop_after_delay(self.patience),
            wait=_pause,
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
            raise Retryable(f"Daypass at {self.client.base_url} isn't responding: {error}.") from error
        if answer.status_code in _NOT_NOW or "Retry-After" in answer.headers:
            raise _later(answer)
        if answer.is_error:
            raise Permanent(_problem(answer))
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def daypass() -> Iterator[Daypass]:
    """The one that DAYPASS_URL and DAYPASS_TOKEN (or DAYPASS_TOKEN_FILE) name. Raises SettingsError."""
    settings = read_pipeline_settings()
    site = str(settings.daypass_url).rstrip("/")
    with httpx2.Client(base_url=f"{site}/api/v1/", timeout=WITHIN) as client:
        yield Daypass(client, site, partial(_token, settings))


def wait(
    api: Daypass,
    path: str,
    until: float,
    tell: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[ExitVerdict, dict[str, Any]]:
    """Look at what was asked for until there is a verdict, or `clock` says that it is too late.

    A Daypass that is away is waited for as long. Raises Permanent, or Retryable if it is away at the end.
    """
    told = ""
    while True:
        try:
            found = api.get(path)
        except Retryable as error:
            if clock() >= until:
                raise
            tell(f"{datetime.now(UTC):%H:%M:%S} {error}")
            continue
        news = _standing(found)
        if news != told:
            tell(f"{datetime.now(UTC):%H:%M:%S} {news}")
            told = news
        verdict = _VERDICTS.get(found["status"])
        if verdict is not None:
            return verdict, found
        if clock() >= until:
            return ExitVerdict.NOT_IN_TIME, found
        sleep(min(EVERY, max(0.0, until - clock())))


def not_yet(found: Mapping[str, Any]) -> str:
    """What to say of what isn't usable when the wait is over."""
    if found["status"] == "scheduled":
        return f"Approved. It starts at {_moment(found['grant']['starts_at'])}."
    return f"No decision yet. The request expires at {found['lapses_at']}."


def _standing(found: Mapping[str, Any]) -> str:
    """Where it stands, in one line."""
    reviews = ", ".join(f"{one['name']}: {one['verdict']}" for one in found["reviews"])
    awaited = ", ".join(sorted(found["waits_for"].values()))
    failing = [one["sentence"] for one in found.get("gates", []) if one["verdict"] != "passed"]
    parts = [
        found["status"],
        *([reviews] if reviews else []),
        *([f"waiting for {awaited}", f"expires at {_moment(found['lapses_at'])}"] if awaited else []),
        *([f"starts at {_moment(found['grant']['starts_at'])}"] if found["status"] == "scheduled" else []),
        *([f"ends at {_moment(found['grant']['ends_at'])}"] if found["status"] == "active" else []),
        *(failing if found["status"] == "proposed" else []),
        *([str(found["trouble"])] if found.get("trouble") else []),
        *([f"reason: {found['reason']}"] if found.get("reason") else []),
    ]
    return "; ".join(parts)


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _pause(state: RetryCallState) -> float:
    """Longer from time to time, and never shorter than the other side asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause or 0.0 if isinstance(error, Retryable) else 0.0
    return max(wait_random_exponential(multiplier=0.5, max=8)(state), min(asked, MAX_PAUSE_SECONDS))


def _later(answer: httpx2.Response) -> Retryable:
    later = Retryable(_problem(answer))
    asked = answer.headers.get("Retry-After", "")
    later.pause = float(asked) if asked.isdecimal() else None
    return later


def _token(settings: PipelineSettings) -> str:
    """Read at each call, so that whoever renews the file is heard. Raises Permanent."""
    file = settings.daypass_token_file
    try:
        given = settings.daypass_token.get_secret_value() if settings.daypass_token else ""
        token = file.read_text() if file else given
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it isn't text"
        raise Permanent(f"DAYPASS_TOKEN_FILE: {file} can't be read: {why}.") from error
    if not token.strip():
        raise Permanent(f"{file or 'DAYPASS_TOKEN'} is empty. Put a machine's token in it.")
    return token.strip()


def _problem(answer: httpx2.Response) -> str:
    """What the problem details say, or whatever came instead."""
    try:
        problem = answer.json()
        faults = "; ".join(f"{name}: {sentence}" for name, sentence in (problem.get("errors") or {}).items())
        said = str(problem["detail"])
        if answer.status_code == 401:
            return f"{said} Get a new token; DAYPASS_TOKEN_FILE is read again on every call."
        return f"{said} ({faults})" if faults and problem["code"] == "unreadable" else said
    except (ValueError, KeyError, AttributeError):
        return f"Got status {answer.status_code}, but not from Daypass's API. Check DAYPASS_URL."
