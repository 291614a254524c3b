"""What waits for whose decision now, and when its reminders fall due: for those who can decide, and nobody else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from workflows.access.break_glass.decide import reminders as review_reminders
from workflows.access.break_glass.decide import unreviewed
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.break_glass.state import REVIEW, REVIEWABLE
from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access
from workflows.approval.approvers import to_ask, who_is_here
from workflows.approval.staged import Staged
from workflows.ledger.repository import Repository
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import seats
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.queries.pending import pending
from workflows.releases.exceptions import decide as exceptions
from workflows.releases.exceptions.reviewers import reviewers as exception_reviewers
from workflows.releases.exceptions.state import AWAITED
from workflows.releases.state import KIND as RELEASES
from workflows.releases.state import Release
from workflows.system.access_reviews.reviewers import people_waited_for
from workflows.system.access_reviews.state import KIND as CAMPAIGNS
from workflows.system.access_reviews.state import OPEN, AccessReview
from workflows.system.access_reviews.timing import reminders as campaign_reminders
from workflows.system.reminders.due import Waiting
from workflows.workflow import State

Decided = Access | Release | AccessReview
"""What can wait for somebody's decision."""
KINDS: Mapping[str, type[State]] = {ACCESS: Access, RELEASES: Release, CAMPAIGNS: AccessReview}
"""The same by the prefix of its id."""
ByPerson = Mapping[str, Waiting]
"""How something waits for each of these people."""


async def all_that_waits(reads: Repository) -> list[Decided]:
    """Everything that waits for somebody's decision, each kind oldest first."""
    return [
        *await pending(reads),
        *await reads.awaiting(Access, ACCESS, REVIEW),
        *await reads.awaiting(Release, RELEASES, AWAITED),
        *await reads.in_status(AccessReview, CAMPAIGNS, OPEN),
    ]


def waiting_for(state: State, directory: Directory) -> ByPerson:
    """Whom it waits for.

    Nobody who has decided, may not, or is away, unless only they can; whoever decides for them is there in their stead.
    """
    match state:
        case Access(private=True):
            return {}
        case Access() if unreviewed(state):
            return _to_review(state, directory)
        case Release() if exceptions.awaited(state):
            return _to_review_exception(state, directory)
        case Access() | Release():
            return _to_approve(state, directory)
        case AccessReview():
            waiting = Waiting(state.id, state.opened_at, tuple(campaign_reminders(state)))
            return dict.fromkeys(who_is_here(people_waited_for(state, directory), directory), waiting)
        case _:
            return {}


def by_person(found: Iterable[ByPerson]) -> dict[str, list[Waiting]]:
    """All of it, by whom it waits for."""
    every: dict[str, list[Waiting]] = defaultdict(list)
    for each in found:
        for person, waiting in each.items():
            every[person].append(waiting)
    return dict(every)


def _to_review(state: Access, directory: Directory) -> ByPerson:
    """What was taken without approval, once it is over."""
    if state.status not in REVIEWABLE or state.break_glass is None:
        return {}
    waiting = Waiting(state.id, state.break_glass.taken_at, tuple(review_reminders(state)))
    return dict.fromkeys(who_is_here(reviewers(state, directory), directory), waiting)


def _to_review_exception(state: Release, directory: Directory) -> ByPerson:
    """What went live with an exception."""
    waiting = Waiting(state.id, state.live_at or state.begun_at, tuple(exceptions.reminders(state)))
    return dict.fromkeys(who_is_here(exception_reviewers(state, directory), directory), waiting)


def _to_approve(state: Access | Release, directory: Directory) -> ByPerson:
    """One reminder each: halfway to the stage's escalation, or to the end; for whom it was escalated to, from there on."""
    asked = to_ask(state, directory)
    if not any(asked.values()):
        return {}
    regular = _regular(state, directory)
    stages = {one.name: one for one in state.terms.stages}
    found: dict[str, Waiting] = {}
    for name, people in asked.items():
        for person in people:
            found.setdefault(person, _decision(state, stages[name], person in regular[name]))
    return found


def _regular(state: Staged, directory: Directory) -> dict[str, frozenset[str]]:
    """Who may decide in each stage without its escalation."""
    here = with_manager(directory, state.requester)
    return seats(state.terms.stages, here, state.excluded(directory), ())


def _decision(state: Staged, stage: StageTerms, is_regular: bool) -> Waiting:
    begins, ends = state.begun_at, state.lapses_at
    escalates = begins + timedelta(seconds=stage.escalate_after) if stage.escalate_after else None
    if escalates and is_regular:
        ends = min(ends, escalates)
    elif escalates and stage.name not in state.stuck:
        begins = escalates
    return Waiting(state.id, begins, (_halfway(begins, ends),))


def _halfway(begins: datetime, ends: datetime) -> datetime:
    return begins + max(ends - begins, timedelta()) / 2
