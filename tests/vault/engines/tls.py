"""A TLS server that asks its clients for a certificate, as internal services do."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


class TlsServer:
    """Lets in whoever has a certificate of `authority`. With `revoked`, reads the list before each client."""

    def __init__(
        self, directory: Path, own: dict[str, Any], authority: str, revoked: Callable[[], str] | None = None
    ) -> None:
        directory.mkdir()
        self._directory, self._authority, self._revoked = directory, authority, revoked
        self._own = _written(directory / "server.pem", own)
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def lets_in(self, data: dict[str, Any]) -> bool:
        """Whether a client with this certificate and key is answered."""
        with suppress(ssl.SSLError, ConnectionError), self._connect(data) as channel:
            return channel.recv(2) == b"in"
        return False

    def open_session(self, data: dict[str, Any]) -> Callable[[], bool]:
        """A connection that stays open; whether it is answered still."""
        channel = self._connect(data)
        assert channel.recv(2) == b"in"

        def works() -> bool:
            with suppress(OSError):
                channel.sendall(b"?")
                return channel.recv(1) == b"?"
            return False

        return works

    def _connect(self, data: dict[str, Any]) -> ssl.SSLSocket:
        context = ssl.create_default_context(cadata=self._authority)
        context.load_cert_chain(_written(self._directory / "client.pem", data))
        plain = socket.create_connection(self._listening.getsockname(), timeout=10)
        return context.wrap_socket(plain, server_hostname="localhost")

    def stop(self) -> None:
        self._listening.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=self._authority)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self._own)
        if self._revoked:
            crl = self._directory / "crl.pem"
            crl.write_text(self._revoked())
            context.load_verify_locations(crl)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(plain,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            plain.settimeout(60)
            with self._context().wrap_socket(plain, server_side=True) as channel:
                channel.sendall(b"in")
                while said := channel.recv(1):
                    channel.sendall(said)


def _written(path: Path, data: dict[str, Any]) -> Path:
    path.write_text(f"{data['private_key']}\n{data['certificate']}\n")
    return path
