"""Why an access review isn't opened, or an item isn't answered: every code and sentence of it, in one place."""

from collections.abc import Collection

from workflows.policy.problems import suggest
from workflows.workflow import Refused

MIN_REASON_CHARS = 3
MAX_REASON_CHARS = 500
UNKNOWN = Refused("unknown", "Access review not found.")
NOT_YOURS_TO_OPEN = Refused("not-allowed", "Only operators can open an access review before its time.")
NO_ITEM = Refused("no-item", "This review has no such item.")
OWN_ACCESS = Refused("own-access", "You can't review your own access. Someone else has to.")
NOT_A_REVIEWER = Refused("not-a-reviewer", "You're not a reviewer of this access.")
CLOSED = Refused("closed", "This review is closed, so its answers don't change anymore.")
NO_REASON = Refused("no-reason", "Say why you remove this.", fields={"reason": "Say why."})
BAD_REASON = Refused("unreadable", "Use at most 500 valid characters for the reason.")
NOTHING_USED = Refused("nothing-used", "None of what's left was used recently. Answer each one.")
NO_PEOPLE = Refused(
    "no-people",
    "Daypass can't tell now who is in every group, so the list would lack people. Try again later.",
)
NOT_YOURS_TO_APPLY = Refused("not-yours", "Only Daypass carries out what reviewers decide.")


def no_review(name: str, known: Collection[str]) -> Refused:
    """A name that the bundle doesn't have."""
    return Refused("unknown-review", f"There is no access review “{name[:60]}”: {suggest(name[:60], known)}")


def too_many(count: int, most: int) -> Refused:
    """More items than one review can have."""
    return Refused(
        "too-many-items",
        f"This review would have {count} items, and one can have {most}. Split it in reviews.yaml.",
    )


def removed(title: str, review: str) -> Refused:
    """Access that a review removed, until the bundle says the same."""
    return Refused(
        "removed-in-review",
        f"Your access to “{title}” was removed in the access review “{review}”. Ask a reviewer if you need it again.",
    )
