"""The rules of access reviews, as pure functions: opened with all its items, answered one by one, closed when complete."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

from workflows.policy.evaluation.review_schedule import period_of
from workflows.policy.on_call.seen import unknown_groups
from workflows.policy.roles import operator_groups
from workflows.policy.terms.reviews import ReviewTerms
from workflows.ports import Directory
from workflows.system.absences.rights import heeding_absences
from workflows.system.access_reviews import refusals
from workflows.system.access_reviews.answers import answer, keep_used
from workflows.system.access_reviews.commands import (
    AnswerItems,
    CheckReviewers,
    KeepUsed,
    OpenReview,
    ReviewCommand,
)
from workflows.system.access_reviews.events import (
    ItemsListed,
    ReviewersFound,
    ReviewersMissing,
    ReviewEvent,
    ReviewOpened,
)
from workflows.system.access_reviews.evolve import evolve
from workflows.system.access_reviews.reviewers import (
    eligible_people,
    without_reviewers,
)
from workflows.system.access_reviews.state import AccessReview
from workflows.system.access_reviews.timing import brought_by_time, closed, escalation
from workflows.workflow import Actor, Decision, NoChange, TimePassed, World

MAX_ITEMS = 20_000
LISTED_PER_EVENT = 400
"""An event of the log has at most 65,535 bytes."""


def decide(
    state: AccessReview | None, command: ReviewCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this review."""
    world = heeding_absences(world, now)
    if isinstance(command, OpenReview):
        return NoChange() if state else _open(command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case AnswerItems():
            return answer(state, command, actor, world.directory, now)
        case KeepUsed():
            return keep_used(state, actor, world.directory, now)
        case CheckReviewers():
            return check_reviewers(state, world.directory) or NoChange()
        case TimePassed():
            return _time_passed(state, world.directory, now)
        case _:
            assert_never(command)


def items_of(terms: ReviewTerms, directory: Directory) -> Iterator[tuple[str, str]]:
    """Person and entitlement of all that a review which opens now would list, in its order."""
    for one in terms.entitlements:
        yield from ((person, one.entitlement) for person in eligible_people(directory, one.eligible))


def is_known(terms: ReviewTerms, directory: Directory) -> bool:
    """Whether it is known who is in each group that can request what it is about: a list that lacks people is none."""
    groups = (group for one in terms.entitlements for group in one.eligible)
    return bool(directory.people) and not unknown_groups(directory, groups)


def check_reviewers(state: AccessReview, directory: Directory) -> tuple[ReviewEvent, ...]:
    """What it means that these people are left. What nobody can review is escalated at once, if it can be."""
    if state.status != "open" or not directory.people:
        return ()
    short = without_reviewers(state, directory)
    if short == state.unreviewable:
        return ()
    if not short:
        return (ReviewersFound(),)
    return (ReviewersMissing(entitlements=short), *escalation(state, directory))


def _open(command: OpenReview, actor: Actor, world: World, now: datetime) -> Decision:
    terms = world.bundle.reviews.get(command.name)
    if not actor.is_daypass and not operator_groups(actor.id, world.bundle, world.directory):
        return refusals.NOT_YOURS_TO_OPEN
    if terms is None:
        return refusals.no_review(command.name, world.bundle.reviews)
    if world.doubts or not is_known(terms, world.directory):
        return refusals.NO_PEOPLE
    listed = list(items_of(terms, world.directory))
    if len(listed) > MAX_ITEMS:
        return refusals.too_many(len(listed), MAX_ITEMS)
    opened = ReviewOpened(
        id=command.subject,
        by=actor.id,
        terms=terms,
        period=period_of(terms.schedule, now),
        at=now,
        due_at=now + timedelta(seconds=terms.within),
        count=len(listed),
    )
    events: list[ReviewEvent] = [opened, *_listings(terms, listed, command)]
    state = _after(None, events)
    if not listed:
        return (*events, closed(state, "answered", now))
    return (*events, *check_reviewers(state, world.directory))


def _listings(
    terms: ReviewTerms, listed: list[tuple[str, str]], command: OpenReview
) -> Iterator[ItemsListed]:
    for one in terms.entitlements:
        people = [person for person, entitlement in listed if entitlement == one.entitlement]
        for start in range(0, len(people), LISTED_PER_EVENT):
            some = people[start : start + LISTED_PER_EVENT]
            yield ItemsListed(
                entitlement=one.entitlement,
                resource=one.resource,
                people=tuple(some),
                used=tuple(command.used.get((person, one.entitlement)) for person in some),
            )


def _time_passed(state: AccessReview, directory: Directory, now: datetime) -> Decision:
    """All that time alone has brought about by now, however late it is looked at."""
    events: list[ReviewEvent] = []
    while more := brought_by_time(state, directory, now):
        events += more
        state = _after(state, list(more))
    return tuple(events) or NoChange()


def _after(state: AccessReview | None, events: list[ReviewEvent]) -> AccessReview:
    found = reduce(evolve, events, state)
    assert found is not None
    return found
