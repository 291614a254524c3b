"""The page of access that was taken without approval, with where its review is."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console.auth import Console, visitor
from bot.web.console.summaries import summarise
from bot.web.console.templating import Show
from workflows.queries.break_glass import taken_without_approval

DAYS = 90


def router(console: Console, show: Show) -> APIRouter:
    """The page's route."""
    routes = APIRouter()

    @routes.get("/break-glass")
    async def break_glass(request: Request) -> Response:
        by = await visitor(console, request)
        since = console.now() - timedelta(days=DAYS)
        found = await taken_without_approval(console.reading, console.reads, by.reader, since)
        directory = console.world().directory
        return show.page(
            request,
            "break_glass.html",
            by=by,
            days=DAYS,
            taken=[(one, summarise(one, directory)) for one in found.found],
            counts=found.counts,
            people=[(directory.name_of(one), number) for one, number in found.by_person.items()],
            whole=found.whole,
        )

    return routes
