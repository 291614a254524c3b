"""What can be asked of a departure: by operators, and by Daypass itself."""

from dataclasses import dataclass

from workflows.workflow import Command


@dataclass(frozen=True)
class ReportLeavers(Command):
    """The identity provider says that these people have left: all their accounts, by Slack user id.

    `leavers` are how many they are, `recent` how many left before them within the window, and `limit` how many may
    without an operator being asked.
    """

    people: tuple[str, ...]
    leavers: int
    recent: int
    limit: int


@dataclass(frozen=True)
class ReportReturned(Command):
    """The identity provider says that these people are here after all."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class ConfirmDeparture(Command):
    """They have left. `digest` is of the people who were shown."""

    waits_in_doubt = False
    digest: str


@dataclass(frozen=True)
class RejectDeparture(Command):
    """They stay: the identity provider is wrong. `digest` is of the people who were shown."""

    digest: str


@dataclass(frozen=True)
class ReportAccess(Command):
    """The access of theirs that is being ended, and whether every end is confirmed."""

    requests: tuple[str, ...]
    confirmed: bool


DepartureCommand = ReportLeavers | ReportReturned | ConfirmDeparture | RejectDeparture | ReportAccess
