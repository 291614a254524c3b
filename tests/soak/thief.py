"""Somebody on the way between Daypass and OpenBao, who takes each grant's token and renews what can be renewed.

Daypass forgets that token and hands it to nobody: this is more than a requester ever has.
"""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests

RENEWALS = ("sys/leases/renew", "auth/token/renew-self")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclass(frozen=True)
class Stolen:
    token: str = field(repr=False)
    lease_id: str


@dataclass
class Thief:
    """`stolen` is what was taken, by the login that was made with it."""

    url: str
    stolen: dict[str, Stolen] = field(default_factory=dict)
    accepted: int = 0
    refused: int = 0

    @contextmanager
    def renewing(self, login: str) -> Iterator[None]:
        """A thread that renews for an hour, again and again, until the block is left."""
        stop = threading.Event()
        thread = threading.Thread(target=self._renew, args=(self.stolen[login], stop), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(20)

    def _renew(self, stolen: Stolen, stop: threading.Event) -> None:
        body = {"lease_id": stolen.lease_id, "increment": 3600}
        with requests.Session() as session:
            session.headers["X-Vault-Token"] = stolen.token
            while not stop.wait(0.05):
                for path in RENEWALS:
                    with suppress(requests.ConnectionError):
                        answer = session.put(f"{self.url}/v1/{path}", json=body, timeout=20)
                        self.accepted += answer.ok
                        self.refused += not answer.ok


@contextmanager
def between(addr: str) -> Iterator[Thief]:
    """A server that passes everything on to OpenBao at `addr`, until the block is left."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.upstream = urlsplit(addr).netloc
        server.thief = Thief(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.thief
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    upstream: str
    thief: Thief

    def handle_error(self, request: object, client_address: object) -> None:
        """Who is stopped hangs up in the middle of a word."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    _way: http.client.HTTPConnection | None = None

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._way = self._way or http.client.HTTPConnection(self.server.upstream, timeout=30)
        headers = {name: text for name, text in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        self._way.request(self.command, self.path, body, headers)
        answer = self._way.getresponse()
        document = answer.read()
        if self.path.startswith("/v1/database/creds/") and answer.status == 200:
            self._steal(json.loads(document))
        self.send_response_only(answer.status)
        for name, text in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    do_GET = do_POST = do_PUT = do_LIST = do_DELETE = _pass_on

    def _steal(self, answer: dict[str, Any]) -> None:
        login = answer["data"]["username"]
        self.server.thief.stolen[login] = Stolen(self.headers["X-Vault-Token"], answer["lease_id"])

    def finish(self) -> None:
        super().finish()
        if self._way:
            self._way.close()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing of it is worth a line."""
