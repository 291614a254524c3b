"""Access reviews, for auditors' tools."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Before, Limit, Subject, listed
from bot.web.api.problems import documented
from bot.web.api.schemas import Page
from workflows.system.access_reviews.state import EVERY, AccessReview


class AccessReviewSummary(BaseModel):
    """One access review; `kept`, `removed` and `unanswered` are all of its items. Times are UTC."""

    id: str
    name: str
    title: str
    period: str
    status: Literal["open", "closed"]
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    overdue: bool
    items: int
    kept: int
    removed: int
    unanswered: int


class AccessReviewItem(BaseModel):
    """Who could request what when the review opened, and the answer to it; None while there is none."""

    number: int
    person: str
    entitlement: str
    last_used_at: datetime | None
    answer: Literal["keep", "remove"] | None
    by: str | None
    at: datetime | None
    reason: str | None


class WholeAccessReview(BaseModel):
    """An access review with all of its items."""

    review: AccessReviewSummary
    items: list[AccessReviewItem]


routes = APIRouter(tags=["access reviews"])


@routes.get("/access-reviews", responses=documented())
async def list_access_reviews(
    api: TheApi, by: By, before: Before = None, limit: Limit = 20
) -> Page[AccessReviewSummary]:
    """The access reviews that you can see, newest first."""
    return await listed(api, by, AccessReview, EVERY, before, limit, _summary, owned=False)


@routes.get("/access-reviews/{subject}", responses=documented(404))
async def one_access_review(api: TheApi, by: By, subject: Subject) -> WholeAccessReview:
    """One access review, with every item and its answer."""
    found = await api.find(by, AccessReview, subject)
    return WholeAccessReview(review=_summary(found), items=_items(found))


def _summary(review: AccessReview) -> AccessReviewSummary:
    return AccessReviewSummary(
        id=review.id,
        name=review.terms.name,
        title=review.terms.title,
        period=review.period,
        status=review.status,
        opened_at=review.opened_at,
        due_at=review.due_at,
        closed_at=review.closed_at,
        overdue=review.overdue,
        items=review.count,
        kept=review.tally("keep"),
        removed=review.tally("remove"),
        unanswered=review.tally(None),
    )


def _items(review: AccessReview) -> list[AccessReviewItem]:
    return [
        AccessReviewItem(
            number=number,
            person=one.person,
            entitlement=one.entitlement,
            last_used_at=one.used_at,
            answer=one.verdict,
            by=one.by,
            at=one.at,
            reason=one.reason or None,
        )
        for number, one in enumerate(review.items, 1)
    ]
