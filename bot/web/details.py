"""What operators read besides whether each part is ready: a sentence under `/readyz`, and gauges at `/metrics`.

Both are for whoever brings the token of `DAYPASS_HEALTH_TOKEN`.
Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """A number of this moment, by Prometheus's name for it; `meaning` is a sentence."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Detail:
    """How something stands: in a sentence, and in numbers."""

    summary: str
    gauges: tuple[Gauge, ...]


Details = Mapping[str, Callable[[], Awaitable[Detail | None]]]
"""By the name under which `/readyz` has it; None while there is nothing to say."""


def exposition(gauges: Iterable[Gauge]) -> str:
    """Write them as Prometheus reads them; those of one name stand together."""
    lines: list[str] = []
    for name, some in groupby(sorted(gauges, key=lambda one: one.name), key=lambda one: one.name):
        each = list(some)
        lines += [f"# HELP {name} {each[0].meaning}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(one.labels)} {one.value:g}" for one in each]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
