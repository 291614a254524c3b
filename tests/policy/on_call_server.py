"""A small HTTP server that stands for the systems that keep on-call schedules: it answers as it is told to."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Answer:
    """What is answered: JSON, text, or bytes."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]


class OnCallServer:
    """Serves on loopback until it is stopped. `answers` are given one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [Answer()]
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def says(self, *answers: Answer) -> None:
        self.answers, self.asked = [*answers], []

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(server: OnCallServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(Asked(parts.path, parse_qsl(parts.query), headers))
            answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.raw)))
            self.end_headers()
            self.wfile.write(answer.raw)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    return Handler
