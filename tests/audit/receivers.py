"""Receivers of events on loopback: what they took, in order, and what they answer next."""

import json
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.loopback import Call, Loopback, Reply


class HttpReceiver(Loopback):
    """Takes events by HTTP. `answers` are the statuses of the next calls; `poison` are places that it never takes."""

    methods = ("POST",)

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.events: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.poison: dict[int, int] = {}
        super().__init__()

    def reply(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.answers:
            return Reply(self.answers.pop(0), b"")
        found = self.read(call.body)
        for one in found:
            if status := self.poison.get(one["unmapped"]["index"]):
                return Reply(status, b"", {"Retry-After": "7"} if status == 503 else {})
        self.events += found
        return Reply(200, b"{}")

    def read(self, body: bytes) -> list[dict[str, Any]]:
        return json.loads(body)


class SplunkReceiver(HttpReceiver):
    """Reads objects one after another, as the collector does."""

    def read(self, body: bytes) -> list[dict[str, Any]]:
        decoder, text, found = json.JSONDecoder(), body.decode(), []
        while text := text.strip():
            one, end = decoder.raw_decode(text)
            found.append(one["event"])
            text = text[end:]
        return found


class SyslogReceiver:
    """Reads octet-counted messages to the end of each connection, over TLS with this certificate if one is given.

    One with `resets` closes after so many bytes, which it doesn't read.
    """

    def __init__(self, certificate: Path | None = None, resets: int | None = None) -> None:
        self.messages: list[bytes] = []
        self.resets = resets
        self._tls = None
        if certificate:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(certificate)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(one.partition(b"\xef\xbb\xbf")[2]) for one in self.messages]

    def stop(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # or the thread that accepts would keep it open
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._server.accept()
            except OSError:
                return
            with plain:
                try:
                    self._take(plain)
                except OSError:
                    continue

    def _take(self, plain: socket.socket) -> None:
        if self.resets is not None:
            plain.recv(self.resets)
            return
        connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        data = b""
        while some := connection.recv(65_536):
            data += some
        while data:
            length, _, rest = data.partition(b" ")
            self.messages.append(rest[: int(length)])
            data = rest[int(length) :]
        if isinstance(connection, ssl.SSLSocket):
            connection.unwrap()
