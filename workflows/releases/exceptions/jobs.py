"""What Daypass does by itself about exceptions: it alarms while a review is overdue."""

from collections.abc import Iterable

from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.releases.exceptions.decide import awaited
from workflows.releases.exceptions.state import AWAITED
from workflows.releases.state import KIND, Release
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm, changes
from workflows.workflow import CLOCKWORK

ALARM = "release-exception:"
OVERDUE = (
    "Nobody has reviewed the exception with which {title} {version} went live ({release}). Its review was due on {due:%Y-%m-%d}. "
    "A member of {groups} who had no part in the release has to review it."
)


def alarms_about(awaiting: Iterable[Release]) -> dict[str, str]:
    """The sentence of each alarm that is to stand, by its key: one for every review that is overdue."""
    return {
        f"{ALARM}{state.id}": OVERDUE.format(
            title=state.terms.title,
            version=state.version,
            release=state.id,
            due=state.exception_review.due_at,
            groups=" or ".join(state.terms.exceptions.reviewers),
        )
        for state in awaiting
        if awaited(state)
        and state.exception_review
        and state.exception_review.overdue
        and state.terms.exceptions
    }


async def watch_reviews(ledger: Ledger, reads: Repository) -> None:
    """Raise an alarm for each review that is overdue, and clear those of reviews that were given."""
    raised = await reads.in_status(Alarm, ALARMS, ("raised",))
    wanted = alarms_about(await reads.awaiting(Release, KIND, AWAITED))
    for command in changes(raised, ALARM, wanted):
        await ledger.handle(command, CLOCKWORK, "clockwork")
