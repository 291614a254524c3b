"""Evidence packs in the console, for auditors and operators. Each one that is made is an event of the log."""

import asyncio

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, check_form, visitor
from bot.web.console.templating import Show
from workflows.queries.evidence.controls import packaged_controls
from workflows.queries.evidence.evidence import MAX_SAMPLES, SAMPLES
from workflows.queries.evidence.period import PeriodError, last_quarter, read_period
from workflows.system.session_commands import RecordExport


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    one_at_a_time = asyncio.Lock()

    @routes.get("/evidence")
    async def form(request: Request) -> Response:
        by = await visitor(console, request)
        if not by.reader.sees_all:
            return show.trouble(request, 403, texts.NOT_FOR_YOU, texts.EVIDENCE_FOR, by)
        period = last_quarter(console.now())
        frameworks = packaged_controls().frameworks
        return show.page(
            request,
            "evidence.html",
            by=by,
            period=period,
            frameworks=frameworks,
            count=SAMPLES,
            most=MAX_SAMPLES,
        )

    @routes.post("/evidence")
    async def make(
        request: Request,
        csrf: str = Form(""),
        first: str = Form(""),
        last: str = Form(""),
        samples: int = Form(SAMPLES, ge=1, le=MAX_SAMPLES),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if not by.reader.sees_all:
            return show.trouble(request, 403, texts.NOT_FOR_YOU, texts.EVIDENCE_FOR, by)
        try:
            period = read_period(first, last, console.now())
            async with one_at_a_time:
                company = console.world().bundle.settings.name
                pack = await console.packs.make(period, samples, company, by.person.id)
        except PeriodError as error:
            return show.trouble(request, 400, texts.NO_PACK, str(error), by)
        words = texts.EVIDENCE_OF.format(period=period)
        command = RecordExport(by.session.id, words, "zip", pack.events, pack.digest, False, 0)
        outcome = await console.ledger.handle(command, by.actor, SURFACE)
        if outcome.refusal:
            return show.trouble(request, 403, texts.NO_PACK, outcome.refusal.sentence, by)
        headers = {"Content-Disposition": f'attachment; filename="{pack.name}"'}
        return Response(pack.data, media_type="application/zip", headers=headers)

    return routes
