"""Taking a credential where approvals are signed and the risk is critical: whoever takes it has signed for it just before.

Else whoever has the requester's Slack account could take what was approved for them.
"""

from dataclasses import dataclass
from datetime import datetime

from workflows.access.state import Access
from workflows.audit.possibility import Past, Why
from workflows.policy.terms.access import Terms
from workflows.system.passkeys import refusals
from workflows.system.passkeys.signing import TAKEN_WITHIN, challenge_for, is_signed, refused_signature
from workflows.system.passkeys.state import Signed
from workflows.workflow import Actor, Command, Decision, Event, Occurred, Refused, World, unmet

TAKE = "take"
"""The verdict of the text that is signed."""


@dataclass(frozen=True)
class SignTaking(Command):
    """Sign for one credential, to be taken within ten minutes; `digest` and `policy` are what was shown."""

    digest: str
    policy: str
    signed: Signed


class TakingSigned(Event):
    """The requester signed for one credential."""

    action = "taking-signed"
    by: str
    digest: str
    policy: str
    """What was shown: of the request, and of the policy that its terms are of."""
    signed: Signed
    new_key_waits: int
    at: datetime


def has_to_be_signed(terms: Terms) -> bool:
    """Whether taking a credential needs a signature of its own."""
    return terms.assurance == "passkey" and terms.risk == "critical"


def lacks_signature(state: Access, now: datetime) -> bool:
    """Whether a credential can't be taken before the requester signs for it."""
    signed = state.taking_signed_at
    fresh = signed is not None and now - signed <= TAKEN_WITHIN
    return has_to_be_signed(state.terms) and not fresh


def challenge_of_taking(state: Access, signed: Signed, by: str) -> bytes:
    """Give what the requester has to sign, 32 bytes."""
    return challenge_for(signed, state.id, state.digest, state.terms.digest, TAKE, by, None, None)


def sign_taking(state: Access, command: SignTaking, actor: Actor, world: World, now: datetime) -> Decision:
    """Note the signature, if it holds."""
    if actor.id != state.requester:
        return refusals.NOT_YOURS_TO_TAKE
    if state.grant is None or state.grant.status != "active":
        return refusals.NOTHING_TO_TAKE
    if (command.digest, command.policy) != (state.digest, state.terms.digest):
        return refusals.CHANGED
    challenge = challenge_of_taking(state, command.signed, actor.id)
    if refusal := refused_signature(command.signed, challenge, actor.id, state.terms.risk, world, now):
        return refusal
    waits = world.bundle.settings.passkeys.new_key_waits
    return (
        TakingSigned(
            by=actor.id,
            digest=command.digest,
            policy=command.policy,
            signed=command.signed,
            new_key_waits=waits,
            at=now,
        ),
    )


def unsigned_taking(state: Access, now: datetime) -> Refused | None:
    """Why a credential can't be taken yet, if it has to be signed for."""
    return refusals.SIGN_TO_TAKE if lacks_signature(state, now) else None


def impossible_taking(state: Access, past: Past, now: Occurred, event: TakingSigned) -> Why:
    """Why the requester couldn't have signed for a credential; None if they could."""
    return unmet(
        (
            event.by == now.actor.id == state.requester,
            "someone else than the requester signed for a credential",
        ),
        (
            (event.digest, event.policy) == (state.digest, state.terms.digest),
            "it is bound to another request",
        ),
        (state.grant is not None and state.grant.status == "active", f"it was {state.status}"),
        (
            is_signed(event.signed, challenge_of_taking(state, event.signed, event.by)),
            "its signature is of something else, or wrong",
        ),
    )
