"""The charts that there are, each by its name: a title, the same in words for those who can't see it, and its specification.

Specifications are Vega-Lite 5 (https://vega.github.io/vega-lite/docs/). Every value stands beside its bar, so that
colour alone says nothing.
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
TEAL, AMBER, RED, GREY, BLUE = "#0b5c55", "#b26a00", "#a3201a", "#8a9096", "#2f5d9b"


@dataclass(frozen=True)
class Chart:
    """A chart of these months, the newest last."""

    name: str
    title: str
    rows: Callable[[Sequence[Figures]], list[Row]]
    spec: Callable[[list[Row]], Spec]
    words: Callable[[Sequence[Figures]], str]


def _month(figures: Figures) -> str:
    return f"{figures.month.starts:%b %Y}"


def _outcomes(months: Sequence[Figures]) -> list[Row]:
    return [
        {"month": _month(one), "order": n, "kind": kind, "count": count}
        for n, one in enumerate(months)
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
            "hours": one.decisions.waited / 3600,
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
        {"what": one.entitlement, "kind": kind, "hours": seconds / 3600}
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
        {"month": _month(one), "order": n, "minutes": spread.middle / 60, "label": brief(spread.middle)}
        for n, one in enumerate(months)
        if (spread := one.access.decisions.decided).count
    ]


def _decided_words(months: Sequence[Figures]) -> str:
    return "; ".join(f"{row['month']}: {row['label']}" for row in _decided(months)) or "Nothing was decided."


def brief(seconds: float) -> str:
    """`1h 30m`: from an hour on without seconds, from a day on without minutes."""
    whole = round(seconds)
    step = 3_600 if whole >= 86_400 else 60 if whole >= 3_600 else 1
    return brief_duration(round(whole / step) * step)


def _stacked(rows: list[Row], x: Row, y: Row, colours: Mapping[str, str], **more: Any) -> Spec:
    kind = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(colours), "range": list(colours.values())},
        "legend": {"title": None, "orient": "bottom", "columns": 3},
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
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "data": {"values": list(rows)},
        "background": "#ffffff",
        "config": {
            "font": "sans-serif",
            "axis": {
                "labelColor": INK,
                "titleColor": INK,
                "gridColor": LINE,
                "labelLimit": 200,
                "labelFontSize": 12,
            },
            "text": {"color": INK, "fontSize": 12},
            "view": {"stroke": None},
        },
        **drawn,
        **more,
    }


_BY_MONTH: Row = {
    "field": "month",
    "type": "ordinal",
    "sort": {"field": "order"},
    "axis": {"title": None, "labelAngle": 0},
}
_BY_WHAT: Row = {"field": "what", "type": "nominal", "sort": "-x", "axis": {"title": None}}


def _amount(field: str, title: str) -> Row:
    return {"field": field, "type": "quantitative", "axis": {"title": title, "tickMinStep": 1}}


CHARTS: Mapping[str, Chart] = {
    one.name: one
    for one in (
        Chart(
            "requests",
            "Requests and what became of them",
            _outcomes,
            lambda rows: _stacked(
                rows,
                _BY_MONTH,
                _amount("count", "requests"),
                {
                    "approved": TEAL,
                    "automatic": BLUE,
                    "denied": RED,
                    "withdrawn or expired": GREY,
                    "break-glass": AMBER,
                },
                height=200,
            ),
            _outcomes_words,
        ),
        Chart(
            "deciding",
            "Time until half of the decisions were made",
            _decided,
            lambda rows: _labelled(rows, _BY_MONTH, _amount("minutes", "minutes"), height=180),
            _decided_words,
        ),
        Chart(
            "waiting",
            "Time lost waiting for approval",
            _waited,
            lambda rows: _labelled(rows, _amount("hours", "hours, all requests together"), _BY_WHAT),
            _waited_words,
        ),
        Chart(
            "holding",
            "Access held, used and never used",
            _held,
            lambda rows: _stacked(
                rows, _amount("hours", "hours"), _BY_WHAT, {"used": TEAL, "never used": AMBER}
            ),
            _held_words,
        ),
    )
}


def draw_spec(chart: Chart, months: Sequence[Figures]) -> Spec | None:
    """The chart's specification; None if there is nothing to draw."""
    rows = chart.rows(months)
    return chart.spec(rows) if rows else None
