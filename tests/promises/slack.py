"""As much of Slack as cards need: it knows some people, has every channel, and keeps what is posted.

The sandbox is for whoever looks at Slack. Here nobody does, and a hundred Daypasses share one; each is
known by its token, and what one posts the others don't see.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from tests.people import PEOPLE

CHANNELS = ("approvals", "alarms", "audit")
Said = dict[str, Any]


@dataclass
class Slack:
    """`said` are the messages by token, as they stand."""

    url: str
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def in_channel(self, token: str, name: str) -> list[str]:
        """What stands in the channel, blocks and all, as text."""
        return [json.dumps(said, ensure_ascii=False) for said in self.said[token] if said["channel"] == name]

    def answer(self, token: str, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a Web API method."""
        match method:
            case "users.list":
                return {"members": [{"id": p.id, "profile": {"email": p.email}} for p in PEOPLE]}
            case "users.conversations":
                return {"channels": [{"id": name, "name": name} for name in CHANNELS]}
            case "conversations.open":
                return {"channel": {"id": asked["users"]}}
            case "conversations.history":
                return {"messages": [m for m in self._there(token, asked) if "thread_ts" not in m]}
            case "conversations.replies":
                above = asked["ts"]
                return {"messages": [m for m in self._there(token, asked) if m.get("thread_ts") == above]}
            case "chat.postMessage":
                posted = asked | {"ts": f"{next(self._numbers)}.0"}
                self.said[token].append(posted)
                return {"ts": posted["ts"], "channel": posted["channel"], "message": posted}
            case "chat.update":
                found = next(message for message in self.said[token] if message["ts"] == asked["ts"])
                found.update(asked)
                return {"ts": found["ts"], "channel": found["channel"]}
        return {}

    def _there(self, token: str, asked: dict[str, Any]) -> list[Said]:
        return [message for message in self.said[token] if message["channel"] == asked["channel"]]


@contextmanager
def slack_for_cards() -> Iterator[Slack]:
    """Running in a thread of this process until the block is left."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.slack = Slack(f"http://127.0.0.1:{server.server_port}/api/")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.slack
        server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    slack: Slack

    def handle_error(self, request: object, client_address: object) -> None:
        """Who is killed hangs up in the middle of a word; that is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        asked = json.loads(body) if is_json else dict(parse_qsl(body or query))
        token = self.headers["Authorization"].removeprefix("Bearer ")
        answer = {"ok": True} | self.server.slack.answer(token, path.removeprefix("/api/"), asked)
        self._send(json.dumps(answer).encode())

    do_GET = do_POST

    def _send(self, document: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing of it is worth a line."""
