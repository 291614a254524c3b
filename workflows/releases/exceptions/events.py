"""What can happen to a release's exceptions."""

from datetime import datetime

from pydantic import JsonValue

from workflows.releases.exceptions.state import ExceptionVerdict
from workflows.workflow import Event


class ExceptionRequested(Event):
    """Somebody asked that the gate may fail as it does: `sentence` says how, `cause` is the digest of that.

    The release needs one more approver from here on, and what was decided before doesn't count.
    """

    action = "exception-requested"
    texts = frozenset({"reason"})
    gate: str
    sentence: str
    cause: str
    by: str
    reason: str
    at: datetime
    until: datetime
    groups: tuple[str, ...]
    """Groups of whoever asked, at that time."""


class ExceptionReviewDue(Event):
    """It went live with exceptions from these gates. `people` are told, who may review them, `PEOPLE_RECORDED` at most."""

    action = "exception-review-due"
    gates: tuple[str, ...]
    due_at: datetime
    people: tuple[str, ...]


class ExceptionReviewed(Event):
    action = "exception-reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: ExceptionVerdict
    reason: str
    at: datetime
    seen: dict[str, JsonValue]
    """The reviewer's groups, and who was barred."""


class ExceptionReviewOverdue(Event):
    """Nobody has reviewed it in time; `people` may."""

    action = "exception-review-overdue"
    people: tuple[str, ...]


ExceptionEvent = ExceptionRequested | ExceptionReviewDue | ExceptionReviewed | ExceptionReviewOverdue
