"""What signals look at: somebody's earlier requests, newest first, and those of people who approve theirs quickly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

MAX_REQUESTS = 100
"""Of one person's newest requests; what is older isn't looked at, so that asking costs the same in any log."""
MAX_AGE = timedelta(days=365)
QUICK_SECONDS = 30
"""An approval within this time of the request can't have taken long to read."""


@dataclass(frozen=True)
class PastReview:
    """A verdict, so many seconds after the request."""

    reviewer: str
    approved: bool
    after_seconds: int

    @property
    def quick(self) -> bool:
        return self.approved and self.after_seconds <= QUICK_SECONDS


@dataclass(frozen=True)
class PastRequest:
    """An earlier request. `used`: a credential was handed over under its grant; `over`: its grant has ended."""

    at: datetime
    entitlement: str
    resource: str
    granted: bool = False
    over: bool = False
    used: bool = False
    denied_at: datetime | None = None
    reviews: tuple[PastReview, ...] = ()
    kit: str | None = None
    """The first request of the kit that it was made with."""


@dataclass(frozen=True)
class History:
    """`requests` are the requester's, `of_approvers` those of people who approve theirs quickly; each newest first.

    `since` is when the first request of all was made, None if there was none before.
    """

    since: datetime | None
    requests: tuple[PastRequest, ...] = ()
    of_approvers: Mapping[str, tuple[PastRequest, ...]] = field(default_factory=dict)

    def without(self, kit: str) -> "History":
        """The same without what was requested with this kit, by its first request."""
        return replace(self, requests=tuple(one for one in self.requests if one.kit != kit))

    @property
    def each_once(self) -> tuple[PastRequest, ...]:
        """The requests; of those that were made with one kit only the newest."""
        newest = {one.kit or str(place): place for place, one in reversed([*enumerate(self.requests)])}
        return tuple(self.requests[place] for place in sorted(newest.values()))

    @property
    def cut(self) -> bool:
        """Whether there may be requests before these."""
        return len(self.requests) >= MAX_REQUESTS


@dataclass(frozen=True)
class Unread:
    """The history couldn't be read in time."""


@dataclass(frozen=True)
class Delegation:
    """Someone who decides for an approver who is away, and when that approver first asked them to."""

    delegate: str
    approver: str
    absence: str
    since: datetime


@dataclass(frozen=True)
class Asked:
    """The request that is looked at, with those who could decide it as delegates at that moment."""

    requester: str
    entitlement: str
    resource: str
    at: datetime
    delegations: tuple[Delegation, ...] = ()


def past_request(document: Mapping[str, Any]) -> PastRequest:
    """Read an access request's stored state. Raises LookupError, TypeError or ValueError if it isn't one."""
    at = datetime.fromisoformat(document.get("accepted_at") or document["asked_at"])
    grant, decided = document.get("grant") or {}, document.get("decided_at")
    return PastRequest(
        at=at,
        entitlement=document["terms"]["entitlement"],
        resource=document["terms"]["resource"],
        granted=bool(grant),
        over=grant.get("status") == "ended",
        used=any(one["delivered"] for one in document["credentials"]),
        denied_at=datetime.fromisoformat(decided) if decided and document["status"] == "denied" else None,
        reviews=tuple(_review(one, at) for one in document["reviews"]),
        kit=kit["members"][0]["request"] if (kit := document.get("kit")) else None,
    )


def _review(document: Mapping[str, Any], asked_at: datetime) -> PastReview:
    after = datetime.fromisoformat(document["at"]) - asked_at
    return PastReview(document["reviewer"], document["verdict"] == "approve", int(after.total_seconds()))


def quick_approvers(requests: tuple[PastRequest, ...], least: int) -> tuple[str, ...]:
    """Who approved at least so many of these, each quickly, and never otherwise decided on one."""
    reviews: dict[str, list[PastReview]] = {}
    for request in requests:
        for review in request.reviews:
            reviews.setdefault(review.reviewer, []).append(review)
    found = [who for who, some in reviews.items() if len(some) >= least and all(one.quick for one in some)]
    return tuple(sorted(found, key=lambda who: (-len(reviews[who]), who)))
