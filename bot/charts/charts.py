"""The charts that there are, each by its name: a title, the same in words for those who can't see it, and its specification.

Specifications are Vega-Lite 5 (https://vega.github.io/vega-lite/docs/). The same values are in words and in
tables, so that colour alone says nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.durations import brief_duration
from workflows.queries.figures.figures import Figures

Spec = Mapping[str, Any]
Row = Mapping[str, Any]

MAX_BARS = 10
WIDTH = 560
INK, LINE = "#1c1f21", "#d9d6d0"
CHARTS_IN_A_ROW = 2
TEAL, AMBER, RED, GREY, BLUE = "#0b5c55", "#b26a00", "#a3201a", "#8a9096", "#2f5d9b"


_AXIS: Row = {
    "labelColor": INK,
    "titleColor": INK,
    "gridColor": LINE,
    "labelLimit": 0,
    "labelFontSize": 12,
    "titleFontWeight": "normal",
}
_PAGE: Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "background": "#ffffff",
    "config": {
        "font": "sans-serif",
        "axis": _AXIS,
        "legend": {"labelFontSize": 12},
        "text": {"color": INK, "fontSize": 12},
        "view": {"stroke": None},
    },
}
"""What every chart has, alone or on a page with others."""


@dataclass(frozen=True)
class Chart:
    """A chart of these months, the newest last."""

    name: str
    title: str
    rows: Callable[[Sequence[Figures]], list[Row]]
    spec: Callable[[list[Row], Sequence[str]], Spec]
    """Of the rows, and of the months as they are written."""
    words: Callable[[Sequence[Figures]], str]


def _month(figures: Figures) -> str:
    return f"{figures.month.starts:%b %Y}"


def _outcomes(months: Sequence[Figures]) -> list[Row]:
    return [
        {"month": _month(one), "kind": kind, "count": count}
        for one in months
        for kind, count in (
            ("approved", one.access.decisions.approved),
            ("automatic", one.access.decisions.automatic),
            ("denied", one.access.decisions.denied),
            ("withdrawn or expired", one.access.decisions.withdrawn + one.access.decisions.expired),
            ("break-glass", one.access.break_glass.taken),
        )
        if count
    ]


def _outcomes_words(months: Sequence[Figures]) -> str:
    return "; ".join(f"{one.month.name}: {one.access.decisions.requested} requests" for one in months)


def _waited(months: Sequence[Figures]) -> list[Row]:
    return [
        {
            "what": one.entitlement,
            "seconds": one.decisions.waited,
            "label": brief(one.decisions.waited),
        }
        for one in months[-1].access.by_entitlement[:MAX_BARS]
        if one.decisions.waited >= 1
    ]


def _waited_words(months: Sequence[Figures]) -> str:
    named = [f"{row['what']}: {row['label']}" for row in _waited(months)]
    return "; ".join(named) or "Nobody waited."


def _held(months: Sequence[Figures]) -> list[Row]:
    held = sorted(months[-1].access.by_entitlement, key=lambda one: -one.holding.held)[:MAX_BARS]
    return [
        {"what": one.entitlement, "kind": kind, "seconds": seconds}
        for one in held
        if one.holding.grants
        for kind, seconds in (
            ("used", one.holding.held - one.holding.held_unused),
            ("never used", one.holding.held_unused),
        )
        if seconds > 0
    ]


def _held_words(months: Sequence[Figures]) -> str:
    named = [
        f"{one.entitlement}: {brief(one.holding.held)}, {brief(one.holding.held_unused)} never used"
        for one in months[-1].access.by_entitlement
        if one.holding.grants
    ]
    return "; ".join(named[:MAX_BARS]) or "Nobody had access."


def _decided(months: Sequence[Figures]) -> list[Row]:
    return [
        {"month": _month(one), "seconds": spread.middle, "label": brief(spread.middle)}
        for one in months
        if (spread := one.access.decisions.decided).count
    ]


def _decided_words(months: Sequence[Figures]) -> str:
    return "; ".join(f"{row['month']}: {row['label']}" for row in _decided(months)) or "Nothing was decided."


def brief(seconds: float) -> str:
    """`1h 30m`: from an hour on without seconds, from a day on without minutes."""
    whole = round(seconds)
    step = 3_600 if whole >= 86_400 else 60 if whole >= 3_600 else 1
    return brief_duration(round(whole / step) * step)


def _timed(rows: list[Row]) -> tuple[list[Row], str]:
    """The rows with their seconds as `amount` in the unit that fits the longest, and the unit."""
    longest: float = max(row["seconds"] for row in rows)
    size, unit = next((one for one in _UNITS if longest >= 2 * one[0]), _UNITS[-1])
    return [{**row, "amount": row["seconds"] / size} for row in rows], unit


_UNITS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))
"""Seconds of each, the longest first; a chart's unit is one of which its longest value has two."""


