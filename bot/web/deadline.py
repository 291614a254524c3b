"""How long anybody may take to send a request, and how many may be at it at once.

uvicorn itself waits for ever for the rest of a request. Slack's and a browser's are there within milliseconds.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""In which a request has to be there, head and body, from the connection's or its own first byte on."""
MAX_UNFINISHED = 200
"""Connections on which a request is still to come; beyond that the one that has been at it longest is closed."""
_UNFINISHED: MutableMapping[Any, dict["Deadlined", None]] = WeakKeyDictionary()
"""By event loop, oldest first."""


class Deadlined(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a deadline for each request; `timeout_keep_alive` is for the time between."""

    request_seconds = REQUEST_SECONDS
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        """Something may be incomplete: a body, or a head of which the first bytes are here."""
        begun = bool(self.conn.trailing_data[0])
        state = self.conn.their_state
        if not self.transport.is_closing() and (state is h11.SEND_BODY or (state is h11.IDLE and begun)):
            self._expect()
        else:
            self._done()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        super().connection_lost(exc)

    def _expect(self) -> None:
        """The deadline runs from the first of what is still incomplete; it isn't put off by a byte now and then."""
        if self._timer is not None:
            return
        self._timer = self.loop.call_later(self.request_seconds, self._give_up)
        waiting = _UNFINISHED.setdefault(self.loop, {})
        waiting[self] = None
        if len(waiting) > MAX_UNFINISHED:
            next(iter(waiting))._give_up()

    def _give_up(self) -> None:
        self._done()
        self.transport.close()

    def _done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        _UNFINISHED.get(self.loop, {}).pop(self, None)
