"""What can be asked of an emergency stop: by people, and by Daypass itself."""

from dataclasses import dataclass

from workflows.system.stops.state import Ending
from workflows.workflow import Command, TimePassed


@dataclass(frozen=True)
class PressStop(Command):
    """End everything of a person, by id, or of a resource or entitlement. Exactly one of the two is given."""

    waits_in_doubt = False
    alone = True
    reason: str
    person: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class LiftStop(Command):
    reason: str


@dataclass(frozen=True)
class ReportEndings(Command):
    """How things stand: of each request that is to be ended, and how many sessions were ended."""

    endings: tuple[Ending, ...]
    sessions: int = 0


StopCommand = PressStop | LiftStop | ReportEndings | TimePassed
