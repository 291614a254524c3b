"""Why an exception, or its review, is refused: every code and sentence of it, in one place."""

from workflows.durations import spell_duration
from workflows.workflow import Refused

MAX_REASON_CHARS = 1_000
MIN_REVIEW_REASON_CHARS = 10

NO_EXCEPTIONS = Refused("no-exceptions", "The policy allows no exceptions for this service.")
NOT_DECIDABLE = Refused("decided", "This release is decided, so it's too late for an exception.")
NOTHING_READ = Refused("gates", "The checks haven't run yet. Ask again when the card shows them.")
NOT_ELIGIBLE = Refused(
    "not-eligible", "Only people who can propose releases of this service can ask for an exception."
)
NOTHING_FAILED = Refused("not-failed", "No check failed that the policy allows an exception from.")
STALE = (
    "The policy changed, so nothing was asked. Look at the current card, and ask again if you still need it."
)
NO_GRANTER = Refused(
    "too-few-approvers",
    "Not enough eligible approvers could grant this exception. Ask whoever manages the groups to add someone.",
)
ASKED_FOR_IT = Refused(
    "own-exception", "You asked for an exception from a check, so someone else has to decide."
)
NOTHING_TO_REVIEW = Refused("nothing-to-review", "No exception of this release waits for a review.")
OWN_EXCEPTION = Refused(
    "own-exception",
    "You made, proposed or approved this release, so someone else has to review its exception.",
)
NOT_A_REVIEWER = Refused("not-a-reviewer", "You're not a reviewer of this service's exceptions.")
NO_REASON = Refused(
    "no-reason",
    f"Say why in {MIN_REVIEW_REASON_CHARS} to {MAX_REASON_CHARS:,} characters, for the audit log.",
)


def not_excepted(gate: str) -> Refused:
    """The policy doesn't list the gate."""
    return Refused("no-exceptions", f"The policy allows no exception from “{gate[:60]}”.")


def not_failed(gate: str) -> Refused:
    """There is nothing to except: it passed, or it couldn't be checked."""
    return Refused("not-failed", f"“{gate[:60]}” didn't fail, so it needs no exception.")


def bad_reason(least: int) -> Refused:
    """The reason is too short, too long, or not plain text."""
    sentence = f"Use {least} to {MAX_REASON_CHARS:,} characters, and plain text only."
    return Refused("no-reason", sentence, fields={"reason": sentence})


def is_over(gate: str, longest: int) -> Refused:
    """The exception's time is up, or the gate fails in another way than was excepted."""
    return Refused(
        "exception-over",
        f"The exception from “{gate[:60]}” no longer holds: it lasts {spell_duration(longest)}, and only for what the "
        "check found then. Ask for another one.",
    )
