"""Since when someone is known as another's delegate: by absences that went on for long enough to be noticed."""

from collections.abc import Iterable
from datetime import timedelta

from workflows.system.absences.state import Absence, Earlier

LASTING = timedelta(days=1)
"""An absence that ended sooner says nothing: whoever opened another's session could have made it and closed it again."""


def first_asked(absences: Iterable[Absence], delegate: str) -> Earlier | None:
    """The first of somebody's absences in which this delegate decided for them and that lasted; None if none did."""
    found = [one for one in absences if _lasted(one) and one.asked == delegate]
    first = min(found, key=lambda one: one.at, default=None)
    return Earlier(absence=first.id, at=first.at) if first else None


def _lasted(absence: Absence) -> bool:
    ended = absence.ended_at
    return ended is not None and absence.delegation_ended is None and ended - absence.at >= LASTING
