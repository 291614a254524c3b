"""What is signed of access: an approval, with what its approver took off, and taking a credential."""

from collections.abc import Iterator
from typing import Any

from workflows.access.events import Reviewed
from workflows.access.taking import TakingSigned, challenge_of_taking
from workflows.audit.possibility import Claim
from workflows.system.passkeys.claims import decision_claim
from workflows.system.passkeys.signed_review import Limits, review_claim
from workflows.workflow import Occurred


def limits_of(event: Reviewed) -> Limits:
    """For how long it approves, and under which condition: what is signed besides."""
    return event.seconds, event.condition_digest


def signed_claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """What a signed review, or a signature for a credential, says of the passkey."""
    event = now.event
    if state is not None and isinstance(event, TakingSigned):
        challenge = challenge_of_taking(state, event.signed, event.by)
        yield decision_claim(event.signed, challenge, event.by, state.terms.risk, event.new_key_waits, now)
    if state is not None and isinstance(event, Reviewed) and event.signed is not None:
        yield review_claim(state, event, event.signed, now, limits_of(event))
