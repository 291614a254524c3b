"""A way to a server on this machine that can be closed: whoever goes through it finds the server down."""

import socket
import threading
from contextlib import suppress


class Gate:
    """Passes TCP connections on to a port of this machine, until it is shut and as soon as it is opened again."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._open = True
        self._passing: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def shut(self) -> None:
        """Break what passes, and let nobody through."""
        with self._lock:
            self._open = False
            for one in self._passing:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        with self._lock:
            self._open = True

    def stop(self) -> None:
        self.shut()
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                coming, _ = self._listening.accept()
                with self._lock:
                    if not self._open:
                        coming.close()
                        continue
                    going = socket.create_connection(("127.0.0.1", self._to))
                    self._passing |= {coming, going}
                for one, other in ((coming, going), (going, coming)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                other.sendall(piece)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
