"""Why a request or a click on access is refused: every code and sentence of it, in one place."""

from dataclasses import replace

from workflows.access.events import Lapsed
from workflows.access.state import Access
from workflows.durations import spell_duration
from workflows.policy.evaluation.assess import Assessment
from workflows.text import is_text
from workflows.workflow import Refused

MAX_KIT_NAME_CHARS = 60
UNKNOWN = Refused("unknown", "Request not found. Use /access to send a new one.")
NOT_AN_INCIDENT = Refused("not-an-incident", "Only a playbook can request access for an incident.")
NOT_FOR_DRILLS = Refused(
    "not-for-drills", "This access isn't available in drills. Its rule has to allow drills first."
)
PRIVATE = Refused(
    "private", "Its approvers would learn of a private incident. Request it with /access instead."
)
OWN_REQUEST = Refused("own-request", "You can't decide your own request. Someone else has to.")
NOT_YOURS_TO_WITHDRAW = Refused("not-yours", "Only the requester can withdraw this request.")
NOT_YOUR_CREDENTIALS = Refused("not-yours", "Only the person with this access can get its credentials.")
NOT_YOURS_TO_GIVE_BACK = Refused("not-yours", "Only the person with this access can give it back.")
NOT_YOURS_TO_REVOKE = Refused("not-an-approver", "Only its approvers can revoke this access.")
NOT_YOURS_TO_EXTEND = Refused("not-yours", "Only the person with this access can extend it.")
NOT_YOURS_TO_START = Refused("not-yours", "Scheduled access starts by itself when its time comes.")
NOT_YOURS_TO_REPORT = Refused("not-yours", "Daypass itself watches what access ends with.")
EXTENDS_ANOTHER = Refused(
    "not-the-same", "An extension has to be for the same access. Send a new request instead."
)
NOT_STARTED = Refused("not-started", "Your access hasn't started yet. The card says when it does.")
ENDED_EARLY = "The access it extends ended early."
EXTENDED_ALREADY = "The access it extends has another extension already."
OFFERED = Refused(
    "offered", "This request has its approvals. It's waiting for the requester to accept the conditions."
)
NOT_YOURS_TO_ACCEPT = Refused("not-yours", "Only the requester can accept these conditions.")
NOTHING_TO_ACCEPT = Refused("not-offered", "This request has no conditions to accept right now.")
OFFER_CHANGED = (
    "What was approved has changed, so nothing was accepted. Read the current card, then accept it."
)
NEEDS_APPROVALS = Refused(
    "not-approved", "One of its approvals no longer counts, so it needs another one before you can accept."
)
NOTHING_LESS = (
    "Enter less time or a condition. To approve the request as it is, go back and press Approve instead."
)
OVER = Refused(
    "over", "This access has ended or is about to. Request it again with /access if you need more time."
)
MADE_DIFFERENTLY = (
    "Its credentials would be created differently now, so the requester has to send a new request."
)
ASKS_FOR_MORE = (
    "The policy now asks for more than this request says, so the requester has to send a new request."
)
NOT_IN_KIT = Refused("not-in-kit", "This request doesn't belong to the kit. Request the kit again.")
KIT_UNTIL_RUN = Refused(
    "kit-until-run", "A kit can't end with a run. Request its entitlements one by one, or leave the run out."
)
NOT_YOURS_TO_CLOSE = Refused("not-yours", "Daypass itself looks after what was requested with a kit.")
STATUS_WORDS = {"lapsed": "expired", "ending": "being revoked"}
"""What people read for a status whose own word they wouldn't use; the others are said as they are."""


def spell_status(state: Access) -> str:
    """The status as people say it, such as “expired”."""
    return STATUS_WORDS.get(state.status, state.status)


def lapsed(event: Lapsed) -> Refused:
    """A verdict that came after the request had expired."""
    sentence = "This request expired before your click, so nothing changed. The requester can send a new one."
    return Refused("lapsed", sentence, (event,))


def offer_lapsed(event: Lapsed) -> Refused:
    """An acceptance that came after the offer had expired."""
    sentence = "These conditions expired before your click, so nothing was granted. Send a new request."
    return Refused("lapsed", sentence, (event,))


