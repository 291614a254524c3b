"""What approvers make of a request: for how long they approve it, and under which conditions."""

from workflows.access.events import Requested, Reviewed
from workflows.access.limits import Condition, with_texts
from workflows.access.state import Access, Extended, Review
from workflows.policy.terms.access import Terms


def review_of(state: Access, event: Reviewed) -> Review:
    """The review, with all that was there before if it approves: that is what the approver was shown."""
    if event.verdict == "deny":
        return Review(
            reviewer=event.reviewer, verdict=event.verdict, at=event.at, delegated_by=event.delegated_by
        )
    seconds = min(event.seconds or state.approved_seconds, state.approved_seconds)
    return Review(
        reviewer=event.reviewer,
        verdict=event.verdict,
        at=event.at,
        seconds=seconds if seconds < state.seconds else None,
        conditions=(*state.new_conditions, *_condition(state.id, event)),
        delegated_by=event.delegated_by,
        signed=event.signed is not None,
    )


def _condition(subject: str, event: Reviewed) -> tuple[Condition, ...]:
    if event.condition_digest is None:
        return ()
    return (
        Condition(of=subject, by=event.reviewer, condition=event.condition, digest=event.condition_digest),
    )


def extends_of(event: Requested) -> Extended | None:
    """What it extends, with the words of the conditions that it keeps."""
    if event.extends is None:
        return None
    conditions = with_texts(event.extends.conditions, event.conditions)
    return event.extends.model_copy(update={"conditions": conditions})


def without_clicks(state: Access, terms: Terms) -> Access:
    """The request without the approvals that don't count under these terms: clicks, where a passkey has to sign."""
    if terms.assurance != "passkey":
        return state
    kept = tuple(one for one in state.reviews if not one.unsigned_approval)
    gone = (one.reviewer for one in state.reviews if one.unsigned_approval)
    return state.model_copy(update={"reviews": kept, "taken_back": (*state.taken_back, *gone)})
