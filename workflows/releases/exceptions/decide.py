"""Asking for exceptions from gates, and reviewing them once the release is live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce

from workflows.approval.approvers_check import check_approvers
from workflows.approval.refusal import MACHINES_ASK
from workflows.policy.evaluation.assess import PEOPLE_RECORDED
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.evaluation.quorum import enough_people
from workflows.policy.terms.exceptions import ExceptionTerms
from workflows.ports import Directory
from workflows.releases import decide_proposal
from workflows.releases.events import ReleaseEvent, WentLive
from workflows.releases.evolve import evolve
from workflows.releases.exceptions import refusals
from workflows.releases.exceptions.commands import ExceptionCommand, RequestException, ReviewException
from workflows.releases.exceptions.events import (
    ExceptionEvent,
    ExceptionRequested,
    ExceptionReviewDue,
    ExceptionReviewed,
    ExceptionReviewOverdue,
)
from workflows.releases.exceptions.reviewers import barred, reviewers
from workflows.releases.exceptions.standing import ends_at
from workflows.releases.gates import evaluate
from workflows.releases.gates.excepted import cause_of
from workflows.releases.gates.gate import Result
from workflows.releases.state import OPEN, Release
from workflows.text import is_text
from workflows.workflow import Actor, Decision, NoChange, Refused, World


def decide_exception(
    state: Release, command: ExceptionCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What is asked of a release's exceptions."""
    if isinstance(command, RequestException):
        return request_exception(state, command, actor, world, now)
    return review_exception(state, command, actor, world.directory, now)


def request_exception(
    state: Release, command: RequestException, actor: Actor, world: World, now: datetime
) -> Decision:
    """Ask that gates may fail as they do now; the checks run again with it, and the release needs one more approver."""
    terms = state.terms.exceptions
    if refusal := _request_refusal(state, terms, command, actor, world, now):
        return refusal
    assert terms is not None
    assert state.evidence is not None
    results = evaluate(state.terms, state.evidence, world.directory, now, state.exceptions)
    failed = [one for one in results if one.verdict == "failed" and one.gate in terms.gates]
    known = {one.gate: one.verdict for one in results}
    for name in command.gates:
        if name not in terms.gates:
            return refusals.not_excepted(name)
        if known.get(name) not in ("failed", "excepted"):
            return refusals.not_failed(name)
    wanted = [one for one in failed if one.gate in (command.gates or terms.gates)]
    if not wanted:
        return NoChange() if "excepted" in known.values() else refusals.NOTHING_FAILED
    asked = [_requested(one, command, terms, actor, world, now) for one in wanted]
    voided = decide_proposal.voided(state, ("gates",))
    then = reduce(evolve, (*voided, *asked), state)
    if not enough_people(
        then.terms.stages, with_manager(world.directory, state.requester), then.excluded(world.directory)
    ):
        return refusals.NO_GRANTER
    read = decide_proposal.read_again(then, state.evidence, world, now)
    checked = check_approvers(evolve(then, read), world.directory, decide_proposal.escalated)
    return (*voided, *asked, read, *checked)


def _request_refusal(
    state: Release,
    terms: ExceptionTerms | None,
    command: RequestException,
    actor: Actor,
    world: World,
    now: datetime,
) -> Refused | None:
    directory = world.directory
    theirs = directory.accounts_of(state.requester) | {state.requester}
    if actor.id not in theirs and not directory.groups_of(actor.id) & set(state.terms.eligible):
        return refusals.NOT_ELIGIBLE
    if state.status not in OPEN or state.move is not None or now >= state.lapses_at:
        return refusals.NOT_DECIDABLE
    if revised := decide_proposal.revision(state, world, now):
        return Refused("stale", refusals.STALE, revised)
    if terms is None:
        return refusals.NO_EXCEPTIONS
    if state.evidence is None:
        return refusals.NOTHING_READ
    reason = command.reason.strip()
    if not is_text(reason) or not terms.min_length <= len(reason) <= refusals.MAX_REASON_CHARS:
        return refusals.bad_reason(terms.min_length)
    return None


