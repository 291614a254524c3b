"""What a passkey's signature is worth for a decision: pure functions of the keys that every decision heeds."""

from datetime import datetime, timedelta

from workflows.policy.fields import HIGH_RISKS, Risk
from workflows.system.passkeys import refusals
from workflows.system.passkeys.assertion import Verified, verify
from workflows.system.passkeys.signed_text import challenge_of, decision_text
from workflows.system.passkeys.state import Passkey, Signed
from workflows.workflow import Refused, World

TAKEN_WITHIN = timedelta(minutes=10)
"""From when the page was shown until what was signed there is taken."""
AHEAD = timedelta(seconds=30)
"""By which two clocks may differ."""


def stale(made_at: datetime, now: datetime) -> bool:
    """Whether what was signed then isn't taken any more, or not yet."""
    return not made_at - AHEAD <= now <= made_at + TAKEN_WITHIN


def counted(state: Passkey, count: int) -> bool:
    """Whether the signature count may follow the last one: it grows, unless the authenticator keeps none."""
    return count > state.count or count == state.count == 0


def may_decide_from(active_since: datetime, risk: Risk, waits: int) -> datetime:
    """From when a passkey can decide on this risk; a new one waits `waits` seconds where it is high or critical."""
    return active_since + timedelta(seconds=waits) if risk in HIGH_RISKS else active_since


def challenge_for(
    signed: Signed,
    subject: str,
    digest: str,
    policy: str,
    verdict: str,
    approver: str,
    seconds: int | None,
    condition: str | None,
) -> bytes:
    """Give what has to be signed for this decision, 32 bytes."""
    text = decision_text(
        subject, digest, policy, verdict, approver, seconds, condition, signed.nonce, signed.made_at
    )
    return challenge_of(text)


def is_signed(signed: Signed, challenge: bytes) -> bool:
    """Whether the key that it names signed this challenge, whoever's that is."""
    return isinstance(verify(signed, signed.public_key, None, None, challenge), Verified)


def refused_signature(
    signed: Signed, challenge: bytes, approver: str, risk: Risk, world: World, now: datetime
) -> Refused | None:
    """Why this signature of the approver's doesn't count for what has this challenge; None if it does."""
    found = (one for one in world.in_force if isinstance(one, Passkey) and one.id == signed.passkey)
    key = next(found, None)
    if key is None or key.active_since is None:
        return refusals.NOT_ACTIVE
    if key.owner != approver or key.credential != signed.credential:
        return refusals.NOT_YOURS
    checked = verify(signed, key.public_key, key.rp, key.origin, challenge)
    if not isinstance(checked, Verified):
        return refusals.faulty(checked)
    if stale(signed.made_at, now):
        return refusals.TOO_OLD
    from_when = may_decide_from(key.active_since, risk, world.bundle.settings.passkeys.new_key_waits)
    return refusals.too_new(from_when) if now < from_when else None
