"""What break-glass asks of whoever takes access without approval, and of its review; times are seconds."""

from workflows.policy.terms.snapshot import Snapshot


class BreakGlassIncident(Snapshot):
    """The incident that it opens, or joins if one is open on the same service."""

    severity: str
    service: str | None = None


class BreakGlassTerms(Snapshot):
    """Groups `taken_by` may take it for `longest` at most; it is announced in `channel`, a channel id or #name.

    Groups `reviewers` may review besides the approvers of the rule's stages, within `review_within` of its end; those of
    `escalate_to` may as well, `escalate_after` its end.
    """

    taken_by: tuple[str, ...]
    longest: int
    min_length: int
    channel: str
    after_denial: int
    most_unreviewed: int
    reviewers: tuple[str, ...]
    review_within: int
    escalate_after: int | None = None
    escalate_to: tuple[str, ...] = ()
    incident: BreakGlassIncident | None = None


def stricter_break_glass(old: BreakGlassTerms | None, new: BreakGlassTerms | None) -> BreakGlassTerms | None:
    """What satisfies both: nobody may take what either doesn't let them."""
    if old is None or new is None:
        return None
    waits = [one.escalate_after for one in (old, new) if one.escalate_after is not None]
    return old.model_copy(
        update={
            "taken_by": tuple(group for group in old.taken_by if group in new.taken_by),
            "longest": min(old.longest, new.longest),
            "min_length": max(old.min_length, new.min_length),
            "after_denial": max(old.after_denial, new.after_denial),
            "most_unreviewed": min(old.most_unreviewed, new.most_unreviewed),
            "reviewers": tuple(group for group in old.reviewers if group in new.reviewers),
            "review_within": min(old.review_within, new.review_within),
            "escalate_after": max(waits) if len(waits) == 2 else None,
            "escalate_to": tuple(group for group in old.escalate_to if group in new.escalate_to),
        }
    )
