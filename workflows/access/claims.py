"""What the events of a request say of other subjects: of absences, and of the passkeys that signed."""

from collections.abc import Iterator
from typing import Any

from workflows.access import late_signals
from workflows.access.assurance import signed_claims
from workflows.audit.possibility import Claim
from workflows.workflow import Occurred


def claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """Each claim, to be held against the events of the subject that it is about."""
    yield from late_signals.claims(state, now)
    yield from signed_claims(state, now)
