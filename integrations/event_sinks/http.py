"""Events by HTTP: as a JSON array to any address, or to a Splunk HTTP Event Collector.

https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2
from pydantic import SecretStr

from integrations.event_sinks.kind import Encode, EventSinkKind
from integrations.http_client import basic, bearer, explained
from integrations.json_answers import is_passing, seconds_to_wait
from workflows.audit.forwarding.sink import Placed, Rejected
from workflows.policy.hosts import is_loopback
from workflows.ports import Permanent, Retryable

COLLECTOR = "/services/collector/event"
SOURCE_TYPE = "daypass:ocsf"
SETTINGS = (401, 403, 404, 405, 407, 410)
"""Answers that are about the address or the login, and not about an event."""


class HttpEvents:
    """Sends batches. The receiver has them when it answers with a status of 200 to 299."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str], encode: Encode, client: httpx2.AsyncClient
    ) -> None:
        self.name = name
        self._url = url
        self._headers = headers
        self._encode = encode
        self._client = client

    async def send(self, events: Sequence[Placed]) -> None:
        """Send them in one request. Raises Retryable, Rejected or Permanent."""
        try:
            answer = await self._client.post(self._url, content=self._body(events), headers=self._headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, "The receiver") from None
        status = answer.status_code
        if 200 <= status < 300:
            return
        if is_passing(status):
            later = Retryable(f"The receiver answered with status {status}.")
            later.pause = seconds_to_wait(answer.headers.get("retry-after"))
            raise later
        if status in SETTINGS or 300 <= status < 400:
            raise Permanent(f"The receiver answered with status {status}. Check the address and its login.")
        raise Rejected(f"The receiver answered with status {status}.")

    def _body(self, events: Sequence[Placed]) -> bytes:
        return json.dumps([self._encode(one) for one in events], ensure_ascii=False).encode()


class SplunkEvents(HttpEvents):
    """The same, as the collector wants it: objects one after another, each with its own time."""

    def _body(self, events: Sequence[Placed]) -> bytes:
        return "\n".join(
            json.dumps(
                {
                    "time": one.at.timestamp(),
                    "source": "daypass",
                    "sourcetype": SOURCE_TYPE,
                    "event": self._encode(one),
                },
                ensure_ascii=False,
            )
            for one in events
        ).encode()


def _fault(url: str) -> str | None:
    parts = urlsplit(url)
    try:
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        port_is_right = False
    if not parts.hostname or parts.fragment or not port_is_right:
        return "has no host that Daypass understands"
    if parts.scheme.endswith("http") and not is_loopback(parts.hostname):
        return "would send the log unencrypted; use https"
    return None


def _splunk_fault(url: str) -> str | None:
    parts = urlsplit(url)
    if not parts.username or parts.password:
        return "has no token; write splunk://TOKEN@splunk.example:8088"
    return _fault(url)


def _plain(url: str, scheme: str, path: str | None = None) -> str:
    """The address without its login."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((scheme, host, path or parts.path or "/", parts.query, ""))


def _login(url: str) -> Mapping[str, str]:
    parts = urlsplit(url)
    if parts.username is None:
        return {}
    user = unquote(parts.username)
    if parts.password is None:
        return bearer(SecretStr(user))
    return basic(user, SecretStr(unquote(parts.password)))


def _open_http(name: str, url: str, encode: Encode, client: httpx2.AsyncClient) -> HttpEvents:
    headers: dict[str, Any] = {"Content-Type": "application/json", **_login(url)}
    return HttpEvents(name, _plain(url, urlsplit(url).scheme), headers, encode, client)


def _open_splunk(name: str, url: str, encode: Encode, client: httpx2.AsyncClient) -> SplunkEvents:
    parts = urlsplit(url)
    scheme = "http" if parts.scheme == "splunk+http" else "https"
    path = COLLECTOR if parts.path in ("", "/") else parts.path
    headers = {
        "Authorization": f"Splunk {unquote(parts.username or '')}",
        "Content-Type": "application/json",
    }
    return SplunkEvents(name, _plain(url, scheme, path), headers, encode, client)


HTTP = EventSinkKind(_fault, _open_http)
SPLUNK = EventSinkKind(_splunk_fault, _open_splunk)
