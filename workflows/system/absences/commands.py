"""What can be asked of an absence: by the person who is away, and by Daypass itself."""

from dataclasses import dataclass
from datetime import datetime

from workflows.system.absences.state import Earlier
from workflows.workflow import Command, TimePassed


@dataclass(frozen=True)
class StartAbsence(Command):
    """Be away from now on, and have the delegate, by id, decide meanwhile. `subject` is the absence's id."""

    until: datetime
    delegate: str | None = None
    earlier: Earlier | None = None
    """When they had first asked this delegate; `first_asked` finds it."""


@dataclass(frozen=True)
class EndAbsence(Command):
    """Be back. Nobody decides for them any more in whatever is recorded later."""

    waits_in_doubt = False
    alone = True


@dataclass(frozen=True)
class CheckAbsence(Command):
    """People or rules have changed: see whether the delegate may still decide."""

    alone = True


AbsenceCommand = StartAbsence | EndAbsence | CheckAbsence | TimePassed
