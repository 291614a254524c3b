"""Access reviews in the console: how far each is, every item with its answer, and both as files. Operators open one here."""

import asyncio
import hashlib
from collections.abc import Sequence

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response
from ulid import ULID

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, check_form, visitor
from bot.web.console.csv_export import rows_as_csv
from bot.web.console.summaries import summarise
from bot.web.console.templating import Show, moment
from workflows.access.review_jobs import open_review
from workflows.policy.proposal.removals import propose
from workflows.policy.roles import operator_groups
from workflows.ports import Directory
from workflows.system.access_reviews.proposed import removed_by
from workflows.system.access_reviews.state import EVERY, KIND, AccessReview, ReviewItem
from workflows.system.session_commands import RecordExport

MAX_REVIEWS = 20
MAX_LISTED = 500
"""Items of a page; the file has all of them."""
COLUMNS = (
    "number",
    "person",
    "person (id)",
    "entitlement",
    "last used (UTC)",
    "answer",
    "by",
    "by (id)",
    "at (UTC)",
    "reason",
)


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/access-reviews")
    async def reviews(request: Request) -> Response:
        by = await visitor(console, request)
        world = console.world()
        may_open = bool(operator_groups(by.person.id, world.bundle, world.directory))
        found, _ = await console.reading.listed(
            by.reader, AccessReview, EVERY, None, MAX_REVIEWS, owned=False
        )
        offered = sorted(world.bundle.reviews.values(), key=lambda one: one.title) if may_open else []
        return show.page(request, "access_reviews.html", by=by, reviews=found, offered=offered)

    @routes.post("/access-reviews")
    async def start(request: Request, csrf: str = Form(""), name: str = Form("")) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        subject = f"{KIND}_{ULID()}"
        world = console.world()
        outcome = await open_review(
            console.ledger, console.reads, world, subject, name[:60], by.actor, SURFACE
        )
        if outcome.refusal:
            return show.trouble(request, 403, texts.NO_REVIEW_OPENED, outcome.refusal.sentence, by)
        return RedirectResponse(f"/access-reviews/{subject}", 303)

    routes.include_router(_one(console, show))
    return routes


def _one(console: Console, show: Show) -> APIRouter:
    """One review: its page and its files."""
    routes = APIRouter()

    @routes.get("/access-reviews/{subject}")
    async def review(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        found = await console.reading.find(by.reader, AccessReview, subject)
        if found is None:
            return show.trouble(request, 404, "Not found", texts.NO_REVIEW, by)
        directory = console.world().directory
        rows = [
            (n, one, directory.name_of(one.person), directory.name_of(one.by or ""))
            for n, one in _shown(found)
        ]
        return show.page(
            request,
            "access_review.html",
            by=by,
            review=found,
            summary=summarise(found, directory),
            rows=rows,
            left=found.count - len(rows),
        )

    @routes.post("/access-reviews/{subject}/export")
    async def export(
        request: Request, subject: str, csrf: str = Form(""), form: str = Form("csv")
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        found = await console.reading.find(by.reader, AccessReview, subject)
        if found is None:
            return show.trouble(request, 404, "Not found", texts.NO_REVIEW, by)
        form = "diff" if form == "diff" else "csv"
        data = await asyncio.to_thread(_diff if form == "diff" else _csv, console, found)
        words, digest = f"access review {subject}", hashlib.sha256(data).hexdigest()
        command = RecordExport(by.session.id, words, form, found.count, digest, False, 0)
        outcome = await console.ledger.handle(command, by.actor, SURFACE)
        if outcome.refusal:
            return show.trouble(request, 403, texts.NOTHING_EXPORTED, outcome.refusal.sentence, by)
        name = f"{found.terms.name}-{found.period}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        kind = "text/csv; charset=utf-8" if form == "csv" else "text/x-diff; charset=utf-8"
        return Response(data, media_type=kind, headers=headers)

    return routes


def _shown(review: AccessReview) -> Sequence[tuple[int, ReviewItem]]:
    """The items that a page has room for: what was removed, what has no answer, what was kept."""
    order = {"remove": 0, None: 1, "keep": 2}
    numbered = sorted(enumerate(review.items, 1), key=lambda one: (order[one[1].verdict], one[0]))
    return numbered[:MAX_LISTED]


def _csv(console: Console, review: AccessReview) -> bytes:
    """Every item with its answer: the review's evidence."""
    directory = console.world().directory
    return rows_as_csv(COLUMNS, [_cells(n, one, directory) for n, one in enumerate(review.items, 1)])


def _cells(number: int, item: ReviewItem, directory: Directory) -> Sequence[str]:
    return (
        str(number),
        directory.name_of(item.person),
        item.person,
        item.entitlement,
        moment(item.used_at).removesuffix(" UTC") if item.used_at else "",
        item.verdict or "",
        directory.name_of(item.by) if item.by else "",
        item.by or "",
        moment(item.at).removesuffix(" UTC") if item.at else "",
        item.reason,
    )


def _diff(console: Console, review: AccessReview) -> bytes:
    """What the review proposes to change in the bundle, with what has to be changed by hand above it."""
    world = console.world()
    proposal = propose(console.bundle_files(), world.bundle, world.directory, removed_by(review))
    by_hand = "".join(f"# {texts.BY_HAND} {sentence}\n" for sentence in proposal.by_hand)
    return f"{by_hand}{proposal.diff}".encode(errors="replace")
