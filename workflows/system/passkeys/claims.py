"""What a signed decision says of a passkey, and whether the passkey's own events bear it out."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from workflows.audit.possibility import Claim, Past, Why
from workflows.system.passkeys.assertion import Verified, verify
from workflows.system.passkeys.decide import enrolment_challenge
from workflows.system.passkeys.events import PasskeyAdded
from workflows.system.passkeys.evolve import evolve
from workflows.system.passkeys.signing import may_decide_from
from workflows.system.passkeys.state import Passkey, Signed
from workflows.system.sessions import SignedIn
from workflows.workflow import Occurred, unmet


def decision_claim(
    signed: Signed, challenge: bytes, reviewer: str, risk: Any, waits: int, now: Occurred
) -> Claim:
    """Whoever decides with a passkey says that it was theirs, in use by then, and had signed just this."""
    return Claim(signed.passkey, partial(_refuted, signed, challenge, reviewer, risk, waits, now))


def enrolment_claims(state: Any, now: Occurred) -> Iterator[Claim]:
    """A new passkey says when its owner had signed in, and which older one vouched for it."""
    if not isinstance(now.event, PasskeyAdded):
        return
    event = now.event
    if event.voucher:
        yield Claim(event.voucher.passkey, partial(_no_voucher, event))
    else:
        yield Claim(event.session, partial(_not_signed_in, event))


def passkey_after(story: Past) -> Passkey | None:
    """The passkey that these events have made; None if there are none."""
    passkey: Passkey | None = None
    for one in story:
        event: Any = one.event
        passkey = evolve(passkey, event)
    return passkey


def _refuted(
    signed: Signed, challenge: bytes, reviewer: str, risk: Any, waits: int, now: Occurred, past: Past
) -> Why:
    key = passkey_after(past)
    if key is None or key.active_since is None:
        return "nobody had confirmed the passkey by then"
    signed_it = verify(signed, key.public_key, key.rp, key.origin, challenge)
    return unmet(
        (key.status == "active", "the passkey had been removed"),
        (key.owner == reviewer, "the passkey is someone else's"),
        (isinstance(signed_it, Verified), "the passkey didn't sign this decision"),
        (
            any(one.challenge == challenge.hex() for one in key.recent),
            "the passkey has no record of signing this",
        ),
        (now.at >= may_decide_from(key.active_since, risk, waits), "the passkey was too new for this risk"),
    )


def _no_voucher(event: PasskeyAdded, past: Past) -> Why:
    key = passkey_after(past)
    if key is None or event.voucher is None or key.status != "active":
        return "the passkey that vouched for it wasn't in use"
    challenge = enrolment_challenge(event.person, event.proof)
    vouched = verify(event.voucher, key.public_key, key.rp, key.origin, challenge)
    return unmet(
        (key.owner == event.person, "the passkey that vouched for it is someone else's"),
        (isinstance(vouched, Verified), "no older passkey signed for it"),
    )


def _not_signed_in(event: PasskeyAdded, past: Past) -> Why:
    began = next((one.event for one in past if isinstance(one.event, SignedIn)), None)
    return unmet(
        (began is not None and began.person == event.person, "its owner wasn't signed in"),
        (
            began is not None and began.authenticated_at == event.authenticated_at,
            "its owner had signed in at another time",
        ),
    )
