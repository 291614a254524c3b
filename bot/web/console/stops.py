"""Emergency stops in the console: what was stopped, how far it is, and the forms that press and lift."""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response
from ulid import ULID

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, visitor
from bot.web.console.forms import StopForm, read_stop, resources
from bot.web.console.summaries import spell_minute, stop_title, summarise
from bot.web.console.templating import Show
from workflows.access.state import Access
from workflows.access.stopping import affected
from workflows.system.stops.aim import aim_at
from workflows.system.stops.commands import LiftStop, PressStop
from workflows.system.stops.progress import spell_progress
from workflows.system.stops.refusals import not_allowed
from workflows.system.stops.rights import may_lift, may_press
from workflows.system.stops.state import IN_FORCE, KIND, Stop
from workflows.workflow import World

MAX_STOPS = 100
MAX_LISTED = 100
"""Requests of a confirmation."""
_ID = re.compile(rf"{KIND}_[0-9A-Z]{{26}}")


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    for part in (_pressing(console, show), _following(console, show)):
        routes.include_router(part)
    return routes


def _pressing(console: Console, show: Show) -> APIRouter:
    """The list, and the form: what will end is shown first, and its button is the press."""
    routes = APIRouter()

    @routes.get("/stops")
    async def stops(request: Request) -> Response:
        by = await visitor(console, request)
        form = read_stop({}, console.world().bundle, console.world().directory)
        return await _listed(console, show, request, by, StopForm(form.typed, None, None, "", {}))

    @routes.post("/stops")
    async def press(
        request: Request,
        csrf: str = Form(""),
        person: str = Form(""),
        resource: str = Form(""),
        reason: str = Form(""),
        stop: str = Form(""),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        world = console.world()
        given = {"person": person, "resource": resource, "reason": reason}
        form = read_stop(given, world.bundle, world.directory)
        if form.faults:
            return await _listed(console, show, request, by, form)
        if not may_press(world, by.person.id, form.person, form.target):
            sentence = not_allowed(own=form.person is not None).sentence
            return show.trouble(request, 403, texts.NOTHING_STOPPED, sentence, by)
        if not _ID.fullmatch(stop):
            return await _confirmation(console, show, request, by, form)
        command = PressStop(stop, form.reason, form.person, form.target)
        outcome = await console.ledger.handle(command, by.actor, SURFACE, f"console/{stop}")
        if outcome.refusal:
            return show.trouble(request, 403, texts.NOTHING_STOPPED, outcome.refusal.sentence, by)
        return RedirectResponse(f"/stops/{stop}", 303)

    return routes


def _following(console: Console, show: Show) -> APIRouter:
    """One stop: how far it is, and lifting it."""
    routes = APIRouter()

    @routes.get("/stops/{subject}")
    async def stop(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        found = await console.reading.find(by.reader, Stop, subject)
        if found is None:
            return show.trouble(request, 404, "Not found", texts.NO_STOP, by)
        world = console.world()
        return show.page(
            request,
            "stop.html",
            by=by,
            stop=found,
            summary=summarise(found, world.directory),
            progress=spell_progress(found, spell_minute),
            can_lift=found.refuses and may_lift(world, by.person.id, found),
        )

    @routes.post("/stops/{subject}/lift")
    async def lift(request: Request, subject: str, csrf: str = Form(""), reason: str = Form("")) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if await console.reading.find(by.reader, Stop, subject) is None:
            return show.trouble(request, 404, "Not found", texts.NO_STOP, by)
        outcome = await console.ledger.handle(LiftStop(subject, reason), by.actor, SURFACE)
        if outcome.refusal:
            return show.trouble(request, 403, texts.NOT_LIFTED, outcome.refusal.sentence, by)
        return RedirectResponse(f"/stops/{subject}", 303)

    return routes


async def _listed(console: Console, show: Show, request: Request, by: Visitor, form: StopForm) -> Response:
    world = console.world()
    every = (*sorted(IN_FORCE), "over")
    found, _ = await console.reading.listed(by.reader, Stop, every, None, MAX_STOPS)
    rows = [(one, stop_title(one, world.directory), spell_progress(one, spell_minute)) for one in found]
    status = 400 if form.faults else 200
    return show.page(request, "stops.html", status, by, form=form, stops=rows, **_lists(world))


async def _confirmation(
    console: Console, show: Show, request: Request, by: Visitor, form: StopForm
) -> Response:
    """What will end, as far as they may see it; what they can't see ends too, and isn't counted."""
    world = console.world()
    aim = aim_at(world.directory, form.person, form.target)
    found = await affected(console.reads, aim)
    seen = [one for one in found if await console.reading.find(by.reader, Access, one.id)]
    name = world.directory.name_of(form.person) if form.person else form.target
    names = world.directory.name_of
    return show.page(
        request,
        "stop_confirm.html",
        by=by,
        form=form,
        stop=f"{KIND}_{ULID()}",
        name=name,
        found=[(one, names(one.requester)) for one in seen[:MAX_LISTED]],
        number=len(seen),
    )


def _lists(world: World) -> Mapping[str, object]:
    """What the fields suggest."""
    names = sorted({one.name for one in world.directory.people.values()})
    return {"people": names, "resources": sorted(dict(resources(world.bundle)).items())}
