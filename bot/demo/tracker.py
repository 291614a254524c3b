"""A small ticket system: every OPS ticket is open until it is closed here. It answers as docs/tickets.md asks of kind `http`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

NAME, PROJECT = "tracker", "OPS"


@dataclass
class Tracker:
    """One that runs. `setting` is what DAYPASS_TICKETS is set to."""

    url: str = ""
    closed: set[str] = field(default_factory=set)
    """Keys, such as `OPS-12`."""

    @property
    def setting(self) -> str:
        return json.dumps({NAME: {"kind": "http", "url": self.url}})


@contextmanager
def tracking() -> Iterator[Tracker]:
    """Run one on this machine for as long as the block lasts."""
    tracker = Tracker()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, tracker)) as server:
        tracker.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield tracker
        finally:
            server.shutdown()


class _Answer(BaseHTTPRequestHandler):
    def __init__(self, tracker: Tracker, *request: object) -> None:
        self._tracker = tracker
        super().__init__(*request)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the ticket, or that there is none."""
        key = self.path.strip("/").upper()
        project, _, number = key.partition("-")
        known = project == PROJECT and number.isdecimal()
        is_open = key not in self._tracker.closed
        ticket = {"key": key, "open": is_open, "project": project, "title": "Prices look wrong"}
        body = json.dumps(ticket if known else {}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
