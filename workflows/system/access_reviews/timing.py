"""When time alone means something to an access review: reminders, escalation, the deadline."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflows.ports import Directory
from workflows.system.access_reviews.events import (
    ReviewClosed,
    ReviewersReminded,
    ReviewEscalated,
    ReviewEvent,
    ReviewOverdue,
)
from workflows.system.access_reviews.reviewers import people_waited_for
from workflows.system.access_reviews.state import AccessReview, Closing

DAY = timedelta(days=1)
DAILY_REMINDERS = 7
"""How often reviewers are reminded, once a day, of what is overdue; it stays on their list after that."""
PEOPLE_REMINDED = 50


def due(state: AccessReview) -> datetime | None:
    """When time alone will next mean something to it."""
    return min((at for at, _ in _steps(state)), default=None)


def brought_by_time(state: AccessReview, directory: Directory, now: datetime) -> tuple[ReviewEvent, ...]:
    """What time has brought about by now: the most urgent first, and one reminder for all that were missed."""
    passed = [name for at, name in _steps(state) if now >= at]
    if "deadline" in passed and state.terms.if_unanswered == "propose-removal":
        return (closed(state, "deadline", now),)
    if "escalate" in passed:
        return escalation(state, directory)
    people = tuple(sorted(people_waited_for(state, directory))[:PEOPLE_REMINDED]) if passed else ()
    if "deadline" in passed:
        return (ReviewOverdue(people=people),)
    if "remind" in passed:
        number = sum(now >= at for at in reminders(state))
        return (ReviewersReminded(number=number, people=people),)
    return ()


def closed(state: AccessReview, how: Closing, now: datetime) -> ReviewClosed:
    """The event that closes it, with the count of all its items."""
    return ReviewClosed(
        how=how,
        at=now,
        kept=state.tally("keep"),
        removed=state.tally("remove"),
        unanswered=state.tally(None),
    )


def escalation(state: AccessReview, directory: Directory) -> tuple[ReviewEscalated, ...]:
    """The event that others can answer as well, if there are others."""
    to = state.terms.escalate_to
    if state.escalated or not to:
        return ()
    after = state.model_copy(update={"escalated": True})
    people = sorted(people_waited_for(after, directory))
    return (ReviewEscalated(to=to, people=tuple(people[:PEOPLE_REMINDED])),)


def reminders(state: AccessReview) -> list[datetime]:
    """When reviewers are reminded: halfway to the deadline, then every day after it, for a week."""
    halfway = state.opened_at + (state.due_at - state.opened_at) / 2
    return [halfway, *(state.due_at + n * DAY for n in range(1, DAILY_REMINDERS + 1))]


def escalates_at(state: AccessReview) -> datetime | None:
    """When others can answer as well."""
    after = state.terms.escalate_after
    if after is None or not state.terms.escalate_to:
        return None
    return state.opened_at + timedelta(seconds=after)


def _steps(state: AccessReview) -> Iterator[tuple[datetime, str]]:
    if state.status != "open":
        return
    escalates = escalates_at(state)
    if escalates and not state.escalated:
        yield escalates, "escalate"
    if not state.overdue:
        yield state.due_at, "deadline"
    for at in reminders(state)[state.reminded : state.reminded + 1]:
        yield at, "remind"
