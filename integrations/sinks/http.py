"""Any address that takes a checkpoint by HTTP, and may show what it keeps.

`POST` sends the signed note as text (https://c2sp.org/tlog-checkpoint); the same one may come again, and is the same to the
byte. `GET` of the same address may answer with a text that holds the newest notes, which Daypass reads before it signs.
"""

from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr

from integrations.egress import Reach
from integrations.http_client import Guard, bearer, explained, guarded_client
from integrations.json_answers import is_passing
from workflows.audit.sequencer import Head
from workflows.policy.hosts import is_loopback
from workflows.ports import Permanent, Retryable

SECONDS = 15.0
MAX_ANSWER_BYTES = 1 << 20
SHOWS_NOTHING = (404, 405, 501)
TOKEN = "token="
"""In an address's fragment, which isn't sent: the file that has the bearer token."""


class HttpSink:
    """One address. `token` is a file with the bearer token, if it wants one; it is read each time."""

    def __init__(self, url: str, token: Path | None) -> None:
        self.where = f"the receiver {urlsplit(url).hostname}"
        self._url = url
        self._token = token
        self._last = ""

    async def keep(self, head: Head) -> None:
        """Send the checkpoint, unless it was the last one sent. Raises Retryable or Permanent."""
        if head.note == self._last:
            return
        answer = await self._call("POST", head.note.encode())
        self._expect(answer)
        self._last = head.note

    async def kept(self) -> list[str]:
        """What it shows; nothing if it shows nothing. Raises Retryable or Permanent."""
        answer = await self._call("GET")
        if answer.status_code in SHOWS_NOTHING:
            return []
        self._expect(answer)
        return [answer.text]

    async def _call(self, method: str, body: bytes = b"") -> httpx2.Response:
        headers = {"Content-Type": "text/plain; charset=utf-8"} if body else {}
        if self._token:
            try:
                headers |= bearer(SecretStr(self._token.read_text().strip()))
            except (OSError, ValueError):
                raise Permanent(
                    f"{self._token} can't be read. It has to have the token of {self.where}."
                ) from None
        guard = Guard(Reach().naming(self._url))
        try:
            async with guarded_client(guard, max_bytes=MAX_ANSWER_BYTES, seconds=SECONDS) as client:
                return await client.request(method, self._url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, self.where.capitalize()) from None

    def _expect(self, answer: httpx2.Response) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        said = f"{self.where.capitalize()} answered with status {status}."
        if is_passing(status):
            raise Retryable(f"{said} Daypass tries again.")
        raise Permanent(f"{said} Check its address and its token.")


def open_http(url: str) -> HttpSink:
    """A sink at `https://log.example/checkpoints#token=/run/secrets/token`. Raises ValueError if it can't be one."""
    parts = urlsplit(url)
    token = Path(parts.fragment.removeprefix(TOKEN)) if parts.fragment.startswith(TOKEN) else None
    if (
        not parts.hostname
        or parts.username
        or (parts.fragment and (token is None or not token.is_absolute()))
    ):
        raise ValueError(
            "an https:// sink needs a host, and #token=/a/file for a token; logins aren't allowed"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("an http:// sink would be readable on the network; use https://")
    return HttpSink(url.partition("#")[0], token)
