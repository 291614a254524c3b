"""What the identity provider pushes, for operators and auditors: how much, since when, and departures to decide about."""

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, visitor
from bot.web.console.templating import Show
from workflows.policy.roles import operator_groups
from workflows.system.departures.commands import ConfirmDeparture, RejectDeparture
from workflows.system.departures.state import KIND, OPEN, Departure

MAX_DEPARTURES = 50
MAX_PEOPLE = 200
"""Named of one departure; the rest are counted."""
DECIDED = ("over", "rejected")


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/directory")
    async def directory(request: Request) -> Response:
        by = await visitor(console, request)
        if not by.reader.sees_all:
            return show.trouble(request, 403, texts.NOT_FOR_YOU, texts.FOR_OPERATORS, by)
        return await _page(console, show, request, by)

    @routes.post("/directory/{subject}/confirm")
    async def confirm(
        request: Request, subject: str, csrf: str = Form(""), digest: str = Form("")
    ) -> Response:
        return await _settle(console, show, request, csrf, ConfirmDeparture(subject, digest))

    @routes.post("/directory/{subject}/reject")
    async def reject(
        request: Request, subject: str, csrf: str = Form(""), digest: str = Form("")
    ) -> Response:
        return await _settle(console, show, request, csrf, RejectDeparture(subject, digest))

    return routes


async def _page(console: Console, show: Show, request: Request, by: Visitor) -> Response:
    world = console.world()
    scim = console.scim
    opened = await console.reads.in_status(Departure, KIND, OPEN)
    past = await console.reads.page(Departure, KIND, DECIDED, None, MAX_DEPARTURES)
    names = world.directory.name_of
    return show.page(
        request,
        "directory.html",
        by=by,
        counts=await scim.counts() if scim else None,
        heard=await scim.heard_at() if scim else None,
        departures=[(one, [names(person) for person in one.people[:MAX_PEOPLE]]) for one in (*opened, *past)],
        decides=bool(operator_groups(by.person.id, world.bundle, world.directory)),
    )


async def _settle(
    console: Console, show: Show, request: Request, csrf: str, command: ConfirmDeparture | RejectDeparture
) -> Response:
    by = await visitor(console, request)
    check_form(console, by, request, csrf)
    if await console.reading.find(by.reader, Departure, command.subject) is None:
        return show.trouble(request, 404, "Not found", texts.NO_DEPARTURE, by)
    outcome = await console.ledger.handle(command, by.actor, SURFACE)
    if outcome.refusal:
        return show.trouble(request, 403, texts.NOTHING_CHANGED, outcome.refusal.sentence, by)
    return RedirectResponse("/directory", 303)
