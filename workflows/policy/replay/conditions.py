"""Conditions of a draft over recorded requests: each is evaluated once for the values that it looks at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.policy.bundle import Entitlement, LoadedCondition
from workflows.policy.cel.evaluator import Result
from workflows.policy.conditions import Context, evaluate, variables_of
from workflows.policy.evaluation.tickets import lacks_reading, seen_for
from workflows.policy.on_call.seen import NOT_ON_CALL, VARIABLE, untold
from workflows.policy.replay.known_groups import KnownGroups
from workflows.policy.replay.recorded import RecordedRequest

MAX_KEPT = 200_000
"""Results that are kept; then it begins with none."""


class NotRecorded(Exception):
    """What a condition looks at isn't on record; the message says what, as the end of a sentence."""


@dataclass
class RecordedConditions:
    """Evaluates conditions for recorded requests. Raises NotRecorded rather than guess a value."""

    groups: KnownGroups
    _kept: dict[tuple[str, tuple[Any, ...]], Result] = field(default_factory=dict)
    _named: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def results(
        self, conditions: Sequence[LoadedCondition], request: RecordedRequest, entitlement: Entitlement
    ) -> list[Result]:
        """Of each condition, in order. Raises NotRecorded."""
        if not conditions:
            return []
        context = _context(request, entitlement)
        variables = context.variables()
        unseen = request.texts.has_ticket and lacks_reading(entitlement.rule.ticket, request.ticket_found)
        return [self._result(one, request, context, variables, unseen) for one in conditions]

    def _result(
        self,
        condition: LoadedCondition,
        request: RecordedRequest,
        context: Context,
        variables: Mapping[str, Any],
        unseen: bool,
    ) -> Result:
        source = condition.compiled.source
        if source not in self._named:
            self._named[source] = variables_of(source)
        named = self._named[source]
        self._refuse_unrecorded(named, request, unseen)
        key = source, tuple(str(variables[name]) for name in named)
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            ((self._kept[key], _),) = evaluate([condition.compiled], context)
        seen = request.on_call or NOT_ON_CALL
        return "error" if untold(source, seen.unknown) else self._kept[key]

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


def _context(request: RecordedRequest, entitlement: Entitlement) -> Context:
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
        on_call=request.on_call.schedules if request.on_call else (),
    )
