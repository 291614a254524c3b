"""Taking access without approval, and its review: chased, escalated, given."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflows.access.break_glass import refusals
from workflows.access.break_glass.commands import (
    BreakGlassCommand,
    ReportBreakGlassIncident,
    ReviewBreakGlass,
    TakenBefore,
)
from workflows.access.break_glass.events import (
    BreakGlassEvent,
    BreakGlassIncidentLinked,
    BreakGlassReviewed,
    BreakGlassReviewersFound,
    BreakGlassReviewersMissing,
    BreakGlassReviewEscalated,
    BreakGlassReviewOverdue,
    BreakGlassReviewReminded,
    BreakGlassTaken,
)
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.decide_grant import ending
from workflows.access.state import Access
from workflows.approval.approvers import who_is_here
from workflows.approval.refusal import MACHINES_ASK
from workflows.policy.evaluation.assess import PEOPLE_RECORDED
from workflows.policy.evaluation.break_glass import possible_reviewers
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.terms.access import Terms
from workflows.policy.terms.break_glass import BreakGlassTerms
from workflows.ports import Directory
from workflows.workflow import Actor, Decision, NoChange, Refused, World

DAY = timedelta(days=1)
DAILY_REMINDERS = 7
"""How often reviewers are reminded, once a day, of what is overdue; it stays on their list after that."""
PEOPLE_REMINDED = 50


def blocked(before: TakenBefore, taken: BreakGlassTerms, now: datetime) -> Refused | None:
    """Why earlier access keeps this person from taking more, if so."""
    if before.overdue:
        return refusals.overdue(len(before.overdue))
    if len(before.unreviewed) >= taken.most_unreviewed:
        return refusals.too_many_unreviewed(len(before.unreviewed))
    if before.current:
        return refusals.taken_already(before.current)
    if before.denied and now < before.denied.at + timedelta(seconds=taken.after_denial):
        return refusals.denied_recently(before.denied.at, taken.after_denial)
    return None


def taken(state: Access, before: TakenBefore, directory: Directory, now: datetime) -> BreakGlassTaken:
    """The event that what was just requested is taken, given the state after the request."""
    terms = state.terms.break_glass
    assert terms is not None
    ends_at = now + timedelta(seconds=state.seconds)
    people = sorted(possible_reviewers(state.terms, state.owner, directory, escalated=False))
    return BreakGlassTaken(
        at=now,
        review_by=ends_at + timedelta(seconds=terms.review_within),
        people=tuple(people[:PEOPLE_RECORDED]),
        count=len(people),
        denied=before.denied,
        unreviewed=before.unreviewed,
    )


def decide_taken(
    state: Access, command: BreakGlassCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What is asked of access that was taken."""
    match command:
        case ReviewBreakGlass():
            return review(state, command, actor, world.directory, now)
        case ReportBreakGlassIncident():
            return link_incident(state, command, actor)


def review(
    state: Access, command: ReviewBreakGlass, actor: Actor, directory: Directory, now: datetime
) -> Decision:
    """A verdict. What is still active and isn't justified ends at once."""
    if refusal := _review_refusal(state, command, actor, directory):
        return refusal
    known = state.break_glass
    assert known is not None
    if known.review:
        same = (known.review.reviewer, known.review.verdict) == (actor.id, command.verdict)
        return NoChange() if same else refusals.reviewed_already(known.review.verdict)
    if command.verdict == "justified" and state.status == "active":
        return refusals.STILL_ACTIVE
    people = sorted(reviewers(state, directory))
    reviewed = BreakGlassReviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason.strip(),
        at=now,
        seen={
            "rule": state.terms.rule,
            "reviewer_groups": [*sorted(with_manager(directory, state.requester).groups_of(actor.id))],
            "people": [*people[:PEOPLE_RECORDED]],
            "count": len(people),
        },
    )
    if state.status != "active":
        return (reviewed,)
    return (reviewed, *ending(state, "revoked", actor.id, reviewed.reason, now))


