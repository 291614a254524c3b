"""What each event makes of an access review, and which effects it calls for."""

from typing import Any, assert_never

from workflows.system.access_reviews.events import (
    ItemsAnswered,
    ItemsListed,
    RemovalReversed,
    ReviewClosed,
    ReviewersFound,
    ReviewersMissing,
    ReviewersReminded,
    ReviewEscalated,
    ReviewEvent,
    ReviewOpened,
    ReviewOverdue,
)
from workflows.system.access_reviews.state import AccessReview, ReviewItem
from workflows.workflow import Effect, draw, tell


def evolve(state: AccessReview | None, event: ReviewEvent) -> AccessReview:
    """The state after the event."""
    if isinstance(event, ReviewOpened):
        return AccessReview(
            id=event.id,
            status="open",
            terms=event.terms,
            period=event.period,
            opened_at=event.at,
            due_at=event.due_at,
            count=event.count,
        )
    assert state is not None
    match event:
        case ItemsListed():
            return _with(state, items=(*state.items, *_listed(event)))
        case ItemsAnswered(verdict=verdict):
            return _answered(state, event, verdict=verdict)
        case RemovalReversed():
            return _answered(state, event, verdict="keep")
        case ReviewersReminded(number=number):
            return _with(state, reminded=number)
        case ReviewEscalated():
            return _with(state, escalated=True)
        case ReviewOverdue():
            return _with(state, overdue=True, reminded=max(1, state.reminded))
        case ReviewersMissing(entitlements=entitlements):
            return _with(state, unreviewable=entitlements)
        case ReviewersFound():
            return _with(state, unreviewable=())
        case ReviewClosed(at=at):
            return _with(state, status="closed", closed_at=at, unreviewable=())
        case _:
            assert_never(event)


def effects(state: AccessReview, event: ReviewEvent) -> tuple[Effect, ...]:
    """What the event calls for: what is removed is revoked at once."""
    cards = draw(state.id)
    match event:
        case ItemsListed():
            return ()
        case ItemsAnswered(verdict="remove") | RemovalReversed():
            return (apply_removals(state.id), cards)
        case ReviewEscalated(people=people) | ReviewOverdue(people=people):
            return (cards, *(tell(state.id, one, event.action) for one in people))
        case _:
            return (cards,)


def apply_removals(review: str) -> Effect:
    """Bring what is removed in force, as the review says now."""
    lock = f"{review}/removals"
    return Effect("apply-removals", lock=lock, dedup_key=lock, priority=0)


def _listed(event: ItemsListed) -> list[ReviewItem]:
    return [
        ReviewItem(person=person, entitlement=event.entitlement, used_at=used)
        for person, used in zip(event.people, event.used, strict=True)
    ]


def _answered(state: AccessReview, event: ItemsAnswered | RemovalReversed, **changes: Any) -> AccessReview:
    answer = {"by": event.by, "at": event.at, "reason": event.reason, **changes}
    items = list(state.items)
    for number in event.items:
        items[number - 1] = items[number - 1].model_copy(update=answer)
    return _with(state, items=tuple(items))


def _with(state: AccessReview, **changes: Any) -> AccessReview:
    return state.model_copy(update=changes)
