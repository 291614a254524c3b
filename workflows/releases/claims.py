"""What the events of a release say of other subjects: of absences, and of the passkeys that signed."""

from collections.abc import Iterator
from typing import Any

from workflows.audit.possibility import Claim
from workflows.releases.events import Reviewed
from workflows.system.absences.claims import delegation_claims
from workflows.system.passkeys.signed_review import review_claim
from workflows.workflow import Occurred


def claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """Each claim, to be held against the events of the subject that it is about."""
    yield from delegation_claims(state, now)
    event = now.event
    if state is not None and isinstance(event, Reviewed) and event.signed is not None:
        yield review_claim(state, event, event.signed, now)
