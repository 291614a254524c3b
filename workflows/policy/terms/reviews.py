"""What an access review is about, by whom and until when, as the bundle says; times are seconds."""

from datetime import time

from workflows.policy.schema.reviews import Every, Unanswered
from workflows.policy.terms.snapshot import Snapshot


class ReviewedEntitlement(Snapshot):
    """Members of the `eligible` groups can request it; those of `reviewers` say who keeps that."""

    entitlement: str
    title: str
    resource: str
    eligible: tuple[str, ...]
    reviewers: tuple[str, ...]


class ReviewSchedule(Snapshot):
    """It opens on that day of the first month of each period, at that time in the zone."""

    every: Every
    day: int
    at: time
    zone: str


class ReviewTerms(Snapshot):
    """Members of `escalate_to` may answer everything as well, `escalate_after` its opening. `rule` is where the bundle
    says so, `digest` the bundle's."""

    name: str
    title: str
    entitlements: tuple[ReviewedEntitlement, ...]
    schedule: ReviewSchedule | None
    within: int
    escalate_after: int | None
    escalate_to: tuple[str, ...]
    if_unanswered: Unanswered
    keep_used_within: int
    rule: str
    digest: str

    def reviewed(self, entitlement: str) -> ReviewedEntitlement:
        """The entitlement of this id. Raises StopIteration if it isn't reviewed."""
        return next(one for one in self.entitlements if one.entitlement == entitlement)
