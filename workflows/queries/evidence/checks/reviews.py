"""Checks of reviews that come after: of break-glass access, and access reviews with what they remove."""

from collections import Counter
from collections.abc import Iterator

from workflows.access.state import Access
from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, spell_time, subjects
from workflows.queries.evidence.history import History
from workflows.system.access_reviews.removals import Removals
from workflows.system.access_reviews.state import AccessReview

_TAKEN = "access.break-glass-taken"
_OPENED = "access-review.opened"
_CLOSED = "access-review.closed"
_OVERDUE = "access-review.overdue"
_REMOVED = "access-removal.removed"
_REVOKED = "access-removal.revoked"


def _break_glass(history: History) -> Found:
    events = {one.subject: one for one in history.of(_TAKEN)}
    taken = [
        one
        for one in history.all(Access)
        if one.break_glass
        and (
            one.id in events
            or (one.break_glass.review is None and one.break_glass.review_by < history.judged_at)
        )
    ]
    verdicts = Counter(one.break_glass.verdict for one in taken if one.break_glass)
    found: list[Noted] = []
    for one in taken:
        event = events.get(one.id)
        for sentence in _unreviewed(one, history):
            who = f"{history.names([one.requester])} took {one.terms.title} without approval:"
            assert one.break_glass
            found.append(
                Noted(one.id, one.break_glass.taken_at, f"{who} {sentence}", event.index if event else None)
            )
    counts = tuple((f"Now {name}", str(number)) for name, number in sorted(verdicts.items()))
    return Found(tuple(one.id for one in taken), in_order(found), counts)


def _unreviewed(access: Access, history: History) -> Iterator[str]:
    taken = access.break_glass
    assert taken
    review = taken.review
    if review is None:
        due = "its review is overdue since" if taken.review_by <= history.at else "not reviewed yet; due"
        yield f"{due} {spell_time(taken.review_by)}."
        return
    if review.at > taken.review_by:
        yield f"reviewed at {spell_time(review.at)}, after it was due at {spell_time(taken.review_by)}."
    if review.verdict == "unjustified":
        yield f"{history.names([review.reviewer])} found it unjustified."


def reviews_of(history: History) -> tuple[AccessReview, ...]:
    """Every access review that was opened, closed or due in the period, or stood open after its deadline."""
    return tuple(one for one in history.all(AccessReview) if _concerns(one, history))


def _concerns(review: AccessReview, history: History) -> bool:
    moments = (review.opened_at, review.due_at, review.closed_at)
    late = review.status == "open" and review.due_at < history.judged_at
    return late or any(history.period.has(one) for one in moments if one)


def _access_reviews(history: History) -> Found:
    reviews = reviews_of(history)
    found = [note for one in reviews for note in _incomplete(one, history)]
    counts = (
        ("Items", str(sum(one.count for one in reviews))),
        ("Kept", str(sum(one.tally("keep") for one in reviews))),
        ("Removed", str(sum(one.tally("remove") for one in reviews))),
        ("Unanswered", str(sum(one.tally(None) for one in reviews))),
    )
    return Found(tuple(one.id for one in reviews), in_order(found), counts if reviews else ())


def _incomplete(review: AccessReview, history: History) -> Iterator[Noted]:
    what = f"{review.terms.title} ({review.period}):"
    if review.status == "open" and review.due_at < history.at:
        yield Noted(review.id, review.due_at, f"{what} overdue since {spell_time(review.due_at)}.")
    elif review.closed_at and review.closed_at > review.due_at and review.tally(None):
        yield Noted(review.id, review.due_at, f"{what} its deadline passed with items unanswered.")
    if len(review.items) != review.count:
        sentence = f"{what} {len(review.items)} of its {review.count} items are listed."
        yield Noted(review.id, review.opened_at, sentence)
    for name in review.unreviewable:
        yield Noted(review.id, review.due_at, f"{what} no one is left who can review items of {name}.")
    if review.status == "closed" or review.due_at < history.at:
        for number, item in enumerate(review.items, 1):
            if item.verdict is None:
                who = history.names([item.person])
                sentence = f"{what} item {number}, {who} for {item.entitlement}, has no answer."
                yield Noted(review.id, review.closed_at or review.due_at, sentence)


def _removals(history: History) -> Found:
    removed = history.of(_REMOVED)
    found: list[Noted] = []
    for state in history.all(Removals):
        for one in state.removals:
            if not one.revoked and one.refuses and one.at < history.judged_at:
                sentence = (
                    f"{history.names([one.person])} lost {one.entitlement} in “{state.title}”, and the end of what they "
                    f"had isn't confirmed by {spell_time(history.at)}."
                )
                found.append(Noted(state.id, one.at, sentence))
    return Found(subjects(removed), in_order(found), (("Removals", str(len(removed))),))


CHECKS = (
    Check(
        "break-glass-reviewed",
        "Access taken without approval is reviewed by someone else, in time",
        "All break-glass access of the period, and what was taken before it and is still unreviewed. Exceptions: no review, "
        "a late one, or the verdict that it was unjustified.",
        (_TAKEN,),
        _break_glass,
    ),
    Check(
        "access-reviews-complete",
        "Access reviews are complete and in time",
        "Every access review that was opened, closed or due in the period. Each unanswered item after the deadline is an "
        "exception.",
        (_OPENED, _CLOSED, _OVERDUE),
        _access_reviews,
    ),
    Check(
        "removals-revoked",
        "What an access review removes is revoked",
        "Every removal of the period. An exception is one whose end isn't confirmed now.",
        (_REMOVED, _REVOKED),
        _removals,
    ),
)
