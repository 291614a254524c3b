"""Why an absence doesn't start or end."""

from datetime import datetime

from workflows.durations import spell_duration
from workflows.workflow import Refused

UNKNOWN = Refused("unknown", "Absence not found.")
MACHINE = Refused("machine", "Machines are never away. Only people can delegate.")
NOT_YOURS = Refused("not-yours", "Only the person who is away can end their absence.")
PAST = Refused("past", "That time has passed. Pick a later one.", fields={"until": "Pick a later time."})
TOO_LONG = Refused(
    "too-long", "You can be away for at most 365 days.", fields={"until": "At most 365 days from now."}
)
ONESELF = Refused(
    "oneself",
    "You can't delegate to yourself. Pick someone else, or nobody.",
    fields={"delegate": "Pick someone else."},
)
NOT_A_MEMBER = Refused(
    "not-a-member",
    "Only active members of this workspace can decide for you: no apps, guests, or people who left.",
    fields={"delegate": "Pick an active member."},
)
NOT_ALLOWED = Refused(
    "not-allowed",
    "The policy doesn't let this person decide for you. Pick someone else, or nobody.",
    fields={"delegate": "The policy doesn't let them."},
)


def already_away(until: datetime) -> Refused:
    """One absence at a time."""
    sentence = (
        f"You're already away until {until:%Y-%m-%d %H:%M} UTC. Come back first, then set the new time."
    )
    return Refused("already-away", sentence)


def delegate_away(until: datetime) -> Refused:
    """Whoever is away themself can't decide for someone else."""
    sentence = f"They're away themselves until {until:%Y-%m-%d %H:%M} UTC. Pick someone else, or nobody."
    return Refused("delegate-away", sentence, fields={"delegate": "They're away themselves."})


def too_long_for(seconds: int) -> Refused:
    """The policy lets this delegate, but not for as long."""
    sentence = (
        f"The policy lets them decide for you for at most {spell_duration(seconds)}. Pick an earlier time."
    )
    return Refused("too-long", sentence, fields={"until": f"At most {spell_duration(seconds)} from now."})
