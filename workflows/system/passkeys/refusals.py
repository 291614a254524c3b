"""Why a passkey isn't added, confirmed, or taken for a decision."""

from datetime import datetime

from workflows.system.passkeys.assertion import Fault
from workflows.workflow import Refused

UNKNOWN = Refused("unknown", "Daypass doesn't know this passkey. It may have been removed: add it again.")
PEOPLE_ONLY = Refused("machine", "Only people have passkeys.")
UNUSABLE = Refused(
    "unusable-key",
    "Daypass can't verify this kind of passkey. Use another one: a phone, a laptop or a security key.",
)
NOT_FRESH = Refused(
    "not-fresh",
    "Your identity provider hasn't confirmed you within the last ten minutes. Sign in again, then add the passkey.",
)
VOUCH_FIRST = Refused(
    "no-voucher", "You have a passkey already, so it has to sign for the new one. Nothing was added."
)
TOO_MANY = Refused("too-many", "You have ten passkeys. Remove one that you no longer use, then add this one.")
NOT_WAITING = Refused("not-waiting", "This passkey isn't waiting to be confirmed.")
OWN_PASSKEY = Refused(
    "own-passkey", "You can't confirm your own passkey. An operator or your manager has to."
)
NOT_YOURS_TO_CONFIRM = Refused(
    "not-yours", "Only operators and the person's manager can confirm this passkey."
)
NOT_YOURS = Refused("not-yours", "This passkey is someone else's.")
NOT_YOURS_TO_REMOVE = Refused("not-yours", "Only its owner and operators can remove a passkey.")
NOT_ACTIVE = Refused(
    "not-active", "This passkey isn't confirmed yet, or was removed, so nothing was decided with it."
)
TOO_OLD = Refused("too-old", "You took more than ten minutes, so nothing was decided. Open the page again.")
USED_BEFORE = Refused(
    "used-before", "This signature was used before, so nothing was decided. Open the page again."
)
REMOVED = Refused("removed", "This passkey was removed. Make a new one in your browser, then add that.")
COUNT_WENT_BACK = Refused(
    "count-went-back",
    "This passkey's counter went back, so someone may have copied it. Nothing was decided. "
    "Remove the passkey and tell your security team.",
)
NEEDED = Refused(
    "passkey-needed",
    "This has to be approved with your passkey. A click in Slack isn't enough, so nothing was approved.",
)
OTHER_PERSON = Refused(
    "other-person", "This passkey says that it belongs to someone else. Nothing was decided."
)
NOT_YOURS_TO_TAKE = Refused("not-yours", "Only the person with this access can sign for its credentials.")
NOTHING_TO_TAKE = Refused("not-active", "This access isn't active, so there is no credential to sign for.")
CHANGED = Refused("stale", "The access has changed since this page was opened. Open it again, then sign.")
SIGN_TO_TAKE = Refused(
    "passkey-needed",
    "You have to sign for this credential with your passkey first, in the console: open the access there and sign.",
)
SIGNED_FAULTS: dict[Fault, str] = {
    "unreadable": "What your browser sent isn't a passkey's signature. Nothing was decided.",
    "other-key": "This was signed with another passkey than it says. Nothing was decided.",
    "other-challenge": "Your passkey signed something else than what was shown here. Nothing was decided.",
    "other-origin": "Your passkey signed this for another website. Nothing was decided.",
    "user-not-verified": "Your passkey didn't check that it was you, by PIN, finger or face. Nothing was decided.",
    "bad-signature": "The passkey's signature is wrong. Nothing was decided.",
}


def faulty(fault: Fault) -> Refused:
    """A signature that doesn't hold."""
    return Refused(fault, SIGNED_FAULTS[fault])


def too_new(until: datetime) -> Refused:
    """A new passkey doesn't decide on what is risky at once."""
    sentence = (
        f"Your passkey is new. It can decide on high and critical risk from {until:%Y-%m-%d %H:%M} UTC on. "
        "Use an older passkey, or ask another approver."
    )
    return Refused("passkey-too-new", sentence)
