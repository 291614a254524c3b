"""What was live of a service, from when until when, by whom, and on what evidence."""

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import Console, visitor
from bot.web.console.templating import Show
from workflows.queries.release_history import live_history
from workflows.releases.changes import changed_since_live
from workflows.releases.state import Release

PAGE = 50
"""Releases of a page."""
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_BEFORE = re.compile(r"rel_[0-9A-Z]{26}")


def router(console: Console, show: Show) -> APIRouter:
    """The page's route."""
    routes = APIRouter()

    @routes.get("/services/{service}/history")
    async def history(request: Request, service: str, before: str = "") -> Response:
        by = await visitor(console, request)

        async def sees(release: Release) -> bool:
            return await console.reading.find(by.reader, Release, release.id) is not None

        if not _SERVICE.fullmatch(service) or (before and not _BEFORE.fullmatch(before)):
            return show.trouble(request, 404, "Not found", texts.NO_SERVICE, by)
        found = await live_history(console.reads, sees, service, before or None, PAGE)
        if not found.periods:
            return show.trouble(request, 404, "Not found", texts.NO_SERVICE, by)
        here = f"/services/{service}/history"
        return show.page(
            request,
            "history.html",
            by=by,
            service=service,
            title=found.periods[0].release.terms.title,
            periods=[(one, changed_since_live(one.release)) for one in found.periods],
            name_of=console.world().directory.name_of,
            following=f"{here}?before={found.next}" if found.next else None,
            first=here if before else None,
        )

    return routes
