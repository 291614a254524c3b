"""Clients of the warehouse that don't want to go: they log in again and again, and read as long as they can."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, cycle

import psycopg

ROW = "SELECT user_id FROM features.users LIMIT 1"
CURSOR = "DECLARE rows CURSOR FOR SELECT user_id FROM features.users"
AS_GROUP = "-c role=features_read"
"""Makes a session act as the group that holds the rights, which stays when the login goes."""

_SOME = 10
_TURNED_AWAY_SECONDS = 0.02
"""Between two tries to log in: who never pauses starves Daypass itself, which runs in this process."""

Open = Callable[[str], psycopg.Connection]
"""Opens a session with these options of the connection. Raises psycopg.OperationalError."""


@dataclass
class Clinging:
    """What the clients of one login have managed."""

    sessions: int = 0
    rows: int = 0
    last_row: float = 0.0
    """When the newest query that gave a row was sent, in seconds since the epoch."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    def let_in(self) -> None:
        with self._lock:
            self.sessions += 1

    def got_row(self, asked_at: float) -> None:
        with self._lock:
            self.rows += 1
            self.last_row = max(self.last_row, asked_at)

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def clinging(open_session: Open, options: Sequence[str] = ("", AS_GROUP) * 2) -> Iterator[Clinging]:
    """One thread for each of the options: it logs in, reads row by row until refused, and begins again.

    Every other session holds a cursor open in a transaction, and reads from that; every other thread logs in
    anew after some rows, so that at any moment somebody is logging in. Ends with the block.
    """
    client = Clinging()
    threads = [
        threading.Thread(target=_cling, args=(client, open_session, each, patience), daemon=True)
        for each, patience in zip(options, cycle((_SOME, None)), strict=False)
    ]
    for thread in threads:
        thread.start()
    try:
        yield client
    finally:
        client.stop()
        for thread in threads:
            thread.join(20)


def _cling(client: Clinging, open_session: Open, options: str, patience: int | None) -> None:
    while not client.stopped:
        try:
            session = open_session(options)
        except psycopg.Error:
            time.sleep(_TURNED_AWAY_SECONDS)
            continue
        client.let_in()
        with suppress(psycopg.Error):
            _read_on(client, session, patience, by_cursor=client.sessions % 2 == 0)


def _read_on(client: Clinging, session: psycopg.Connection, patience: int | None, by_cursor: bool) -> None:
    """Until refused, or `patience` queries long. A session that may not read is kept: it may find a way later."""
    query = ROW
    if by_cursor:
        session.execute("BEGIN")
        session.execute(CURSOR)
        query = "FETCH 1 FROM rows"
    with session:
        for _ in range(patience) if patience else count():
            if client.stopped:
                return
            asked_at = time.time()
            try:
                if session.execute(query).fetchone():
                    client.got_row(asked_at)
            except psycopg.errors.InsufficientPrivilege:
                time.sleep(0.02)
            time.sleep(0.005)


def opener(url: str, login: Mapping[str, str]) -> Open:
    """Opens sessions of this login at the database of `url`, which names neither user nor password."""

    def open_session(options: str) -> psycopg.Connection:
        return psycopg.connect(
            url,
            user=login["username"],
            password=login["password"],
            options=options,
            autocommit=True,
            connect_timeout=5,
        )

    return open_session
