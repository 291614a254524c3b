"""What the events of a document say of other subjects: of the absences for which delegates decided."""

from collections.abc import Iterator
from typing import Any

from workflows.audit.possibility import Claim
from workflows.system.absences.claims import delegation_claims
from workflows.workflow import Occurred


def claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """Each claim, to be held against the events of the subject that it is about."""
    return delegation_claims(state, now)