def _by_month(months: Sequence[str]) -> Row:
    return {
        "field": "month",
        "type": "ordinal",
        "scale": {"domain": list(months)},
        "axis": {"title": None, "labelAngle": 0},
    }


_BY_WHAT: Row = {"field": "what", "type": "nominal", "sort": "-x", "axis": {"title": None}}


def _amount(field: str, title: str) -> Row:
    return {"field": field, "type": "quantitative", "axis": {"title": title, "tickCount": 5}}


def _stacked(rows: list[Row], x: Row, y: Row, colours: Mapping[str, str], **more: Any) -> Spec:
    there = [kind for kind in colours if any(row["kind"] == kind for row in rows)]
    kind = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": there, "range": [colours[one] for one in there]},
        "legend": {"title": None, "orient": "bottom", "columns": 3, "labelLimit": 0},
    }
    return _chart(rows, {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": kind}}, **more)


def _labelled(rows: list[Row], x: Row, y: Row, **more: Any) -> Spec:
    upright = y.get("type") == "quantitative"
    label = {"type": "text", "dy": -8} if upright else {"type": "text", "dx": 4, "align": "left"}
    return _chart(
        rows,
        {
            "encoding": {"x": x, "y": y},
            "layer": [
                {"mark": {"type": "bar", "color": TEAL}},
                {"mark": label, "encoding": {"text": {"field": "label"}}},
            ],
        },
        **more,
    )


def _chart(rows: list[Row], drawn: Mapping[str, Any], **more: Any) -> Spec:
    return {**_PAGE, "width": WIDTH, "data": {"values": list(rows)}, **drawn, **more}


def _requests_spec(rows: list[Row], months: Sequence[str]) -> Spec:
    colours = {
        "approved": TEAL,
        "automatic": BLUE,
        "denied": RED,
        "withdrawn or expired": GREY,
        "break-glass": AMBER,
    }
    return _stacked(rows, _by_month(months), _amount("count", "requests"), colours, height=200)


def _deciding_spec(rows: list[Row], months: Sequence[str]) -> Spec:
    timed, unit = _timed(rows)
    return _labelled(timed, _by_month(months), _amount("amount", unit), height=200)


def _waiting_spec(rows: list[Row], months: Sequence[str]) -> Spec:
    timed, unit = _timed(rows)
    return _labelled(timed, _amount("amount", f"{unit}, all requests together"), _BY_WHAT)


def _holding_spec(rows: list[Row], months: Sequence[str]) -> Spec:
    timed, unit = _timed(rows)
    return _stacked(timed, _amount("amount", unit), _BY_WHAT, {"used": TEAL, "never used": AMBER})


CHARTS: Mapping[str, Chart] = {
    one.name: one
    for one in (
        Chart("requests", "Requests and their outcomes", _outcomes, _requests_spec, _outcomes_words),
        Chart(
            "deciding", "Time until half of the decisions were made", _decided, _deciding_spec, _decided_words
        ),
        Chart("waiting", "Time lost waiting for approval", _waited, _waiting_spec, _waited_words),
        Chart("holding", "Access held, used and never used", _held, _holding_spec, _held_words),
    )
}


def draw_spec(chart: Chart, months: Sequence[Figures]) -> Spec | None:
    """The chart's specification; None if there is nothing to draw."""
    rows = chart.rows(months)
    return chart.spec(rows, [_month(one) for one in months]) if rows else None


def draw_page(months: Sequence[Figures]) -> Spec | None:
    """All charts that have something to draw, two in a row, each under its title; None if none has."""
    drawn = [(one, draw_spec(one, months)) for one in CHARTS.values()]
    charts = [_part(one.title, spec) for one, spec in drawn if spec]
    if not charts:
        return None
    each = {"resolve": {"scale": {"color": "independent"}}}
    rows = [
        {"hconcat": charts[n : n + CHARTS_IN_A_ROW], **each} for n in range(0, len(charts), CHARTS_IN_A_ROW)
    ]
    return {**_PAGE, "vconcat": rows, **each}


def _part(title: str, spec: Spec) -> Spec:
    """A chart as a part of a page, which has the look of all of them."""
    return {name: value for name, value in spec.items() if name not in _PAGE} | {"title": title}
