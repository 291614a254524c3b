"""Calls Daypass's API: once, even if it has to be sent again, and with a sentence for whatever goes wrong."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import httpx2

from daypass.errors import Away, DaypassError, NotSignedIn, Refused
from daypass.settings import MACHINE_REMEDY, Caller

WAIT_SECONDS = 60.0
"""Seconds for which a Daypass that doesn't answer is asked again."""
ANSWER_SECONDS = 40
"""Seconds in which an answer has to come: creating a credential takes the longest."""
MAX_WATCH_SECONDS = 50
"""Seconds for which one call waits for a change; proxies commonly give up after 60."""
MAX_PAUSE_SECONDS = 20.0
"""Seconds between two calls, whatever the other side asks for."""
_MAX_GROWING_PAUSE_SECONDS = 8.0
_NOT_NOW = frozenset({429, 502, 503, 504})
"""Also what proxies say; whatever else has a `Retry-After` may be sent again, too."""


@dataclass
class Daypass:
    """Daypass's API at `client`'s base address, and its console at `site`.

    `token` is read anew for each call, for tokens are short-lived. A call that isn't answered is sent again for
    `patience` seconds. `ahead` is by how much Daypass's clock was ahead of this computer's, in the last answer.
    """

    client: httpx2.Client
    site: str
    token: Callable[[], str] = field(repr=False)
    patience: float = WAIT_SECONDS
    is_machine: bool = True
    remedy: str = MACHINE_REMEDY
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Tell the time by Daypass's clock, by which access ends."""
        return datetime.now(UTC) + self.ahead

    def story(self, id: str) -> str:
        """Name the page where people read what has happened to it."""
        return f"{self.site}/stories/{id}"

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something. Raises DaypassError."""
        return self._call("GET", path, None, {}, query)

    def watch(self, path: str, tag: str, seconds: float) -> tuple[dict[str, Any] | None, str]:
        """Read something and its entity tag once it isn't any more what has this `tag`; None if nothing has changed.

        Waits for `seconds` at most, where Daypass can wait; the tag is empty where it can't. Raises DaypassError.
        """
        wanted = max(1, min(int(seconds), MAX_WATCH_SECONDS))
        headers = {"If-None-Match": tag, "Prefer": f"wait={wanted}"} if tag else {}
        answer = self._answered("GET", path, None, headers, {}, ANSWER_SECONDS + (wanted if tag else 0))
        known = answer.headers.get("ETag", "")
        return (None if answer.status_code == 304 else read_object(answer)), known

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Do something once, even if it has to be sent again. Raises DaypassError."""
        return self._call("POST", path, body, {"Idempotency-Key": str(uuid4())}, {})

    def delete(self, path: str) -> None:
        """End something. Raises DaypassError."""
        self._call("DELETE", path, None, {}, {})

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
    ) -> dict[str, Any]:
        answer = self._answered(method, path, body, headers, query)
        return read_object(answer) if answer.content else {}

    def _answered(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        within: float = ANSWER_SECONDS,
    ) -> httpx2.Response:
        until, pause = time.monotonic() + self.patience, 0.5
        while True:
            try:
                return self._once(method, path, body, headers, query, within)
            except Away as error:
                if time.monotonic() >= until:
                    raise
                asked = min(error.pause or 0.0, MAX_PAUSE_SECONDS)
                time.sleep(max(random.uniform(0, pause), asked))  # noqa: S311 (spreads calls, guards nothing)
                pause = min(2 * pause, _MAX_GROWING_PAUSE_SECONDS)

    def _once(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        within: float,
    ) -> httpx2.Response:
        sent = {**headers, "Authorization": f"Bearer {self.token()}"}
        try:
            answer = self.client.request(
                method, path, json=body, headers=sent, params=query or None, timeout=within
            )
        except httpx2.HTTPError as error:
            raise Away(f"Daypass at {self.client.base_url} isn't responding: {error}.") from error
        self._note_time(answer)
        if answer.status_code in _NOT_NOW or "Retry-After" in answer.headers:
            raise _later(answer)
        if answer.is_error:
            raise self._fault(answer)
        return answer

    def _note_time(self, answer: httpx2.Response) -> None:
        try:
            said = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError):
            return
        # The header has whole seconds, so half of one is the likeliest rest.
        self.ahead = said + timedelta(seconds=0.5) - datetime.now(UTC)
        if abs(self.ahead) < timedelta(seconds=3):
            self.ahead = timedelta()

    def _fault(self, answer: httpx2.Response) -> DaypassError:
        said, code = problem_of(answer)
        if answer.status_code == 401:
            return NotSignedIn(f"{said} {self.remedy}")
        return Refused(said, code, answer.status_code)


@contextmanager
def opened(caller: Caller, patience: float = WAIT_SECONDS) -> Iterator[Daypass]:
    """Open the API for a caller."""
    with open_client(caller.url) as client:
        yield Daypass(client, caller.url, caller.token, patience, caller.is_machine, caller.remedy)


def open_client(url: str) -> httpx2.Client:
    """Open a client for the API of the Daypass at this address; it follows no redirect."""
    return httpx2.Client(base_url=f"{url}/api/v1/", timeout=ANSWER_SECONDS, follow_redirects=False)


def problem_of(answer: httpx2.Response) -> tuple[str, str]:
    """Return what the problem details say, and their code, or a sentence about whatever came instead."""
    try:
        problem = answer.json()
        faults = "; ".join(f"{name}: {sentence}" for name, sentence in (problem.get("errors") or {}).items())
        said, code = str(problem["detail"]), str(problem["code"])
        return (f"{said} ({faults})" if faults and code == "unreadable" else said), code
    except (ValueError, KeyError, AttributeError, TypeError):
        return (
            f"Got status {answer.status_code}, but not from Daypass's API. Check the address in DAYPASS_URL.",
            "",
        )


def read_object(answer: httpx2.Response) -> dict[str, Any]:
    """Return the answer's JSON object. Raises Refused if it has none."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        said, code = problem_of(answer)
        raise Refused(said, code, answer.status_code)
    return found


def _later(answer: httpx2.Response) -> Away:
    asked = answer.headers.get("Retry-After", "")
    return Away(problem_of(answer)[0], float(asked) if asked.isdecimal() else None)
