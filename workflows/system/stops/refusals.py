"""Why a stop isn't pressed or lifted, and why nothing is given while one is in force."""

from collections.abc import Collection

from workflows.policy.problems import suggest
from workflows.system.stops.state import Stop
from workflows.workflow import Refused

UNKNOWN = Refused("unknown", "Emergency stop not found.")
ONE_THING = Refused("unclear", "Stop either a person or a resource. Choose one of them.")
NO_REASON = Refused(
    "no-reason", "Say why. Everyone who sees the stop reads it.", fields={"reason": "Say why."}
)
BAD_REASON = Refused("unreadable", "Use at most 500 valid characters for the reason.")
NOT_YOURS_TO_LIFT = Refused(
    "not-allowed",
    "You can't lift this stop. Someone else whom the policy lets press the red button for it has to.",
)
NOT_YOURS_TO_REPORT = Refused("not-yours", "Only Daypass reports what a stop has ended.")


def not_allowed(own: bool) -> Refused:
    """Somebody whom no rule of the bundle lets press it for this."""
    what = "someone else's access" if own else "this"
    sentence = f"The policy doesn't let you stop {what}. Ask an operator or the incident commander."
    return Refused("not-allowed", sentence)


def unknown_target(target: str, known: Collection[str]) -> Refused:
    """Nothing in the bundle has this name; ending nothing would look like success."""
    meant = suggest(target[:60], known)
    what = f"There is no resource or entitlement “{target[:60]}”, so nothing was stopped."
    sentence = f"{what} {meant[:1].upper()}{meant[1:]}"
    return Refused("unknown-target", sentence, fields={"target": sentence})


def already_stopped(stop: Stop) -> Refused:
    """The same is stopped already."""
    return Refused("already-stopped", f"This is stopped already. Follow it as {stop.id}.")


def stopped(stop: Stop) -> Refused:
    """Access that a stop in force is for."""
    what = "This person's access" if stop.aim.person else "Access to this"
    sentence = f"{what} was stopped in an emergency. Ask an operator to lift {stop.id} when it's over."
    return Refused("stopped", sentence)
