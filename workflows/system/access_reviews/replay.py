"""Could this have happened to an access review? No item may be missing, nor be answered by the person it is about."""

from collections.abc import Sequence
from datetime import timedelta

from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.access_reviews.events import (
    ItemsAnswered,
    ItemsListed,
    RemovalReversed,
    ReviewClosed,
    ReviewersFound,
    ReviewersMissing,
    ReviewersReminded,
    ReviewEscalated,
    ReviewOpened,
    ReviewOverdue,
)
from workflows.system.access_reviews.state import AccessReview, ItemVerdict
from workflows.system.access_reviews.timing import escalates_at, reminders
from workflows.workflow import Occurred, unmet


def _opened(state: AccessReview | None, past: Past, now: Occurred, event: ReviewOpened) -> Why:
    return unmet(
        (state is None, "it had been opened before"),
        (event.id == now.subject, "it names another review"),
        (event.by == now.actor.id, "someone else opened it"),
        (
            event.due_at == event.at + timedelta(seconds=event.terms.within),
            "its terms give it another deadline",
        ),
        (event.count >= 0, "it has fewer than no items"),
    )


def _listed(state: AccessReview, past: Past, now: Occurred, event: ItemsListed) -> Why:
    known = {one.entitlement for one in state.terms.entitlements}
    had = {one.person for one in state.items if one.entitlement == event.entitlement}
    return unmet(
        (now.version == past[0].version, "its items are those of when it opened"),
        (event.entitlement in known, "its terms review no such entitlement"),
        (len(event.people) == len(event.used), "it says when others used it"),
        (
            len(set(event.people)) == len(event.people) and not had & set(event.people),
            "someone was listed twice",
        ),
        (len(state.items) + len(event.people) <= state.count, "it has fewer items"),
    )


def _answered(state: AccessReview, past: Past, now: Occurred, event: ItemsAnswered) -> Why:
    expected: Sequence[ItemVerdict | None] = (None,) if event.verdict == "keep" else (None, "keep")
    return unmet(
        (state.status == "open", "it was closed already"),
        (event.verdict == "keep" or bool(event.reason) or "reason" in now.erased, "it gives no reason"),
    ) or _by_reviewer(state, now, event, expected)


def _reversed(state: AccessReview, past: Past, now: Occurred, event: RemovalReversed) -> Why:
    return _by_reviewer(state, now, event, ("remove",))


def _by_reviewer(
    state: AccessReview,
    now: Occurred,
    event: ItemsAnswered | RemovalReversed,
    expected: Sequence[ItemVerdict | None],
) -> Why:
    items = [state.item(n) for n in event.items]
    may = {
        group
        for one in state.terms.entitlements
        if one.entitlement == event.entitlement
        for group in (*one.reviewers, *(state.terms.escalate_to if state.escalated else ()))
    }
    return unmet(
        (len(state.items) == state.count, "an item was missing"),
        (bool(items) and len(set(event.items)) == len(items), "it answers an item twice, or none"),
        (
            [one and (one.person, one.entitlement) for one in items]
            == [(person, event.entitlement) for person in event.people],
            "it answers other items than it says",
        ),
        (
            all(one is not None and one.verdict in expected for one in items),
            "an item had been answered before",
        ),
        (event.by == now.actor.id and not now.actor.is_machine, "someone else answered it"),
        (not now.actor.is_daypass, "no reviewer answered it"),
        (event.by not in event.people, f"{event.by} reviewed their own access"),
        (bool(event.groups) and may.issuperset(event.groups), "its terms let others review it"),
    )


def _reminded(state: AccessReview, past: Past, now: Occurred, event: ReviewersReminded) -> Why:
    passed = sum(now.at >= at for at in reminders(state))
    return _in_time(state, now) or unmet((state.reminded < event.number <= passed, "its time had not come"))


def _escalated(state: AccessReview, past: Past, now: Occurred, event: ReviewEscalated) -> Why:
    at = escalates_at(state)
    return unmet(
        (state.status == "open" and not state.escalated, "it was escalated or closed before"),
        (event.to == state.terms.escalate_to, "its terms escalate it to others"),
        (bool(state.unreviewable) or (at is not None and now.at >= at), "its terms escalate it later"),
    )


def _overdue(state: AccessReview, past: Past, now: Occurred, event: ReviewOverdue) -> Why:
    return _in_time(state, now) or unmet(
        (not state.overdue, "it was overdue before"),
        (now.at >= state.due_at, "its deadline had not passed"),
    )


def _in_time(state: AccessReview, now: Occurred) -> Why:
    return unmet(
        (state.status == "open", "it was closed already"),
        (now.actor.is_daypass, "someone else than Daypass keeps its time"),
    )


def _missing(state: AccessReview, past: Past, now: Occurred, event: ReviewersMissing) -> Why:
    known = {one.entitlement for one in state.terms.entitlements}
    return unmet(
        (state.status == "open", "it was closed already"),
        (
            bool(event.entitlements) and known.issuperset(event.entitlements),
            "it reviews no such entitlements",
        ),
        (event.entitlements != state.unreviewable, "it was known before"),
    )


def _found(state: AccessReview, past: Past, now: Occurred, event: ReviewersFound) -> Why:
    return unmet((bool(state.unreviewable), "no reviewers had been missing"))


def _closed(state: AccessReview, past: Past, now: Occurred, event: ReviewClosed) -> Why:
    counted = (event.kept, event.removed, event.unanswered)
    at_deadline = state.terms.if_unanswered == "propose-removal" and now.at >= state.due_at
    return unmet(
        (state.status == "open", "it was closed already"),
        (len(state.items) == state.count == sum(counted), "an item was missing"),
        (
            counted == (state.tally("keep"), state.tally("remove"), state.tally(None)),
            "it counts other answers than were given",
        ),
        (event.how != "answered" or not event.unanswered, "items had no answer"),
        (event.how != "deadline" or at_deadline, "its terms keep it open, or its deadline had not passed"),
    )


JUDGES: Judges = {
    ReviewOpened: _opened,
    ItemsListed: _listed,
    ItemsAnswered: _answered,
    RemovalReversed: _reversed,
    ReviewersReminded: _reminded,
    ReviewEscalated: _escalated,
    ReviewOverdue: _overdue,
    ReviewersMissing: _missing,
    ReviewersFound: _found,
    ReviewClosed: _closed,
}
impossible = judged(ReviewOpened, JUDGES, "nobody had opened it")
