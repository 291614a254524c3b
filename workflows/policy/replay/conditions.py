"""Conditions of a draft over recorded requests: each is evaluated once for the values that it looks at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.policy.bundle import Entitlement, LoadedCondition
from workflows.policy.cel.evaluator import Result
from workflows.policy.conditions import Compiled, Context, evaluate_all, variables_of
from workflows.policy.evaluation.inputs import InputReading, variables
from workflows.policy.evaluation.tickets import lacks_reading, seen_for
from workflows.policy.on_call.seen import VARIABLE, untold
from workflows.policy.replay.known_groups import KnownGroups
from workflows.policy.replay.recorded import RecordedRequest

MAX_KEPT = 20_000
"""Results that are kept; then it begins with none."""


Asked = tuple[RecordedRequest, Entitlement, InputReading]
"""A request with what it is for in the draft, and its inputs as that reads them."""
Key = tuple[Compiled, tuple[str, ...]]
"""A condition's source, with the values that it looks at."""


class NotRecorded(Exception):
    """What a condition looks at isn't on record; the message says what, as the end of a sentence."""


@dataclass
class RecordedConditions:
    """Evaluates conditions for recorded requests. Raises NotRecorded rather than guess a value."""

    groups: KnownGroups
    _kept: dict[Key, Result] = field(default_factory=dict)
    _named: dict[Compiled, tuple[str, ...]] = field(default_factory=dict)

    def prepare(self, asked: Iterable[Asked]) -> None:
        """Evaluate together what these requests will need and nobody has evaluated yet."""
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        missing: dict[Key, Mapping[str, Any]] = {}
        for request, entitlement, reading in asked:
            rule = entitlement.rule
            seen = _context(request, entitlement, reading).variables()
            for one in (*rule.conditions, *rule.stage_conditions):
                key = self._key(one.compiled, seen)
                if key not in self._kept:
                    missing.setdefault(key, seen)
        self._evaluate(missing)

    def results(
        self,
        conditions: Sequence[LoadedCondition],
        request: RecordedRequest,
        entitlement: Entitlement,
        reading: InputReading,
    ) -> list[Result]:
        """Of each condition, in order; `reading` is of the request's inputs. Raises NotRecorded."""
        if not conditions:
            return []
        unseen = request.texts.has_ticket and lacks_reading(entitlement.rule.ticket, request.ticket_found)
        compiled = [one.compiled for one in conditions]
        for one in compiled:
            self._refuse_unrecorded(self._names(one), request, unseen)
        seen = _context(request, entitlement, reading).variables()
        keys = [self._key(one, seen) for one in compiled]
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._evaluate({key: seen for key in keys if key not in self._kept})
        unknown = request.on_call.unknown if request.on_call else ()
        return ["error" if unknown and untold(key[0].source, unknown) else self._kept[key] for key in keys]

    def _evaluate(self, missing: Mapping[Key, Mapping[str, Any]]) -> None:
        """Keep the results of these with the values seen, of which they look at no more than they name."""
        cases = [
            ([one], {name: seen[name] for name in self._names(one) if name in seen})
            for (one, _), seen in missing.items()
        ]
        for key, [(result, _)] in zip(missing, evaluate_all(cases), strict=True):
            self._kept[key] = result

    def _key(self, condition: Compiled, seen: Mapping[str, Any]) -> Key:
        return condition, tuple(str(seen.get(name)) for name in self._names(condition))

    def _names(self, condition: Compiled) -> tuple[str, ...]:
        if condition not in self._named:
            self._named[condition] = variables_of(condition)
        return self._named[condition]

    def _refuse_unrecorded(self, named: Sequence[str], request: RecordedRequest, unseen: bool) -> None:
        """`unseen`: nobody had looked at its ticket where this rule does."""
        missing = {
            "justification": request.texts.justification is None,
            "ticket": request.texts.ticket is None,
            **dict.fromkeys(("ticket_open", "ticket_project"), unseen),
            "signals": request.signals is None,
            "requester_groups": bool(self.groups.changed),
            VARIABLE: request.on_call is None or bool(self.groups.schedules),
        }
        for name in named:
            if missing.get(name):
                raise NotRecorded(f"a condition looks at {name}, and {_WHY[name]}")


_WHY = {
    "justification": "the text isn't at hand",
    "ticket": "the text isn't at hand",
    "ticket_open": "the ticket wasn't looked up",
    "ticket_project": "the ticket wasn't looked up",
    "signals": "none were looked for",
    "requester_groups": "the draft has new or changed groups",
    VARIABLE: "who was on call isn't on record, or the draft has new or changed schedules",
}


def _context(request: RecordedRequest, entitlement: Entitlement, reading: InputReading) -> Context:
    return Context(
        requester_id=request.requester,
        requester_groups=request.groups,
        entitlement=entitlement.id,
        resource=entitlement.resource,
        environment=entitlement.environment,
        risk=entitlement.risk,
        seconds=request.seconds,
        justification=request.texts.justification or "",
        ticket=request.texts.ticket or "",
        now=request.at,
        signals=request.signals or (),
        ticket_found=seen_for(entitlement.rule.ticket, request.ticket_found),
        inputs=variables(entitlement.inputs, reading.values),
        on_call=request.on_call.schedules if request.on_call else (),
    )
