"""Could this have happened to a release's exceptions? Told from what its events recorded."""

from datetime import timedelta
from typing import Any

from workflows.audit.possibility import Judges, Past, Why
from workflows.releases.events import WentLive
from workflows.releases.exceptions.events import (
    ExceptionRequested,
    ExceptionReviewDue,
    ExceptionReviewed,
    ExceptionReviewOverdue,
)
from workflows.releases.state import OPEN, Release
from workflows.workflow import Occurred, unmet

NOT_AWAITED = "no review of an exception was waited for"


def _requested(state: Release, past: Past, now: Occurred, event: ExceptionRequested) -> Why:
    terms = state.terms.exceptions
    if terms is None:
        return "its terms allow no exceptions"
    results = {one.gate for one in state.results}
    return unmet(
        (state.status in OPEN, f"it was {state.status} already"),
        (state.move is None, "it was going live already"),
        (
            not state.reviews and state.status != "approved",
            "its reviews were kept beside a further exception",
        ),
        (now.actor.id == event.by, "someone else than the actor asked for it"),
        (event.gate in terms.gates, "its terms allow no exception from this check"),
        (event.gate in results, "it has no such check"),
        (
            event.by in (state.requester, *state.behind) or bool({*event.groups} & set(state.terms.eligible)),
            f"{event.by} couldn't propose releases of it",
        ),
        (
            event.at == now.at and event.until == event.at + timedelta(seconds=terms.longest),
            "it holds longer than its terms allow",
        ),
        (
            "reason" in now.erased or len(event.reason) >= terms.min_length,
            "its reason is shorter than its terms ask for",
        ),
    )


def _due(state: Release, past: Past, now: Occurred, event: ExceptionReviewDue) -> Why:
    terms, last = state.terms.exceptions, past[-1]
    excepted = tuple(one.gate for one in state.results if one.verdict == "excepted")
    return unmet(
        (isinstance(last.event, WentLive) and last.version == now.version, "it hadn't just gone live"),
        (event.gates == excepted, "it went live with exceptions from other checks"),
        (
            terms is not None and event.due_at == now.at + timedelta(seconds=terms.review_within),
            "its review was due at another time",
        ),
    )


def _reviewed(state: Release, past: Past, now: Occurred, event: ExceptionReviewed) -> Why:
    terms, review = state.terms.exceptions, state.exception_review
    if terms is None or review is None or not review.is_open:
        return NOT_AWAITED
    barred = {state.requester, *state.behind, *_names(event.seen.get("barred"))}
    barred |= {one.by for one in state.exceptions} | {one.reviewer for one in state.reviews}
    return unmet(
        (now.actor.id == event.reviewer, "someone else than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.reviewer not in barred, f"{event.reviewer} reviewed an exception of their own"),
        (
            bool(_names(event.seen.get("reviewer_groups")) & set(terms.reviewers)),
            f"{event.reviewer} was not among its reviewers",
        ),
    )


def _overdue(state: Release, past: Past, now: Occurred, event: ExceptionReviewOverdue) -> Why:
    review = state.exception_review
    return unmet(
        (review is not None and review.is_open, NOT_AWAITED),
        (review is not None and not review.overdue, "it was overdue already"),
        (review is not None and now.at >= review.due_at, "its review was due later"),
    )


def _names(given: Any) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list | tuple) else set()


JUDGES: Judges = {
    ExceptionRequested: _requested,
    ExceptionReviewDue: _due,
    ExceptionReviewed: _reviewed,
    ExceptionReviewOverdue: _overdue,
}
