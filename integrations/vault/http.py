"""The session that hvac's adapters send with, on urllib3 alone.

hvac takes any object with the few things it uses of a `requests.Session`. requests spends more on a call
than urllib3, which it is built on, and Vault together; what it adds (cookies, .netrc, proxies out of the
environment) Daypass has no use for.
"""

import json
from dataclasses import dataclass
from typing import Any

import urllib3


@dataclass(frozen=True)
class Answer:
    """What came back: hvac asks whether it is `ok`."""

    status: int
    content: bytes
    date: str | None = None
    index: str | None = None
    """How far the node that answered has come."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def document(self) -> Any:
        """None if it isn't JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class Session:
    """Kept-alive connections to one server. Safe to use from many threads."""

    cert = verify = proxies = None  # hvac looks whether a session has its own

    def __init__(self, connections: int, ca_file: str | None) -> None:
        """Without a CA file the system's certificate authorities are trusted."""
        self._pools = urllib3.PoolManager(
            num_pools=2,
            maxsize=connections,
            cert_reqs="CERT_REQUIRED",
            ca_certs=ca_file,
            retries=urllib3.Retry(total=None, connect=0, read=0, other=0, redirect=0),
        )

    def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        json: Any = None,
        timeout: tuple[float, float] = (2.0, 10.0),
        **_: Any,
    ) -> Answer:
        """One request. A redirection is an answer like any: whoever followed it would hand the token to where it leads.

        Raises urllib3.exceptions.HTTPError.
        """
        connect, read = timeout
        response = self._pools.request(
            method.upper(),
            url,
            json=json,
            headers=headers,
            redirect=False,
            timeout=urllib3.Timeout(connect=connect, read=read),
        )
        return Answer(
            response.status,
            response.data,
            response.headers.get("Date"),
            response.headers.get("X-Vault-Index"),
        )

    def close(self) -> None:
        """Let go of the connections that nobody uses just now."""
        self._pools.clear()
