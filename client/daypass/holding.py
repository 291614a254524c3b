"""Access in Python, as a block with a login."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from daypass import grants
from daypass.api import Daypass, opened
from daypass.errors import DaypassError
from daypass.grants import Login, Wish
from daypass.inputs import Inputs
from daypass.progress import progress
from daypass.settings import open_sessions, shares_folder
from daypass.signed_in import caller

HOURS = 3_600
DEFAULT_TIMEOUT = 4.0 * HOURS
"""Seconds for which a decision is waited for."""
Tell = Callable[[str], None]
OpenApi = Callable[[Tell], AbstractContextManager[Daypass]]


@contextmanager
def as_caller(tell: Tell) -> Iterator[Daypass]:
    """Open the API as whoever calls, signing them in first if they can be. Raises DaypassError."""
    with opened(caller(open_sessions(), tell)) as api:
        yield api


@contextmanager
def access(
    entitlement: str,
    *,
    hours: float = 0,
    minutes: float = 0,
    because: str | None = None,
    ticket: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    keep: bool = False,
    inputs: Inputs | None = None,
) -> Iterator[Login]:
    """Get access and a login while the block lasts: `login["password"]`, `login.env`, `login.url`.

    What you have already is used. Otherwise it is requested for so long and for this reason, and waited for, at most
    `timeout` seconds; `inputs` are what it asks for besides, such as `{"dataset": "eu"}`. What was requested for the
    block is given back after it, unless `keep`. Raises Denied with the approver's reason, Over, NotInTime, NotSignedIn or
    another DaypassError.
    """
    wish = Wish(entitlement, spelled(hours, minutes), because, ticket, timeout, inputs or {})
    tell = progress().tell
    with as_caller(tell) as api, grants.use(api, wish, tell, shares_folder(), keep) as (held, login):
        tell(f"{held.offer.id} works {grants.time_left(login.expires_at, api.now())}.")
        yield login


def spelled(hours: float, minutes: float) -> str | None:
    """Spell a duration for Daypass, in whole minutes and seconds; None if there is none. Raises DaypassError."""
    seconds = round(hours * HOURS + minutes * 60)
    if seconds < 0:
        raise DaypassError("Access can't last less than no time. Write hours=1 or minutes=30.")
    whole, rest = divmod(seconds, 60)
    parts = [*([f"{whole}m"] if whole else []), *([f"{rest}s"] if rest else [])]
    return "".join(parts) or None
