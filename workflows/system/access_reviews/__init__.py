"""Access reviews: campaigns in which reviewers keep or remove who can request what, until every item has an answer."""

from typing import get_args

from workflows.ports import Directory
from workflows.system.access_reviews.decide import decide
from workflows.system.access_reviews.events import ReviewEvent
from workflows.system.access_reviews.evolve import effects, evolve
from workflows.system.access_reviews.narrative import SENTENCES, found_by
from workflows.system.access_reviews.replay import impossible
from workflows.system.access_reviews.reviewers import everyone
from workflows.system.access_reviews.state import KIND, NAME, AccessReview
from workflows.system.access_reviews.timing import due
from workflows.workflow import Workflow


def _concerns(state: AccessReview, directory: Directory, person: str) -> bool:
    """Reviewers see all of it; whom it is about see it in the card of what was revoked."""
    return bool(everyone(state, directory) & directory.accounts_of(person))


WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=AccessReview,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    found_by=found_by,
    concerns=_concerns,
    overdue=lambda state, directory, now: state.status == "open" and now >= state.due_at,
    events=get_args(ReviewEvent),
    impossible=impossible,
    typed={"items": {"__all__": {"reason"}}},
    sentences=SENTENCES,
    over=frozenset({"closed"}),
)
