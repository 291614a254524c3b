"""The pages on which somebody looks: what goes on now, stories, a search, and who had access when."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import Console, Visitor, visitor
from bot.web.console.choices import (
    COMMON,
    action_choices,
    review_choices,
    risk_choices,
    signal_choices,
    surface_choices,
)
from bot.web.console.forms import Search, read_held, read_search, resources
from bot.web.console.readings import record_reading
from bot.web.console.summaries import summarise, summary_of
from bot.web.console.templating import Show
from bot.web.cursors import NoPlace, read_place, read_step, write_place, write_step
from workflows.access.state import Access, Review
from workflows.access.views import works_until
from workflows.ports import Directory
from workflows.queries.held_both import HeldBoth, held_both
from workflows.queries.queries import Holder

PAGE = 50
"""Events of a page."""
STORY_PAGE = 200
"""Events of a page of a story, which most fit on."""
_SUBJECT = re.compile(r"[A-Za-z0-9_:-]{1,64}")


def router(console: Console, show: Show) -> APIRouter:
    """The pages' routes."""
    routes = APIRouter()
    for part in (_now_and_then(console, show), _questions(console, show)):
        routes.include_router(part)
    return routes


def _now_and_then(console: Console, show: Show) -> APIRouter:
    """What goes on now, and the history of each thing."""
    routes = APIRouter()

    @routes.get("/")
    async def live(request: Request, updates: str = "on") -> Response:
        by = await visitor(console, request)
        going = await console.reading.live(by.reader, console.now())
        directory = console.world().directory
        sections: dict[str, Any] = {
            name: [(state, summarise(state, directory)) for state in found]
            for name, found in (
                ("grants", going.grants),
                ("pending", going.pending),
                ("scheduled", going.scheduled),
                ("releases", going.releases),
                ("incidents", going.incidents),
            )
        }
        return show.page(
            request,
            "live.html",
            by=by,
            waiting=going.waiting,
            late=going.overdue,
            overdue=[one for found in sections.values() for one in found if one[0].id in going.overdue],
            lateness=texts.LATENESS,
            works_until=works_until,
            updates=updates != "off",
            **sections,
        )

    @routes.get("/stories/{subject}")
    async def story(request: Request, subject: str, after: str = "") -> Response:
        by = await visitor(console, request)
        try:
            step = read_step(after)
        except NoPlace as error:
            return show.trouble(request, 400, texts.NO_PAGE, str(error), by)
        known = _SUBJECT.fullmatch(subject)
        found = await console.reading.story(by.reader, subject, step, STORY_PAGE) if known else None
        if found is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        await record_reading(console, by, found.state)
        here = f"/stories/{subject}"
        return show.page(
            request,
            "story.html",
            by=by,
            story=found,
            summary=summary_of(found, console.world().directory),
            following=f"{here}?after={write_step(found.next)}" if found.next else None,
            first=here if after else None,
        )

    return routes


def _questions(console: Console, show: Show) -> APIRouter:
    """A search, and who had access."""
    routes = APIRouter()

    @routes.get("/search")
    async def search(request: Request) -> Response:
        by = await visitor(console, request)
        return await _search(console, show, request, by)

    @routes.get("/held")
    async def held(request: Request) -> Response:
        by = await visitor(console, request)
        return await _who_had(console, show, request, by)

    return routes


async def _who_had(console: Console, show: Show, request: Request, by: Visitor) -> Response:
    world = console.world()
    form = read_held(request.query_params, world.bundle, console.now())
    shown: dict[str, Any] = {"holders": None, "both": None, "whole": True, "scheduled": []}
    if form.resource and form.also and not form.faults:
        pair = (form.resource, form.also)
        together = await held_both(console.reading, by.reader, world.directory, pair, form.at, form.until)
        shown |= {"both": [_both(one, world.directory) for one in together.found], "whole": together.whole}
    elif form.resource and not form.faults:
        found = await console.reading.held(by.reader, form.resource, form.at, form.until)
        names = world.directory.name_of
        holders = [_held(one, names) for one in found.holders]
        scheduled = [(one, names(one.requester)) for one in found.scheduled]
        shown |= {"holders": holders, "whole": found.whole, "scheduled": scheduled}
    status = 400 if form.faults else 200
    return show.page(request, "held.html", status, by, form=form, **shown, **_lists(console))


@dataclass(frozen=True)
class _Both:
    """Somebody who had both, as the page says it; `parts` are the two."""

    name: str
    since: datetime
    until: datetime | None
    parts: tuple["_Held", "_Held"]
    accounts: bool
    """Whether they had them under different accounts, or one by a machine."""


def _both(one: HeldBoth, directory: Directory) -> _Both:
    first, second = (_held(each, directory.name_of) for each in (one.first, one.second))
    differ = first.access.requester != second.access.requester
    return _Both(first.name, one.since, one.until, (first, second), differ)


@dataclass(frozen=True)
class _Held:
    """Somebody who had access, as the page says it."""

    access: Access
    name: str
    since: datetime
    until: datetime | None
    approved_by: str


def _held(holder: Holder, name_of: Callable[[str], str]) -> _Held:
    approving = [_reviewer(one, name_of) for one in holder.access.reviews if one.verdict == "approve"]
    return _Held(
        access=holder.access,
        name=name_of(holder.access.requester),
        since=holder.since,
        until=holder.until,
        approved_by=", ".join(approving),
    )


def _reviewer(review: Review, name_of: Callable[[str], str]) -> str:
    """By name, with those for whom they decided."""
    approvers = ", ".join(name_of(one.approver) for one in review.delegated_by)
    name = name_of(review.reviewer)
    return texts.FOR_APPROVER.format(who=name, approvers=approvers) if approvers else name


async def _search(console: Console, show: Show, request: Request, by: Visitor) -> Response:
    world = console.world()
    form = read_search(request.query_params, world.bundle, world.directory)
    try:
        before = read_place(request.query_params.get("before", ""))
    except NoPlace as error:
        return show.trouble(request, 400, texts.NO_PAGE, str(error), by)
    results = None if form.faults else await console.reading.search(by.reader, form.wanted, before, PAGE)
    following = address_of(form, before=write_place(results.next)) if results and results.next else None
    return show.page(
        request,
        "search.html",
        400 if form.faults else 200,
        by,
        form=form,
        results=results,
        about={id: summarise(state, world.directory) for id, state in results.about.items()}
        if results
        else {},
        following=following,
        first=address_of(form) if before else None,
        here=address_of(form),
        common=COMMON,
        surfaces=surface_choices(),
        risks=risk_choices(),
        signals=signal_choices(),
        reviews=review_choices(),
        **_lists(console),
    )


def address_of(form: Search, **more: str) -> str:
    """The address of a search."""
    given = {name: text for name, text in form.typed.items() if text}
    query = urlencode({**given, **more})
    return f"/search?{query}" if query else "/search"


def _lists(console: Console) -> Mapping[str, object]:
    """What the fields suggest."""
    world = console.world()
    directory = world.directory
    names = sorted(
        {one.name for one in directory.people.values()} | {one.title for one in directory.machines.values()}
    )
    return {
        "people": names,
        "resources": sorted(dict(resources(world.bundle)).items()),
        "actions": action_choices(console.reading.actions),
    }
