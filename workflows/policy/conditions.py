"""CEL, behind two calls: `compile_condition(source)` and `evaluate(conditions, context)`.

The runtime is cel-expr-python, in a process of its own (`evaluator.py`). Two of its ways matter here: `eval()`
*returns* errors as values whose plain value is a truthy string, and a comparison of dynamic types is silently
false. So variables are flat and typed, what would make a type dynamic is refused, and only a BOOL that
`is True` is a yes. CEL (https://github.com/google/cel-spec) has no clock: `now` is a variable.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

from workflows.policy.cel.evaluator import TOO_MUCH, Case, Evaluator, Result
from workflows.policy.evaluation.inputs import FIELD, variable_types
from workflows.policy.fields import UNKNOWN_HISTORY, Signal
from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.inputs.conditions import unknown_options
from workflows.policy.problems import suggest
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.tickets import TicketReading

SOURCE_LIMIT = 1_000
TEXT_LIMIT = 3_000

_TYPES = {
    "requester_id": "string",
    "requester_groups": "strings",
    "entitlement": "string",
    "resource": "string",
    "environment": "string",
    "risk": "string",
    "duration_minutes": "int",
    "justification": "string",
    "ticket": "string",
    "ticket_open": "bool",
    "ticket_project": "string",
    "hour": "int",
    "weekday": "string",
    "now": "timestamp",
    "signals": "strings",
    "requester_on_call": "strings",
}
_SIGNALS = (*get_args(Signal), UNKNOWN_HISTORY)
_evaluator = Evaluator(_TYPES)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOT_CODE = re.compile(
    r"""//[^\n]* | [rRbB]{0,2}(?:"{3}.*?"{3} | '{3}.*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*')""",
    re.VERBOSE | re.DOTALL,
)


_SIGNAL = re.compile(r"""(?P<quote>["'])(?P<name>[^"'\\\n]*)(?P=quote)\s+in\s+signals\b""")
"""How a condition looks for a signal; a name that doesn't exist would never be found, and nobody would be told."""


