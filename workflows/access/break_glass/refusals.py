"""Why break-glass, or its review, is refused: every code and sentence of it, in one place."""

from datetime import datetime, timedelta

from workflows.workflow import Refused

PEOPLE_ONLY = Refused("people-only", "Only people can take access without approval. Machines request it.")
NOT_TAKEN = Refused("not-taken", "This wasn't taken without approval, so there is nothing to review.")
OWN_ACCESS = Refused("own-access", "You can't review access that you took. Someone else has to.")
NOT_A_REVIEWER = Refused("not-a-reviewer", "You're not a reviewer for this. Its approvers and reviewers are.")
STILL_ACTIVE = Refused(
    "still-active", "This access is still active. Review it when it has ended, or revoke it now."
)
NO_REASON = Refused("no-reason", "Say why in at least 10 characters, for the audit log.")
MIN_REVIEW_REASON_CHARS = 10


def reviewed_already(verdict: str) -> Refused:
    """A second review."""
    return Refused("reviewed", f"This was already reviewed as {spell_verdict(verdict)}. That review stands.")


def spell_verdict(verdict: str) -> str:
    """The verdict as people say it, such as “not justified”."""
    return "not justified" if verdict == "unjustified" else verdict


def overdue(number: int) -> Refused:
    """Earlier access was taken and nobody has reviewed it in time."""
    what = "Break-glass you used before is" if number == 1 else f"{number} break-glass accesses of yours are"
    return Refused(
        "review-overdue",
        f"{what} past the review deadline, so you can't use it again. Ask a reviewer to review it, or send a request.",
    )


def too_many_unreviewed(number: int) -> Refused:
    """As many as may wait for their review do."""
    return Refused(
        "too-many-unreviewed",
        f"{number} of your break-glass accesses still need a review. Ask a reviewer, or send a request.",
    )


def taken_already(current: str) -> Refused:
    """It was taken before, and lasts."""
    sentence = f"You've already taken this without approval ({current}). Get your credentials from its card."
    return Refused("taken-already", sentence)


def denied_recently(at: datetime, seconds: int) -> Refused:
    """An approver said no a short while ago."""
    free = at + timedelta(seconds=seconds)
    return Refused(
        "denied-recently",
        f"Your request for this was denied at {at:%H:%M} UTC, so it can't be taken without approval before "
        f"{free:%H:%M} UTC. Talk to whoever denied it.",
    )
