"""Somebody who uses a login for as long as PostgreSQL lets them, and notes the time by PostgreSQL's clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from tests.promises.ground import Ground, Servers

PATIENCE = 300.0


@dataclass
class LastSeen:
    """When PostgreSQL last answered in the session that was open all the time, and when to a new login."""

    session: datetime
    login: datetime


def use_until_refused(servers: Servers, login: dict[str, str], session: psycopg.Connection) -> LastSeen:
    """Blocks until the session is dead and a login is refused; never mind which is first."""
    seen = LastSeen(_time(session), _time(session))
    deadline = time.monotonic() + PATIENCE
    alive, let_in = True, True
    while alive or let_in:
        assert time.monotonic() < deadline, f"still in use: {seen}"
        alive = alive and _answered(lambda: _note_session(seen, session))
        let_in = let_in and _answered(lambda: _note_login(seen, servers, login))
        time.sleep(0.04)
    return seen


def log_in_until_refused(servers: Servers, login: dict[str, str]) -> datetime:
    """Blocks; when PostgreSQL last let somebody in."""
    with servers.connect(login) as session:
        seen = LastSeen(_time(session), _time(session))
    deadline = time.monotonic() + PATIENCE
    while _answered(lambda: _note_login(seen, servers, login)):
        assert time.monotonic() < deadline, f"still let in: {seen}"
        time.sleep(0.04)
    return seen.login


def wait_until_dropped(servers: Servers, ground: Ground) -> None:
    """Blocks until OpenBao has dropped the ground's logins; it refuses them one statement earlier."""
    deadline = time.monotonic() + PATIENCE
    while logins := servers.logins(ground):
        assert time.monotonic() < deadline, f"still in the warehouse: {logins}"
        time.sleep(0.04)


def _note_session(seen: LastSeen, session: psycopg.Connection) -> None:
    seen.session = _time(session)


def _note_login(seen: LastSeen, servers: Servers, login: dict[str, str]) -> None:
    with servers.connect(login) as session:
        seen.login = _time(session)


def _answered(question: Callable[[], None]) -> bool:
    try:
        question()
    except psycopg.OperationalError:
        return False
    return True


def _time(session: psycopg.Connection) -> datetime:
    row = session.execute("SELECT clock_timestamp()").fetchone()
    assert row
    moment: datetime = row[0]
    return moment
