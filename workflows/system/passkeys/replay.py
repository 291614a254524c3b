"""Could this have happened to a passkey? Its signatures are verified again, from the log alone."""

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.passkeys.assertion import Verified, verify
from workflows.system.passkeys.decide import CONFIRMED_WITHIN, enrolment_challenge
from workflows.system.passkeys.events import PasskeyAdded, PasskeyConfirmed, PasskeyRemoved, PasskeyUsed
from workflows.system.passkeys.signing import counted, stale
from workflows.system.passkeys.state import Passkey, passkey_id
from workflows.workflow import Occurred, unmet


def _added(state: Passkey | None, past: Past, now: Occurred, event: PasskeyAdded) -> Why:
    challenge = enrolment_challenge(event.person, event.proof)
    proven = verify(event.proof, event.public_key, event.rp, event.origin, challenge)
    signed_in = event.authenticated_at
    return unmet(
        (state is None, "it had been added before"),
        (event.id == now.subject == passkey_id(event.credential), "it names another passkey"),
        (event.person == now.actor.id, "someone else added it"),
        (event.credential == event.proof.credential, "it is signed for by another passkey"),
        (isinstance(proven, Verified), "it hadn't signed its own enrolment"),
        (not stale(event.proof.made_at, now.at), "it was signed at another time"),
        (
            event.voucher is not None or (signed_in is not None and not stale(signed_in, now.at)),
            "neither an older passkey nor a fresh sign-in vouched for it",
        ),
    )


def _confirmed(state: Passkey, past: Past, now: Occurred, event: PasskeyConfirmed) -> Why:
    return unmet(
        (state.status == "waiting", f"it was {state.status} already"),
        (event.by == now.actor.id, "someone else confirmed it"),
        (event.by != state.owner, "its owner confirmed it"),
        (not now.actor.is_machine and not now.actor.is_daypass, "no person confirmed it"),
    )


def _used(state: Passkey, past: Past, now: Occurred, event: PasskeyUsed) -> Why:
    return unmet(
        (state.status == "active", "it wasn't confirmed, or was removed"),
        (now.actor.id == state.owner, "someone else used it"),
        (all(one.challenge != event.challenge for one in state.recent), "it had signed this before"),
        (counted(state, event.count), "its counter went back"),
    )


def _removed(state: Passkey, past: Past, now: Occurred, event: PasskeyRemoved) -> Why:
    late = event.how == "not confirmed in time"
    return unmet(
        (state.status != "removed", "it was removed already"),
        (event.by == now.actor.id, "someone else removed it"),
        (late == now.actor.is_daypass, "it wasn't removed by who removes it so"),
        (not late or now.at >= state.at + CONFIRMED_WITHIN, "its time to be confirmed wasn't over"),
        (event.how != "by an operator" or bool(event.groups), "no group made an operator of who removed it"),
    )


JUDGES: Judges = {
    PasskeyAdded: _added,
    PasskeyConfirmed: _confirmed,
    PasskeyUsed: _used,
    PasskeyRemoved: _removed,
}
impossible = judged(PasskeyAdded, JUDGES, "nobody had added it")
