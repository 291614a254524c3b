"""Metrics with their thresholds, one in a line, such as `ndcg_live >= 0.75`."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from workflows.policy.template_fields.kind import FieldKind
from workflows.policy.terms.documents import FieldTerms

MAX_THRESHOLDS = 40
_LINE = re.compile(r"\s*([A-Za-z0-9_./-]{1,100})\s*(>=|<=)\s*(-?[0-9.eE+-]{1,40})\s*")
_MAX_POWER = 308


@dataclass(frozen=True)
class Threshold:
    """A metric has to be `at_least` or `at_most` so much, as decimal text; the other is None."""

    metric: str
    at_least: str | None = None
    at_most: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.metric} >= {self.at_least}"
            if self.at_most is None
            else f"{self.metric} <= {self.at_most}"
        )


def thresholds_in(recorded: str) -> tuple[Threshold, ...]:
    """The thresholds of a recorded value; empty if it isn't one."""
    return _parsed(recorded) or ()


def _parsed(typed: str) -> tuple[Threshold, ...] | None:
    found: list[Threshold] = []
    for line in typed.splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        number = _number(match[3]) if match else None
        if match is None or number is None:
            return None
        least = match[2] == ">="
        found.append(Threshold(match[1], number if least else None, None if least else number))
    bounds = {(one.metric, one.at_most is None) for one in found}
    return tuple(found) if found and len(bounds) == len(found) <= MAX_THRESHOLDS else None


def _number(typed: str) -> str | None:
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return None
    return str(number) if number.is_finite() and abs(number.adjusted()) <= _MAX_POWER else None


def _read(field: FieldTerms, typed: str) -> str | None:
    found = _parsed(typed)
    return "\n".join(map(str, found)) if found else None


THRESHOLDS = FieldKind(
    "thresholds",
    _read,
    lambda field: "Write one metric a line, such as ndcg_live >= 0.75 or latency_ms <= 200, each bound once.",
    multiline=True,
)
