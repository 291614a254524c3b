"""What happens to access that was taken without approval, as sentences."""

from typing import Any

from workflows.access.break_glass.refusals import spell_verdict
from workflows.narrative import Names, Replies, Reply, Sentences, listed, moment


def _taken(f: Any, n: Names) -> str:
    denied = f.get("denied")
    return (
        f"{n.who} took it without approval (break-glass). Review due by {moment(f['review_by'])}. "
        f"Told: {f['count']} approvers and reviewers"
        + (
            f". {n.of(denied['by'])} had denied it at {moment(denied['at'])} ({denied['request']})"
            if denied
            else ""
        )
        + (f". Still unreviewed: {listed(f['unreviewed'])}" if f.get("unreviewed") else "")
    )


SENTENCES: Sentences = {
    "break-glass-taken": _taken,
    "break-glass-reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} reviewed the break-glass: {spell_verdict(f['verdict'])}"
    ),
    "break-glass-review-reminded": lambda f, n: f"Reminder of the review due: {n.all(f['people'])}",
    "break-glass-review-escalated": lambda f, n: f"Review escalated: {listed(f['to'])} can review too",
    "break-glass-review-overdue": lambda f, n: "Review overdue: nobody reviewed the break-glass in time",
    "break-glass-reviewers-missing": lambda f, n: "Nobody is left who can review the break-glass",
    "break-glass-reviewers-found": lambda f, n: "Someone can review the break-glass again",
    "break-glass-incident-linked": lambda f, n: (
        f"Added to the incident {f['number']}" if f["joined"] else f"Declared the incident {f['number']}"
    ),
}

REPLIES: Replies = {
    "break-glass-reviewed": Reply(SENTENCES["break-glass-reviewed"]),
    "break-glass-review-overdue": Reply(SENTENCES["break-glass-review-overdue"], broadcast=True),
    "break-glass-incident-linked": Reply(SENTENCES["break-glass-incident-linked"]),
}
"""What the thread of its card tells."""