def _requested(
    result: Result,
    command: RequestException,
    terms: ExceptionTerms,
    actor: Actor,
    world: World,
    now: datetime,
) -> ExceptionRequested:
    return ExceptionRequested(
        gate=result.gate,
        sentence=result.sentence,
        cause=cause_of(result),
        by=actor.id,
        reason=command.reason.strip(),
        at=now,
        until=now + timedelta(seconds=terms.longest),
        groups=tuple(sorted(world.directory.groups_of(actor.id))),
    )


def time_is_up(state: Release, world: World, now: datetime) -> tuple[ReleaseEvent, ...]:
    """What the checks say without an exception whose time is up: nobody has to look for that."""
    at = ends_at(state)
    if at is None or now < at or state.evidence is None:
        return ()
    read = decide_proposal.read_again(state, state.evidence, world, now)
    return (*(() if read.passed else decide_proposal.voided(state, ("gates",))), read)


def with_review(state: Release, events: Decision, directory: Directory, now: datetime) -> Decision:
    """The events, and that a review is due if they made a release live with exceptions."""
    gates = tuple(one.gate for one in state.results if one.verdict == "excepted")
    terms = state.terms.exceptions
    if not isinstance(events, tuple) or not any(isinstance(one, WentLive) for one in events):
        return events
    if not gates or terms is None:
        return events
    due_at = now + timedelta(seconds=terms.review_within)
    people = sorted(reviewers(state, directory))[:PEOPLE_RECORDED]
    return (*events, ExceptionReviewDue(gates=gates, due_at=due_at, people=tuple(people)))


def review_exception(
    state: Release, command: ReviewException, actor: Actor, directory: Directory, now: datetime
) -> Decision:
    """A verdict on the exceptions with which it went live."""
    review = state.exception_review
    if actor.is_machine:
        return Refused("machine", MACHINES_ASK)
    if review is None:
        return refusals.NOTHING_TO_REVIEW
    if actor.id in barred(state, directory):
        return refusals.OWN_EXCEPTION
    if actor.id not in reviewers(state, directory):
        return refusals.NOT_A_REVIEWER
    if not review.is_open:
        same = (review.reviewer, review.verdict) == (actor.id, command.verdict)
        return NoChange() if same else refusals.NOTHING_TO_REVIEW
    reason = command.reason.strip()
    if (
        not is_text(reason)
        or not refusals.MIN_REVIEW_REASON_CHARS <= len(reason) <= refusals.MAX_REASON_CHARS
    ):
        return refusals.NO_REASON
    reviewed = ExceptionReviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=reason,
        at=now,
        seen={
            "reviewer_groups": [*sorted(directory.groups_of(actor.id))],
            "barred": [*sorted(barred(state, directory))[:PEOPLE_RECORDED]],
        },
    )
    return (reviewed,)


def awaited(state: Release) -> bool:
    """Whether it went live with exceptions that nobody has reviewed."""
    return state.exception_review is not None and state.exception_review.is_open


def due(state: Release) -> datetime | None:
    """When time alone will next mean something to the review."""
    review = state.exception_review
    return review.due_at if review and review.is_open and not review.overdue else None


def brought_by_time(state: Release, directory: Directory, now: datetime) -> tuple[ExceptionEvent, ...]:
    """That its review is overdue, if it is by now."""
    at = due(state)
    if at is None or now < at:
        return ()
    people: Sequence[str] = sorted(reviewers(state, directory))[:PEOPLE_RECORDED]
    return (ExceptionReviewOverdue(people=tuple(people)),)


def reminders(state: Release) -> list[datetime]:
    """When reviewers are reminded: halfway to the deadline."""
    terms, review = state.terms.exceptions, state.exception_review
    if terms is None or review is None:
        return []
    return [review.due_at - timedelta(seconds=terms.review_within / 2)]
