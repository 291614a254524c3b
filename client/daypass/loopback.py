"""Waits on this computer for the browser to come back from signing in (RFC 8252, section 7.3)."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from daypass.errors import DaypassError
from daypass.oidc import Attempt, Provider
from daypass.text import one_line

PATH = "/callback"
WAIT_SECONDS = 300.0
"""Seconds for which somebody may take to sign in."""
_CALL_SECONDS = 10
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Daypass</title>
<body style="font: 1.1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 30rem; color-scheme: light dark">
<h1 style="font-size: 1.3rem">{head}</h1><p>{body}</p></body></html>"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Connection": "close",
}


@dataclass
class Listener:
    """Listens at `redirect_uri` until the provider's answer to this attempt comes."""

    redirect_uri: str
    _answered: threading.Event = field(default_factory=threading.Event)
    _code: str = field(default="", repr=False)
    _fault: str = ""

    def code(self, seconds: float = WAIT_SECONDS) -> str:
        """Return the code once the browser has brought it. Raises DaypassError."""
        if not self._answered.wait(seconds):
            raise DaypassError("Nobody signed in within five minutes. Run daypass login again.")
        if self._fault:
            raise DaypassError(f"You aren't signed in: {self._fault}. Run daypass login again.")
        return self._code

    def take(self, attempt: Attempt, provider: Provider, target: str) -> tuple[int, str, str]:
        """Judge a call of the browser: status, headline and text of the page. Only this attempt's answer counts."""
        parts = urlsplit(target)
        query = {name: texts[-1] for name, texts in parse_qs(parts.query).items()}
        if parts.path != PATH:
            return 404, "Not found", "This is where daypass login waits for your browser."
        if not hmac.compare_digest(query.get("state", "").encode(), attempt.state.encode()):
            return (
                400,
                "That wasn't this sign-in",
                "It belongs to another attempt. Use the newest page that opened.",
            )
        if self._answered.is_set():
            return 400, "Already used", "Go back to your terminal."
        if not _is_from(provider, query.get("iss")):
            self._fault = "the answer came from another identity provider"
        elif "code" not in query:
            self._fault = one_line(
                query.get("error_description") or query.get("error") or "no code came", 200
            )
        self._code = query.get("code", "")
        self._answered.set()
        if self._fault:
            return 400, "You aren't signed in", f"{self._fault}. Go back to your terminal."
        return 200, "Signed in", "Go back to your terminal. You can close this window."


@contextmanager
def listening(attempt: Attempt, provider: Provider) -> Iterator[Listener]:
    """Listen on a free port of 127.0.0.1 while the block lasts."""
    listener = Listener("")

    class Handler(BaseHTTPRequestHandler):
        timeout = _CALL_SECONDS
        server_version, sys_version = "daypass", ""

        def do_GET(self) -> None:
            host = urlsplit(listener.redirect_uri).netloc
            if self.headers.get("Host") != host:
                self._answer(400, "Not found", "")
            else:
                self._answer(*listener.take(attempt, provider, self.path))

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the path has the code."""

        def _answer(self, status: int, head: str, body: str) -> None:
            page = _PAGE.format(head=escape(head), body=escape(body)).encode()
            self.send_response(status)
            for name, text in {**_HEADERS, "Content-Length": str(len(page))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(page)

    # One thread a call: browsers open connections ahead and send nothing on them.
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.redirect_uri = f"http://127.0.0.1:{server.server_address[1]}{PATH}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join(_CALL_SECONDS)


def _is_from(provider: Provider, named: str | None) -> bool:
    """RFC 9207, section 2.4: who doesn't announce the parameter may leave it out, but not name another."""
    if named is None:
        return not provider.names_itself
    return named == provider.issuer
