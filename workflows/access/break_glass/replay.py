"""Could this have happened to access that was taken without approval? Told from what its events recorded."""

from datetime import timedelta
from typing import Any

from workflows.access.break_glass.decide import escalates_at, reminders
from workflows.access.break_glass.events import (
    BreakGlassIncidentLinked,
    BreakGlassReviewed,
    BreakGlassReviewersFound,
    BreakGlassReviewersMissing,
    BreakGlassReviewEscalated,
    BreakGlassReviewOverdue,
    BreakGlassReviewReminded,
    BreakGlassTaken,
)
from workflows.access.events import Requested
from workflows.access.state import Access
from workflows.audit.possibility import Judges, Past, Why
from workflows.policy.evaluation.break_glass import reviewer_groups
from workflows.workflow import Occurred, unmet

NOT_WAITING = "no review of it was waited for"


def _taken(state: Access, past: Past, now: Occurred, event: BreakGlassTaken) -> Why:
    terms, first = state.terms.break_glass, past[-1]
    if terms is None:
        return "its rule lets nobody take it without approval"
    asked = first.event
    due = timedelta(seconds=state.seconds + terms.review_within)
    return unmet(
        (
            isinstance(asked, Requested) and first.version == now.version,
            "it was taken at another time than it was requested",
        ),
        (state.status == "pending", f"it was {state.status} already"),
        (now.actor.id == state.requester, "someone else than the requester took it"),
        (not now.actor.is_machine, "a machine took it"),
        (state.incident is None and state.extends is None, "it was requested in another way"),
        (
            isinstance(asked, Requested) and bool(_words(asked.seen.get("groups")) & set(terms.taken_by)),
            "its rule lets only others take it without approval",
        ),
        (state.seconds <= terms.longest, "it lasts longer than may be taken without approval"),
        (event.at == now.at and event.review_by == event.at + due, "its review was due at another time"),
        (len(event.unreviewed) < terms.most_unreviewed, "too much that they had taken was unreviewed"),
        (
            event.denied is None or now.at >= event.denied.at + timedelta(seconds=terms.after_denial),
            "it had been denied too shortly before",
        ),
    )


def _reviewed(state: Access, past: Past, now: Occurred, event: BreakGlassReviewed) -> Why:
    taken = state.break_glass
    if taken is None or taken.review:
        return NOT_WAITING
    groups = reviewer_groups(state.terms, taken.escalated)
    people, count = _words(event.seen.get("people")), event.seen.get("count")
    return unmet(
        (now.actor.id == event.reviewer, "someone else than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.reviewer not in state.askers, f"{event.reviewer} reviewed what they took"),
        (
            bool(_words(event.seen.get("reviewer_groups")) & groups)
            and (event.reviewer in people or count != len(people)),
            f"{event.reviewer} was not among its reviewers, or is another account of the requester",
        ),
        (
            event.verdict == "unjustified" or state.status != "active",
            "it was found justified while it was still active",
        ),
    )


def _reminded(state: Access, past: Past, now: Occurred, event: BreakGlassReviewReminded) -> Why:
    at = reminders(state)
    known = state.break_glass
    return unmet(
        (_waits(state), NOT_WAITING),
        (known is not None and known.reminded < event.number <= len(at), "this reminder had been sent"),
        (
            0 < event.number <= len(at) and now.at >= at[event.number - 1],
            "this reminder was to be sent later",
        ),
    )


def _escalated(state: Access, past: Past, now: Occurred, event: BreakGlassReviewEscalated) -> Why:
    known, terms, at = state.break_glass, state.terms.break_glass, escalates_at(state)
    return unmet(
        (_waits(state), NOT_WAITING),
        (known is not None and not known.escalated, "it had been escalated before"),
        (
            (known is not None and known.short) or (at is not None and now.at >= at),
            "its terms escalate the review only later",
        ),
        (terms is not None and event.to == terms.escalate_to, "its terms escalate the review to others"),
    )


def _overdue(state: Access, past: Past, now: Occurred, event: BreakGlassReviewOverdue) -> Why:
    known = state.break_glass
    return unmet(
        (_waits(state), NOT_WAITING),
        (known is not None and not known.overdue, "it was overdue already"),
        (known is not None and now.at >= known.review_by, "its review was due later"),
    )


def _missing(state: Access, past: Past, now: Occurred, event: BreakGlassReviewersMissing) -> Why:
    return unmet((_waits(state), NOT_WAITING), (not _is_short(state), "it was known before"))


def _found(state: Access, past: Past, now: Occurred, event: BreakGlassReviewersFound) -> Why:
    return unmet((_is_short(state), "no reviewers had been missing"))


def _linked(state: Access, past: Past, now: Occurred, event: BreakGlassIncidentLinked) -> Why:
    known, terms = state.break_glass, state.terms.break_glass
    return unmet(
        (now.actor.is_daypass, "someone else than Daypass linked it"),
        (known is not None and known.incident is None, "it had no incident to open"),
        (terms is not None and terms.incident is not None, "its terms open no incident"),
    )


def _waits(state: Access) -> bool:
    return state.break_glass is not None and state.break_glass.review is None


def _is_short(state: Access) -> bool:
    return state.break_glass is not None and state.break_glass.short


def _words(given: Any) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list | tuple) else set()


JUDGES: Judges = {
    BreakGlassTaken: _taken,
    BreakGlassReviewed: _reviewed,
    BreakGlassReviewReminded: _reminded,
    BreakGlassReviewEscalated: _escalated,
    BreakGlassReviewOverdue: _overdue,
    BreakGlassReviewersMissing: _missing,
    BreakGlassReviewersFound: _found,
    BreakGlassIncidentLinked: _linked,
}
