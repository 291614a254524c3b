"""Approvals that a passkey has to sign: what counts as one, and what the log has to show of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from workflows.access.commands import ReviewAccess
from workflows.access.events import Reviewed
from workflows.access.state import Access
from workflows.access.taking import TakingSigned, challenge_of_taking
from workflows.audit.possibility import Claim, Why
from workflows.system.passkeys import refusals
from workflows.system.passkeys.claims import decision_claim
from workflows.system.passkeys.signing import challenge_for, is_signed, refused_signature
from workflows.system.passkeys.state import Signed
from workflows.workflow import Actor, Occurred, Refused, World, unmet

Limits = tuple[int | None, str | None]
"""For how many seconds it approves, if for less than was shown, and the digest of the approver's own condition."""


def refused_by_assurance(
    state: Access, command: ReviewAccess, limits: Limits, actor: Actor, world: World, now: datetime
) -> Refused | None:
    """Why the verdict lacks a signature that it needs, or has one that doesn't hold; None if it may count.

    A click may always deny: that gives nobody anything, and mustn't wait for a passkey. One on *Approve* is the way to
    the page where it is signed, so it changes nothing, but isn't refused.
    """
    if command.signed is None:
        done = command.confirmed or command.for_less
        return refusals.NEEDED if done and unsigned(state, command) else None
    challenge = challenge_of_review(state, command.signed, command.verdict, actor.id, limits)
    return refused_signature(command.signed, challenge, actor.id, state.terms.risk, world, now)


def unsigned(state: Access, command: ReviewAccess) -> bool:
    """Whether the approval only counts once it is signed with a passkey, and isn't."""
    needed = state.terms.assurance == "passkey" and command.verdict == "approve"
    return needed and command.signed is None


def challenge_of_review(state: Access, signed: Signed, verdict: str, reviewer: str, limits: Limits) -> bytes:
    """Give what the reviewer has to sign, 32 bytes."""
    return challenge_for(signed, state.id, state.digest, state.terms.digest, verdict, reviewer, *limits)


def impossible_assurance(state: Access, event: Reviewed) -> Why:
    """Why this review couldn't count as strongly as its terms ask; None if it could.

    Whose passkey signed is told by the passkey's own events, as `review_claims` says.
    """
    needed = state.terms.assurance == "passkey" and event.verdict == "approve"
    limits = (event.seconds, event.condition_digest)
    signed = event.signed
    return unmet(
        (
            signed is None
            or is_signed(signed, challenge_of_review(state, signed, event.verdict, event.reviewer, limits)),
            "its signature is of something else, or wrong",
        ),
        (
            event.signed is not None or not needed,
            "it was approved without a passkey, which its rule asks for",
        ),
        (
            (event.signed is None) == (event.new_key_waits is None),
            "it doesn't say how long a new passkey waits",
        ),
    )


def review_claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """What a signed review, or a signature for a credential, says of the passkey."""
    event = now.event
    if state is not None and isinstance(event, TakingSigned):
        challenge = challenge_of_taking(state, event.signed, event.by)
        yield decision_claim(event.signed, challenge, event.by, state.terms.risk, event.new_key_waits, now)
    if state is None or not isinstance(event, Reviewed) or event.signed is None:
        return
    limits = (event.seconds, event.condition_digest)
    challenge = challenge_of_review(state, event.signed, event.verdict, event.reviewer, limits)
    waits = event.new_key_waits or 0
    yield decision_claim(event.signed, challenge, event.reviewer, state.terms.risk, waits, now)
