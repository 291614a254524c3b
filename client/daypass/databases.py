"""An engine of SQLAlchemy's that signs in with a login of Daypass's; pandas reads from it."""

import atexit
import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daypass import grants
from daypass.api import Daypass
from daypass.errors import DaypassError, Over
from daypass.grants import Login, Wish
from daypass.holding import DEFAULT_TIMEOUT, OpenApi, Tell, as_caller, spelled
from daypass.inputs import Inputs
from daypass.progress import progress
from daypass.settings import shares_folder

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

_DRIVERS = {"postgresql": ("psycopg2", "psycopg"), "mysql": ("MySQLdb", "pymysql")}
"""By database: SQLAlchemy's own choice of a driver, and the one that is used where that isn't installed."""
_SPARE = timedelta(seconds=1)


def engine(
    entitlement: str,
    *,
    hours: float = 0,
    minutes: float = 0,
    because: str | None = None,
    ticket: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    keep: bool = False,
    inputs: Inputs | None = None,
    **options: Any,
) -> "Engine":
    """Get access as `access` does, as an engine of SQLAlchemy's; `options` go to its `create_engine`.

    What was requested for it is given back when you call `dispose()`, or when Python ends, unless `keep`. When its
    login has expired and you have access still, since you extended it, it gets another by itself. Raises as `access`.
    """
    wish = Wish(entitlement, spelled(hours, minutes), because, ticket, timeout, inputs or {})
    return leased(wish, keep).engine(options)


def leased(wish: Wish, keep: bool = False) -> "Lease":
    """Get access as whoever calls, until Python ends. Raises DaypassError."""
    return Lease(wish, keep, progress().tell, as_caller, shares_folder())


class Lease:
    """What stands behind an engine: a grant and its login, until they are given back."""

    def __init__(self, wish: Wish, keep: bool, tell: Tell, open_api: OpenApi, folder: Path) -> None:
        self._keep = keep
        self.tell = tell
        self._open_api = open_api
        self._folder = folder
        self._stack = ExitStack()
        self._process = os.getpid()
        self._open(wish)
        atexit.register(self.end)

    def engine(self, options: Mapping[str, Any]) -> "Engine":
        """Make the engine. No login stands in its URL: each connection asks for the one that works then."""
        from sqlalchemy import create_engine, event

        if self._login.url is None:
            self.end()
            raise DaypassError(
                f"The policy bundle has no `url` in the `connect` of {self._held.offer.id}, so there is no engine. "
                "Use daypass.access(…) instead."
            )
        url = _with_driver(self._login).set(username=None, password=None)
        made = create_engine(url, **{"pool_pre_ping": True, **options})

        @event.listens_for(made, "do_connect")
        def sign_in(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
            parameters.update(dialect.create_connect_args(_with_driver(self.login()))[1])

        @event.listens_for(made, "engine_disposed")
        def disposed(engine: Any) -> None:
            self.end()

        return made

    def login(self) -> Login:
        """Return a login that works: this one, or another if you have access still. Raises Over or DaypassError."""
        if self._is_over or self._login.expires_at <= self._api.now() + _SPARE:
            self._renew()
        return self._login

    def end(self) -> None:
        """Give back what was requested for it, once."""
        self._is_over = True
        atexit.unregister(self.end)
        if os.getpid() == self._process:  # a forked process has a copy of this, and no say in it
            self._stack.close()

    def _renew(self) -> None:
        what = self._held.offer.id
        before = self._stack
        try:
            self._open(Wish(what, inputs=self._held.inputs))
        except DaypassError as error:
            raise Over(
                f"You have no login for {what}: {error} Get another engine: "
                f'daypass.engine("{what}", hours=1, because="…")'
            ) from error
        before.close()

    def _open(self, wish: Wish) -> None:
        with ExitStack() as stack:
            self._api: Daypass = stack.enter_context(self._open_api(self.tell))
            using = grants.use(self._api, wish, self.tell, self._folder, self._keep)
            self._held, self._login = stack.enter_context(using)
            self._stack = stack.pop_all()
        self._is_over = False
        self.tell(f"{self._held.offer.id} works {grants.time_left(self._login.expires_at, self._api.now())}.")


def _with_driver(login: Login) -> "URL":
    from sqlalchemy import make_url

    assert login.url is not None
    url = make_url(login.url)
    usual, other = _DRIVERS.get(url.drivername, ("", ""))
    if other and find_spec(usual) is None and find_spec(other) is not None:
        return url.set(drivername=f"{url.drivername}+{other.lower()}")
    return url