@dataclass(frozen=True)
class Context:
    """What a condition may look at: these names, flat and typed.

    `hour` and `weekday` (`monday` …) are UTC; for another zone write `now.getHours("Europe/Berlin")`.
    `duration_minutes` is rounded up, so that `duration_minutes <= 60` lets nothing longer through.
    `ticket_open` and `ticket_project` are of a ticket that was looked up; of any other, false and empty.
    """

    requester_id: str
    requester_groups: tuple[str, ...]
    entitlement: str
    resource: str
    environment: str
    risk: str
    seconds: int
    justification: str
    ticket: str
    now: datetime
    signals: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """The values of the entitlement's inputs, by their variables' names such as `inputs.dataset`; what is missing or
    wrong isn't among them, and a condition that looks at it is an error."""
    ticket_found: TicketReading | None = None
    """The ticket as it was seen; None if nobody has looked."""
    on_call: tuple[str, ...] = ()
    """The schedules by which the requester is on call."""

    def variables(self) -> dict[str, object]:
        moment = self.now.astimezone(UTC)
        return {
            "requester_id": self.requester_id,
            "requester_groups": list(self.requester_groups),
            "entitlement": self.entitlement,
            "resource": self.resource,
            "environment": self.environment,
            "risk": self.risk,
            "duration_minutes": -(-self.seconds // 60),
            "justification": self.justification[:TEXT_LIMIT],
            "ticket": self.ticket[:TEXT_LIMIT],
            "ticket_open": self.ticket_found is not None and self.ticket_found.status == "open",
            "ticket_project": self.ticket_found.project[:TEXT_LIMIT] if self.ticket_found else "",
            "hour": moment.hour,
            "weekday": _WEEKDAYS[moment.weekday()],
            "now": moment.isoformat(),
            "signals": list(self.signals),
            **self.inputs,
            "requester_on_call": list(self.on_call),
        }


class ConditionError(ValueError):
    """A source that can't be a condition; `line` and `column` count from 1 inside the source."""

    def __init__(self, what: str, meant: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.meant = meant
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Compiled:
    """An expression that was checked, and may be evaluated any number of times."""

    source: str
    inputs: tuple[tuple[str, str], ...] = ()
    """The variables of its entitlement's inputs, with their types."""


def evaluate(conditions: Sequence[Compiled], context: Context) -> list[tuple[Result, str]]:
    """Never raises. The second value says what an error was, and is empty otherwise. All are of one entitlement."""
    inputs = dict(conditions[0].inputs) if conditions else {}
    return _evaluator.evaluate([one.source for one in conditions], context.variables(), inputs)


def evaluate_all(
    cases: Sequence[tuple[Sequence[Compiled], Mapping[str, object]]],
) -> list[list[tuple[Result, str]]]:
    """The same of many, each with variables as `Context.variables` gives them: of those that no condition names, none has
    to be there."""
    return _evaluator.evaluate_all(
        [
            Case(tuple(one.source for one in conditions), variables, dict(conditions[0].inputs))
            for conditions, variables in cases
        ]
    )


def variables_of(condition: Compiled) -> tuple[str, ...]:
    """The variables that an expression may look at, in a fixed order; one too many where a field has such a name."""
    words = set(re.findall(r"\w+", _NOT_CODE.sub(" ", condition.source)))
    inputs = (name for name, _ in condition.inputs if name.removeprefix(FIELD) in words)
    return (*(name for name in _TYPES if name in words), *inputs)


def compile_condition(source: str, inputs: Sequence[InputTerms] = ()) -> Compiled:
    """Compile a condition of an entitlement with these inputs.

    Raises ConditionError: too long, not CEL, an unknown name, not a boolean, never without an error.
    """
    if len(source) > SOURCE_LIMIT:
        raise ConditionError(f"the expression has {len(source)} characters", f"use at most {SOURCE_LIMIT}")
    _lint(source, inputs)
    types = variable_types(inputs)
    kind, told = _evaluator.compile(source, types)
    if kind == "error":
        raise _compile_error(told, (*_TYPES, *types))
    if told != "bool":
        raise ConditionError(f"the expression gives {told}, not true or false", "add a comparison")
    compiled = Compiled(source, tuple(types.items()))
    _refuse_what_always_fails(
        compiled, {f"{FIELD}{one.name}": INPUT_KINDS[one.type].sample for one in inputs}
    )
    return compiled


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches; RE2, so linear in the text, whatever people type."""
    return _evaluator.matches(_whole(pattern), text[:TEXT_LIMIT])[0] == "true"


def pattern_fault(pattern: str) -> str:
    """Why RE2 can't use it; empty when it can."""
    return _evaluator.matches(_whole(pattern), "")[1]


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


def _lint(source: str, inputs: Sequence[InputTerms]) -> None:
    code = _NOT_CODE.sub(lambda skipped: re.sub(r"[^\n]", " ", skipped[0]), source)
    for word, meant in (
        ("has", "every variable is always set; compare its value, such as ticket != “”"),
        ("dyn", "comparing dynamic types is always false; compare values of the same type"),
    ):
        found = re.search(rf"(?<![\w.]){word}\s*\(", code)
        if found:
            line, column = place_of(source, found.start())
            raise ConditionError(f"“{word}()” isn't allowed here", meant, line, column)
    for named in _SIGNAL.finditer(source):
        if code[named.end() - 1] == source[named.end() - 1] and named["name"] not in _SIGNALS:
            place = place_of(source, named.start("name"))
            raise ConditionError(
                f"“{named['name']}” isn't a signal", suggest(named["name"], _SIGNALS), *place
            )
    for at, what, meant in unknown_options(source, inputs):
        raise ConditionError(what, meant, *place_of(source, at))


def place_of(source: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of what stands at this offset."""
    before = source[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _compile_error(message: str, known: Sequence[str]) -> ConditionError:
    if message == TOO_MUCH:
        return ConditionError(message, "use a shorter, simpler expression")
    found = re.search(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)", message)
    if not found:
        return ConditionError(f"this isn't valid CEL: {message[:200]}", "use a shorter, simpler expression")
    line, column = int(found[1]), int(found[2])
    unknown = re.match(r"undeclared reference to '([^']*)'", found[3])
    if unknown:
        return ConditionError(f"“{unknown[1]}” isn't defined", suggest(unknown[1], known), line, column)
    meant = "check the expression here"
    if "no matching overload" in found[3]:
        meant = "both sides must have the same type: text in quotes, numbers without"
    return ConditionError(found[3].removesuffix(" [INVALID_ARGUMENT]")[:200], meant, line, column)


def _refuse_what_always_fails(compiled: Compiled, inputs: Mapping[str, Any]) -> None:
    outcomes = [evaluate([compiled], replace(probe, inputs=inputs))[0] for probe in _probes()]
    if ("error", TOO_MUCH) in outcomes:
        raise ConditionError(TOO_MUCH, "use a simpler expression")
    if all(result == "error" for result, _ in outcomes):
        what, meant = f"it fails for every request: {outcomes[0][1]}", f"fix “{compiled.source[:60]}”"
        raise ConditionError(what, meant)


def _probes() -> list[Context]:
    """A full request, an empty one, and the longest that there can be, on a weekday and on a Sunday."""
    monday, sunday = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)
    groups = tuple(f"group-{number}" for number in range(10))
    many, long = tuple(f"group-{number}" for number in range(200)), "x" * TEXT_LIMIT
    return [
        Context(
            "U1",
            groups,
            "role",
            "resource",
            "production",
            "low",
            3_600,
            "because of it",
            "OPS-123",
            monday,
            _SIGNALS,
            ticket_found=TicketReading(status="open", key="OPS-123", project="OPS"),
        ),
        Context("U1", groups, "role", "resource", "production", "critical", 30, "x", "1", sunday),
        Context("U1", (), "role", "resource", "staging", "high", 86_400, "", "", sunday),
        Context("U1", many, "role", "resource", "staging", "high", 86_400, long, long, monday),
    ]
