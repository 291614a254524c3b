"""Why a departure isn't confirmed or rejected."""

from workflows.workflow import Refused

UNKNOWN = Refused("unknown", "Departure not found.")
NOT_YOURS_TO_REPORT = Refused("not-yours", "Only Daypass reports who has left.")
NOT_AN_OPERATOR = Refused("not-allowed", "Only operators confirm or reject that people have left.")
AMONG_THEM = Refused(
    "own-departure",
    "You're among the people who are said to have left, so another operator has to decide. If all operators are "
    "among them, use `daypass directory` on the server.",
)
DECIDED = Refused("decided", "This was decided already, or nobody is left to decide about.")
STALE = Refused(
    "stale", "The list has changed since you opened this page, so nothing was decided. Look at it again."
)
