"""What a delegate's verdict says of an absence, and whether the absence's own events bear it out."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from workflows.approval.staged import DelegatedBy
from workflows.audit.possibility import Claim, Past, Why
from workflows.system.absences.evolve import evolve
from workflows.system.absences.state import Absence
from workflows.workflow import Occurred, unmet


def delegation_claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """Whoever reviews for someone says that an absence in force has asked them to."""
    event: Any = now.event
    for by in getattr(event, "delegated_by", ()):
        yield Claim(by.absence, partial(_refuted, event.reviewer, by, now))


def _refuted(reviewer: str, by: DelegatedBy, now: Occurred, past: Past) -> Why:
    absence = absence_after(past)
    if absence is None:
        return "nobody had said by then that they are away"
    expired = absence.how == "expired" and now.at < absence.until
    return unmet(
        (absence.owner == (by.account or by.approver), f"the absence {by.absence} is someone else's"),
        (absence.asked == reviewer, f"someone else decides by the absence {by.absence}"),
        (absence.delegation_ended is None, f"nobody decides by the absence {by.absence} any more"),
        (absence.status == "away" or expired, f"the absence {by.absence} was over by then"),
        (absence.until == by.until, f"the absence {by.absence} has another end"),
        ({*by.groups} <= {*absence.groups}, f"the absence {by.absence} is for other groups"),
    )


def absence_after(story: Past) -> Absence | None:
    """The absence that these events have made; None if there are none."""
    absence: Absence | None = None
    for one in story:
        event: Any = one.event
        absence = evolve(absence, event)
    return absence
