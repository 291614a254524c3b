"""What happens to a release's exceptions, as sentences."""

from workflows.narrative import Replies, Reply, Sentences, listed, moment

SENTENCES: Sentences = {
    "exception-requested": lambda f, n: (
        f"{n.of(f['by'])} asked for an exception from {f['gate']}, until {moment(f['until'])}; one more approver has to "
        f"agree. {f['sentence']}"
    ),
    "exception-review-due": lambda f, n: (
        f"Went live with an exception from {listed(f['gates'])}; review due by {moment(f['due_at'])}"
    ),
    "exception-reviewed": lambda f, n: (
        f"{n.of(f['reviewer'])} reviewed the exception: "
        f"{'not justified' if f['verdict'] == 'unjustified' else f['verdict']}"
    ),
    "exception-review-overdue": lambda f, n: "Review overdue: nobody reviewed the exception in time",
}

REPLIES: Replies = {
    "exception-requested": Reply(
        lambda f, n: (
            f"{n.of(f['by'])} asked for an exception from {f['gate']}; one more approver has to agree"
        )
    ),
    "exception-reviewed": Reply(SENTENCES["exception-reviewed"]),
    "exception-review-overdue": Reply(SENTENCES["exception-review-overdue"], broadcast=True),
}
"""What the thread of its card tells."""
