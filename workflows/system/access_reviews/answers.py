"""Answering items: kept or removed by somebody else, one or many at once; with the last answer the review closes."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce

from workflows.approval.refusal import MACHINES_ASK
from workflows.ports import Directory
from workflows.system.access_reviews import refusals
from workflows.system.access_reviews.commands import AnswerItems
from workflows.system.access_reviews.events import ItemsAnswered, RemovalReversed, ReviewEvent
from workflows.system.access_reviews.evolve import evolve
from workflows.system.access_reviews.reviewers import own, reviewer_groups, waiting_for
from workflows.system.access_reviews.state import AccessReview, ItemVerdict
from workflows.system.access_reviews.timing import closed
from workflows.text import is_text
from workflows.workflow import Actor, Decision, NoChange, Refused

ANSWERED_PER_EVENT = 1_000
"""An event of the log has at most 65,535 bytes."""


def answer(
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


def keep_used(state: AccessReview, actor: Actor, directory: Directory, now: datetime) -> Decision:
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
    after = reduce(evolve, events, state)
    if state.status == "open" and not after.tally(None):
        events = [*events, closed(after, "answered", now)]
    return tuple(events)