def not_allowed(seen: Assessment) -> Refused:
    """A new request with everything that is wrong with it, by field."""
    fields: dict[str, str] = {}
    for problem in seen.problems:
        before = fields.get(problem.field)
        fields[problem.field] = f"{before} {problem.sentence}" if before else problem.sentence
    codes = ",".join(dict.fromkeys(problem.code for problem in seen.problems))
    return Refused(codes, " ".join(fields.values()), fields=fields, seen=seen.facts())


def unknown_kit(name: str) -> Refused:
    """A kit that the policy doesn't have."""
    named = f"“{name[:MAX_KIT_NAME_CHARS]}”" if is_text(name) else "with that name"
    sentence = f"There is no kit {named}. Pick one from the list."
    return Refused("unknown-kit", sentence, fields={"entitlement": sentence})


def not_in_kit(title: str) -> Refused:
    """Something chosen with a kit that it doesn't have, or nothing at all."""
    sentence = f"Choose one or more of what “{title}” has, each once."
    return Refused("not-in-kit", sentence, fields={"entitlement": sentence})


def of_kit_member(refusal: Refused, title: str) -> Refused:
    """What is wrong with one entitlement of a kit, by its name."""
    fields = {field: f"{title}: {sentence}" for field, sentence in refusal.fields.items()}
    return replace(refusal, sentence=f"{title}: {refusal.sentence}", fields=fields)


def closed_with_kit(kit: str, denied: str) -> str:
    """Why a request was taken back: another one of the same kit was denied."""
    return f"“{denied}” of the kit “{kit}” was denied."


def no_longer_allowed(objections: str) -> Refused:
    """An approval that today's policy forbids."""
    return Refused("no-longer-allowed", f"This request can't be approved anymore. {objections}")


def too_long_now(longest: int) -> str:
    """Why a request can't be approved: a new policy allows it for `longest` seconds only."""
    return f"The policy now allows {spell_duration(longest)} at most, so the requester has to send a new request."


def not_less(field: str, sentence: str) -> Refused:
    """An approval for less that isn't one, or is for too little; `field` is duration or condition."""
    return Refused(f"not-less-{field}", sentence, fields={field: sentence})


def too_much(most: int) -> Refused:
    """An approval for more than `most` seconds, which is what was shown."""
    return not_less("duration", f"You can approve {spell_duration(most)} at most.")


def too_little(least: int) -> Refused:
    """An approval for less than `least` seconds."""
    return not_less("duration", f"You can't approve less than {spell_duration(least)}.")


def condition_too_long(length: int, most: int) -> Refused:
    """A condition of `length` characters where `most` are allowed."""
    return not_less("condition", f"Keep the condition under {most} characters. You have {length}.")


def too_many_conditions(most: int) -> Refused:
    """One more condition than the requester can be asked to accept."""
    return not_less("condition", f"This request already has {most} conditions. Deny it, and say why.")


def extends_too_long(longest: int) -> Refused:
    """An extension for more than `longest` seconds, which is what approvers made of the access that it extends."""
    sentence = (
        f"Your access was approved for {spell_duration(longest)} at most, so extend it by that or less."
    )
    return Refused("extends-too-long", sentence, fields={"duration": sentence})


def extended_already(extension: str) -> Refused:
    """A second extension of the same access."""
    sentence = f"This access is already extended by {extension}. Withdraw that first to change it."
    return Refused("extended-already", sentence)


def already_decided(state: Access, done: str = "withdrawn") -> Refused:
    """What the requester does too late, such as a withdrawal."""
    return Refused("decided", f"This request is already {spell_status(state)}, so it can't be {done}.")


def no_credentials(state: Access) -> Refused:
    """Credentials for a request that has no grant."""
    return Refused("not-granted", f"This request is {spell_status(state)}, so it has no credentials.")


def nothing_to_end(state: Access) -> Refused:
    """An end to a request that has no grant."""
    return Refused("not-granted", f"This request is {spell_status(state)}, so there is no access to end.")


def stopped_by(stop: str) -> str:
    """Why a request was closed, or access was revoked, by an emergency stop."""
    return f"It was stopped in an emergency ({stop})."


def left(departure: str) -> str:
    """Why a request was closed, or access was revoked, of somebody who has left."""
    return f"The identity provider deactivated the account ({departure})."


def too_many(most: int) -> Refused:
    """One more credential than the grant allows."""
    return Refused(
        "too-many", f"You've used all {most} credentials of this grant. Send a new request for more."
    )
