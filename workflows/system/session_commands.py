"""What can be asked of a session: by who signs in or out, exports or reads, and by Daypass itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workflows.workflow import Command, TimePassed

ByDaypass = Literal["ended by an emergency stop", "account deactivated", "ended by Daypass"]
"""Why Daypass itself ends a session."""
How = Literal["signed out", "expired", "ended by an operator", ByDaypass]
Where = Literal["browser", "terminal"]
Network = Literal["this machine", "a private network", "the internet", "an unknown address"]
"""What kind of address a sign-in came from, as Daypass or the proxy in front of it saw it."""


@dataclass(frozen=True)
class SignIn(Command):
    """Signs in the person whom the identity provider confirmed: `provider` is its issuer, `account` its name for them.

    `authenticated_at` is when they authenticated there, if the provider was asked and says so.
    """

    waits_in_doubt = False
    provider: str
    account: str
    where: Where = "browser"
    network: Network | None = None
    device: str | None = None
    authenticated_at: datetime | None = None


@dataclass(frozen=True)
class SignOut(Command):
    """Ends a session: its owner's own, anybody's by an operator, or by Daypass itself, which says why."""

    waits_in_doubt = False
    why: ByDaypass = "ended by Daypass"


@dataclass(frozen=True)
class RecordExport(Command):
    """Records an export before it is handed out: the search in words, the format, the number of events, and the
    SHA-256 of the file in hex. `more` and `later` say what was left out, as in Taken."""

    what: str
    form: str
    events: int
    digest: str
    more: bool
    later: int


@dataclass(frozen=True)
class RecordReading(Command):
    """Records that the session's owner opens the history of `about`, which is of this `kind`: a risk, or private."""

    about: str
    kind: str


SessionCommand = SignIn | SignOut | RecordExport | RecordReading | TimePassed
