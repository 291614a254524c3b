"""The rules of access reviews, as pure functions: opened with all its items, answered one by one, closed when complete."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

from workflows.approval.refusal import MACHINES_ASK
from workflows.policy.evaluation.assess import is_text
from workflows.policy.evaluation.review_schedule import period_of
from workflows.policy.roles import operator_groups
from workflows.policy.terms.reviews import ReviewTerms
from workflows.ports import Directory
from workflows.system.access_reviews import refusals
from workflows.system.access_reviews.commands import (
    AnswerItems,
    CheckReviewers,
    KeepUsed,
    OpenReview,
    ReviewCommand,
)
from workflows.system.access_reviews.events import (
    ItemsAnswered,
    ItemsListed,
    RemovalReversed,
    ReviewersFound,
    ReviewersMissing,
    ReviewEvent,
    ReviewOpened,
)
from workflows.system.access_reviews.evolve import evolve
from workflows.system.access_reviews.reviewers import (
    eligible_people,
    own,
    reviewer_groups,
    waiting_for,
    without_reviewers,
)
from workflows.system.access_reviews.state import AccessReview, ItemVerdict
from workflows.system.access_reviews.timing import brought_by_time, closed, escalation
from workflows.workflow import Actor, Decision, NoChange, Refused, TimePassed, World

MAX_ITEMS = 20_000
LISTED_PER_EVENT = 400
ANSWERED_PER_EVENT = 1_000
"""An event of the log has at most 65,535 bytes."""


def decide(
    state: AccessReview | None, command: ReviewCommand, actor: Actor, world: World, now: datetime
) -> Decision:
    """What the command means for this review."""
    if isinstance(command, OpenReview):
        return NoChange() if state else _open(command, actor, world, now)
    if state is None:
        return refusals.UNKNOWN
    match command:
        case AnswerItems():
            return _answer(state, command, actor, world.directory, now)
        case KeepUsed():
            return _keep_used(state, actor, world.directory, now)
        case CheckReviewers():
            return _check_reviewers(state, world.directory) or NoChange()
        case TimePassed():
            return _time_passed(state, world.directory, now)
        case _:
            assert_never(command)


def items_of(terms: ReviewTerms, directory: Directory) -> Iterator[tuple[str, str]]:
    """Person and entitlement of all that a review which opens now would list, in its order."""
    for one in terms.entitlements:
        yield from ((person, one.entitlement) for person in eligible_people(directory, one.eligible))


def _open(command: OpenReview, actor: Actor, world: World, now: datetime) -> Decision:
    terms = world.bundle.reviews.get(command.name)
    if not actor.is_daypass and not operator_groups(actor.id, world.bundle, world.directory):
        return refusals.NOT_YOURS_TO_OPEN
    if terms is None:
        return refusals.no_review(command.name, world.bundle.reviews)
    if not world.directory.people:
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
    return (*events, *_check_reviewers(state, world.directory))


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


def _answer(
    state: AccessReview, command: AnswerItems, actor: Actor, directory: Directory, now: datetime
) -> Decision:
    if refusal := _not_theirs(state, command.items, actor, directory):
        return refusal
    reason = command.reason.strip()
    if len(reason) > refusals.MAX_REASON_CHARS or not is_text(reason):
        return refusals.BAD_REASON
    if command.verdict == "remove" and len(reason) < refusals.MIN_REASON_CHARS:
        return refusals.NO_REASON
    new = [n for n in dict.fromkeys(command.items) if _verdict(state, n) != command.verdict]
    if not new:
        return NoChange()
    reversed_ = [n for n in new if _verdict(state, n) == "remove"]
    answered = [n for n in new if n not in reversed_]
    if answered and state.status == "closed":
        return refusals.CLOSED
    events: list[ReviewEvent] = [
        *_answers(state, answered, command.verdict, reason, actor, directory, now),
        *_reversals(state, reversed_, reason, actor, directory, now),
    ]
    return _with_closing(state, events, now)


def _keep_used(state: AccessReview, actor: Actor, directory: Directory, now: datetime) -> Decision:
    if actor.is_machine:
        return Refused("machine", MACHINES_ASK)
    if state.status == "closed":
        return refusals.CLOSED
    numbers = used_recently(state, waiting_for(state, actor.id, directory))
    if not numbers:
        return refusals.NOTHING_USED
    return _with_closing(state, [*_answers(state, numbers, "keep", "", actor, directory, now)], now)


def used_recently(state: AccessReview, numbers: Iterable[int]) -> list[int]:
    """Of these items, those that were used so shortly before the review opened that its terms let them be kept at once."""
    since = state.opened_at - timedelta(seconds=state.terms.keep_used_within)
    items = ((n, state.items[n - 1]) for n in numbers)
    return [n for n, item in items if item.used_at is not None and item.used_at >= since]


def _verdict(state: AccessReview, number: int) -> ItemVerdict | None:
    return state.items[number - 1].verdict


def _not_theirs(
    state: AccessReview, numbers: tuple[int, ...], actor: Actor, directory: Directory
) -> Refused | None:
    """Why they can't answer these items, if they can't answer each of them."""
    if actor.is_machine or actor.is_daypass:
        return Refused("machine", MACHINES_ASK)
    items = [state.item(n) for n in numbers]
    if not items or None in items:
        return refusals.NO_ITEM
    theirs = own(actor.id, directory)
    if any(one.person in theirs for one in items if one):
        return refusals.OWN_ACCESS
    groups = directory.groups_of(actor.id)
    named = {one.entitlement for one in items if one}
    if not all(groups & frozenset(reviewer_groups(state, one)) for one in named):
        return refusals.NOT_A_REVIEWER
    return None


def _answers(
    state: AccessReview,
    numbers: list[int],
    verdict: ItemVerdict,
    reason: str,
    actor: Actor,
    directory: Directory,
    now: datetime,
) -> Iterator[ItemsAnswered]:
    for entitlement, some in _by_entitlement(state, numbers):
        yield ItemsAnswered(
            entitlement=entitlement,
            items=some,
            people=tuple(state.items[n - 1].person for n in some),
            verdict=verdict,
            by=actor.id,
            at=now,
            reason=reason,
            groups=_groups(state, entitlement, actor, directory),
        )


def _reversals(
    state: AccessReview,
    numbers: list[int],
    reason: str,
    actor: Actor,
    directory: Directory,
    now: datetime,
) -> Iterator[RemovalReversed]:
    for entitlement, some in _by_entitlement(state, numbers):
        yield RemovalReversed(
            entitlement=entitlement,
            items=some,
            people=tuple(state.items[n - 1].person for n in some),
            by=actor.id,
            at=now,
            reason=reason,
            groups=_groups(state, entitlement, actor, directory),
        )


def _groups(state: AccessReview, entitlement: str, actor: Actor, directory: Directory) -> tuple[str, ...]:
    """The groups by which they may answer it, as they are now."""
    return tuple(sorted(directory.groups_of(actor.id) & frozenset(reviewer_groups(state, entitlement))))


def _by_entitlement(state: AccessReview, numbers: list[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """As many at once as an event has room for."""
    found: dict[str, list[int]] = {}
    for n in sorted(numbers):
        found.setdefault(state.items[n - 1].entitlement, []).append(n)
    for entitlement, some in found.items():
        for start in range(0, len(some), ANSWERED_PER_EVENT):
            yield entitlement, tuple(some[start : start + ANSWERED_PER_EVENT])


def _with_closing(state: AccessReview, events: list[ReviewEvent], now: datetime) -> Decision:
    """With the last answer it closes."""
    after = _after(state, events)
    if state.status == "open" and not after.tally(None):
        events = [*events, closed(after, "answered", now)]
    return tuple(events)


def _check_reviewers(state: AccessReview, directory: Directory) -> tuple[ReviewEvent, ...]:
    """What it means that these people are left. What nobody can review is escalated at once, if it can be."""
    if state.status != "open" or not directory.people:
        return ()
    short = without_reviewers(state, directory)
    if short == state.unreviewable:
        return ()
    if not short:
        return (ReviewersFound(),)
    return (ReviewersMissing(entitlements=short), *escalation(state, directory))


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