def _review_refusal(
    state: Access, command: ReviewBreakGlass, actor: Actor, directory: Directory
) -> Refused | None:
    if state.break_glass is None:
        return refusals.NOT_TAKEN
    if actor.is_machine:
        return Refused("machine", MACHINES_ASK)
    if actor.id in state.excluded(directory):
        return refusals.OWN_ACCESS
    if actor.id not in reviewers(state, directory):
        return refusals.NOT_A_REVIEWER
    if len(command.reason.strip()) < refusals.MIN_REVIEW_REASON_CHARS:
        return refusals.NO_REASON
    return None


def link_incident(state: Access, command: ReportBreakGlassIncident, actor: Actor) -> Decision:
    """Daypass has opened or joined an incident for it."""
    if not actor.is_daypass:
        return refusals.NOT_A_REVIEWER
    if state.break_glass is None or state.break_glass.incident:
        return NoChange()
    return (
        BreakGlassIncidentLinked(incident=command.incident, number=command.number, joined=command.joined),
    )


def check_reviewers(state: Access, directory: Directory) -> tuple[BreakGlassEvent, ...]:
    """What it means that these people are left. A review that nobody can give is escalated at once, if it can be."""
    if not unreviewed(state) or not directory.people:
        return ()
    known, short = state.break_glass, not reviewers(state, directory)
    if known is None or short == known.short:
        return ()
    if not short:
        return (BreakGlassReviewersFound(),)
    return (BreakGlassReviewersMissing(), *_escalation(state, directory))


def unreviewed(state: Access) -> bool:
    """Whether it was taken without approval, and waits for its review."""
    return state.break_glass is not None and state.break_glass.review is None


def due(state: Access) -> datetime | None:
    """When time alone will next mean something to the review."""
    return min((at for at, _ in _steps(state)), default=None)


def brought_by_time(state: Access, directory: Directory, now: datetime) -> tuple[BreakGlassEvent, ...]:
    """What time has brought about by now: the most urgent first, and one reminder for all that were missed."""
    passed = [name for at, name in _steps(state) if now >= at]
    people = tuple(sorted(reviewers(state, directory))[:PEOPLE_REMINDED])
    if "escalate" in passed:
        return _escalation(state, directory)
    if "overdue" in passed:
        return (BreakGlassReviewOverdue(people=people),)
    if "remind" in passed:
        number = sum(now >= at for at in reminders(state))
        return (
            BreakGlassReviewReminded(number=number, people=tuple(sorted(who_is_here(people, directory)))),
        )
    return ()


def reminders(state: Access) -> list[datetime]:
    """When reviewers are reminded: halfway to the deadline, then every day after it, for a week."""
    known, terms = state.break_glass, state.terms.break_glass
    if known is None or terms is None:
        return []
    halfway = known.review_by - timedelta(seconds=terms.review_within / 2)
    return [halfway, *(known.review_by + n * DAY for n in range(1, DAILY_REMINDERS + 1))]


def escalates_at(state: Access) -> datetime | None:
    """When others may review it as well."""
    known, terms = state.break_glass, state.terms.break_glass
    if known is None or terms is None or terms.escalate_after is None or not terms.escalate_to:
        return None
    return known.review_by + timedelta(seconds=terms.escalate_after - terms.review_within)


def _steps(state: Access) -> Iterator[tuple[datetime, str]]:
    known = state.break_glass
    if known is None or known.review:
        return
    escalates = escalates_at(state)
    if escalates and not known.escalated:
        yield escalates, "escalate"
    if not known.overdue:
        yield known.review_by, "overdue"
    for at in reminders(state)[known.reminded : known.reminded + 1]:
        yield at, "remind"


def _escalation(state: Access, directory: Directory) -> tuple[BreakGlassReviewEscalated, ...]:
    known, to = state.break_glass, state.terms.break_glass.escalate_to if state.terms.break_glass else ()
    if known is None or known.escalated or not to:
        return ()
    more = directory.all_members_of(to)
    people = sorted((more | reviewers(state, directory)) - state.excluded(directory))
    return (BreakGlassReviewEscalated(to=to, people=tuple(people[:PEOPLE_REMINDED])),)


def may_still_hold(state: Access, terms: Terms, groups: frozenset[str]) -> bool:
    """Whether it was taken, and the rule in force lets the requester, who is in these groups, take it."""
    rule = terms.break_glass
    return bool(state.break_glass and rule and state.seconds <= rule.longest and groups & set(rule.taken_by))
