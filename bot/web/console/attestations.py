"""The signed verdict on a release, to download."""

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import Console, visitor
from bot.web.console.readings import record_reading
from bot.web.console.templating import Show
from bot.web.cursors import read_step
from workflows.releases.attestation.dsse import MEDIA
from workflows.releases.state import Release

_SUBJECT = re.compile(r"rel_[A-Za-z0-9]{1,60}")


def router(console: Console, show: Show) -> APIRouter:
    """The route that hands out attestations, to whoever sees the release."""
    routes = APIRouter()

    @routes.get("/stories/{subject}/attestation")
    async def attestation(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        known = _SUBJECT.fullmatch(subject)
        found = await console.reading.story(by.reader, subject, read_step(""), 1) if known else None
        state = found.state if found else None
        if not isinstance(state, Release) or state.attestation is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        await record_reading(console, by, state)
        headers = {"Content-Disposition": f'attachment; filename="{subject}.dsse.json"'}
        return Response(state.attestation, media_type=MEDIA, headers=headers)

    return routes
