"""A month in figures, and where the company stands, for operators and auditors. Each figure leads to its events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.charts.charts import CHARTS, brief, draw_spec
from bot.charts.drawing import draw_svg
from bot.web.console import texts
from bot.web.console.auth import Console, visitor
from bot.web.console.templating import Show
from workflows.access.signals import labels
from workflows.queries.figures.figures import FigureReader
from workflows.queries.figures.month import Month, month_of, read_month
from workflows.queries.figures.posture import Standing, posture
from workflows.queries.open_exceptions import open_exceptions
from workflows.queries.search_request import SearchRequest
from workflows.system.control_tests.state import KIND, TESTS, ControlTest, control_test_id

MONTHS_SHOWN = 6
MAX_CHANGES = 20
"""Changes of the policy on the page; the search has all of them."""


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    reader = FigureReader(console.reads, console.now)

    @routes.get("/figures")
    async def figures(request: Request, month: str = "") -> Response:
        by = await visitor(console, request)
        if not by.reader.sees_all:
            return show.trouble(request, 403, texts.NOT_FOR_YOU, texts.FIGURES_FOR, by)
        asked = _asked(month, console)
        if asked is None:
            return show.trouble(request, 400, texts.NO_PAGE, texts.NO_MONTH, by)
        found = await reader.of(asked)
        changed = SearchRequest(action="policy.adopted", since=asked.starts, until=asked.ends)
        changes = await console.reading.search(by.reader, changed, None, MAX_CHANGES)
        earlier, later = asked.later(-1), asked.later(1)
        months = await reader.back_from(asked, MONTHS_SHOWN)
        names = console.world().directory.name_of
        charts = [(one, one.words(months)) for one in CHARTS.values() if draw_spec(one, months)]
        return show.page(
            request,
            "figures.html",
            by=by,
            figures=found,
            charts=charts,
            changes=changes.passages,
            earlier=earlier,
            later=later if later <= month_of(console.now()) else None,
            spelled=brief,
            signals=[(name, count, labels([name])[0]) for name, count in found.access.signals],
            people=[(names(one.person), one) for one in found.access.by_person[:MAX_CHANGES]],
            events=lambda **more: _events(asked, more),
        )

    routes.include_router(_over_months(console, show, reader))
    return routes


def _over_months(console: Console, show: Show, reader: FigureReader) -> APIRouter:
    """The charts, and the posture."""
    routes = APIRouter()

    @routes.get("/figures/charts/{name}.svg")
    async def chart(request: Request, name: str, month: str = "") -> Response:
        by = await visitor(console, request)
        if not by.reader.sees_all:
            return Response(status_code=403)
        asked, chosen = _asked(month, console), CHARTS.get(name)
        if asked is None or chosen is None:
            return Response(status_code=404)
        spec = draw_spec(chosen, await reader.back_from(asked, MONTHS_SHOWN))
        if spec is None:
            return Response(status_code=404)
        return Response(await draw_svg(spec), media_type="image/svg+xml")

    @routes.get("/posture")
    async def standing(request: Request) -> Response:
        by = await visitor(console, request)
        if not by.reader.sees_all:
            return show.trouble(request, 403, texts.NOT_FOR_YOU, texts.FIGURES_FOR, by)
        months = await reader.back_from(month_of(console.now()), MONTHS_SHOWN)
        going = await console.reading.live(by.reader, console.now())
        tests = await console.reads.find_all({KIND: ControlTest}, [control_test_id(one) for one in TESTS])
        return show.page(
            request,
            "posture.html",
            by=by,
            months=[one.month for one in months],
            standings=posture(months, console.world().bundle.goals),
            spelled=spelled,
            overdue=len(going.overdue),
            exceptions=await open_exceptions(console.reads, console.world().directory, console.now()),
            tests=sorted(tests.values(), key=lambda one: one.id),
        )

    return routes


def spelled(standing: Standing, value: float | None) -> str:
    """A value of a measure: `1h 30m`, `12 %`, or a dash if there is none."""
    if value is None:
        return "–"
    return brief(value) if standing.measure.unit == "seconds" else f"{value:.0f} %"


def _asked(typed: str, console: Console) -> Month | None:
    """The month asked for, at most this one; without one this one. None if it is none."""
    this = month_of(console.now())
    asked = read_month(typed) if typed else this
    return asked if asked and asked <= this else None


def _events(month: Month, more: Mapping[str, Any]) -> str:
    """The address of the month's events, found by these fields."""
    spelled = {"since": f"{month.starts:%Y-%m-%d}", "until": f"{month.ends:%Y-%m-%d}"}
    return "/search?" + urlencode({**more, **spelled})
