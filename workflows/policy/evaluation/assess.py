"""Evaluating one request against the bundle: pure, total, and with its explanation.

Nothing typed by a person makes it raise; whatever can't be evaluated is a refusal with its reason.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from workflows.policy.bundle import Bundle, Entitlement, LoadedCondition, terms_of
from workflows.policy.cel.evaluator import Result
from workflows.policy.conditions import Context, evaluate
from workflows.policy.evaluation import objections
from workflows.policy.evaluation.catalog import eligible, may_request
from workflows.policy.evaluation.explain import background, explain
from workflows.policy.evaluation.inputs import InputReading, read_inputs, unread, variables
from workflows.policy.evaluation.manager import spell_groups, with_manager
from workflows.policy.evaluation.objections import Objection
from workflows.policy.evaluation.outcomes import known_outcome, waits_for_input
from workflows.policy.evaluation.quorum import enough_people, who_can_decide
from workflows.policy.evaluation.tickets import projects_of, recorded_ticket, seen_for, ticket_problems
from workflows.policy.on_call.seen import NOT_ON_CALL, OnCallSeen, seen_on_call
from workflows.policy.terms.access import StageTerms, Terms
from workflows.policy.tickets import TicketReading
from workflows.ports import Directory
from workflows.text import is_text

PEOPLE_RECORDED = 200
SECONDS_RECORDED = 2**31


@dataclass(frozen=True)
class Ask:
    """What somebody asks for. `requester` is a Slack user id; the texts and `inputs` are as typed; `signals` are names
    of what is unusual about it. `asked_by` asks for the requester, and decides no more than they do."""

    requester: str
    entitlement: str
    seconds: int
    justification: str
    ticket: str = ""
    signals: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    asked_by: str | None = None
    ticket_found: TicketReading | None = None
    """What was seen of the ticket; None if nobody has looked."""
    on_call: OnCallSeen | None = None
    """By which schedules the requester was on call; None: as the directory says now."""

    @property
    def excluded(self) -> frozenset[str]:
        """Who never decides on it; their other accounts don't either."""
        return frozenset({self.requester, self.asked_by or self.requester})


@dataclass(frozen=True)
class ConditionOutcome:
    """One condition's result. `source` is `file:line`; `detail` says what an error was."""

    name: str
    source: str
    result: Result
    detail: str


@dataclass(frozen=True)
class Assessment:
    """`terms` is None only for an unknown entitlement. `approvers`: stage → ids, the requester left out.

    `explanation` and `background`, which few requesters need, are filled in by `explained`.
    """

    ask: Ask
    now: datetime
    digest: str
    terms: Terms | None
    problems: tuple[Objection, ...]
    conditions: tuple[ConditionOutcome, ...] = ()
    stage_conditions: tuple[ConditionOutcome, ...] = ()
    """Of the stages that have one, by the stage's name."""
    groups: tuple[str, ...] = ()
    approvers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    explanation: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The values of the entitlement's inputs as they are recorded; what is missing or wrong isn't among them."""
    on_call: OnCallSeen = NOT_ON_CALL

    @property
    def allowed(self) -> bool:
        return self.terms is not None and not self.problems

    def facts(self) -> dict[str, Any]:
        """Every input of the evaluation as JSON without floats, for the audit log.

        Holds no text of people's own (justification, ticket, error details): that stands beside the
        leaf. Of a stage's people at most 200 are named, and counted in full.
        """
        asked_of = {stage.name: _asked_of(stage) for stage in self.terms.stages} if self.terms else {}
        return {
            "requester": self.ask.requester,
            "entitlement": self.ask.entitlement[:60].encode(errors="replace").decode(),
            "seconds": max(-SECONDS_RECORDED, min(self.ask.seconds, SECONDS_RECORDED)),
            "now": self.now.astimezone(UTC).isoformat(timespec="microseconds"),
            "digest": self.digest,
            "rule": self.terms.rule if self.terms else "",
            "groups": list(self.groups),
            "automatic": self.terms.automatic if self.terms else False,
            "stages": [
                {
                    "stage": name,
                    "people": list(people[:PEOPLE_RECORDED]),
                    "count": len(people),
                    **asked_of.get(name, {}),
                }
                for name, people in self.approvers
            ],
            "justification_length": len(self.ask.justification.strip()),
            "has_ticket": bool(self.ask.ticket.strip()),
            "ticket": recorded_ticket(self.ask.ticket_found),
            "signals": list(self.ask.signals),
            "inputs": dict(self.inputs),
            "inputs_unread": unread(self.ask.inputs, self.inputs),
            "on_call": self.on_call.model_dump(mode="json"),
            "conditions": _outcomes(self.conditions),
            "stage_conditions": _outcomes(self.stage_conditions),
            "problems": [{"field": one.field, "code": one.code} for one in self.problems],
        }


def _asked_of(stage: StageTerms) -> dict[str, Any]:
    return {
        "approvers": [*stage.approvers],
        "escalate_to": [*stage.escalate_to],
        "quorum": stage.quorum,
    }


def _outcomes(outcomes: tuple[ConditionOutcome, ...]) -> list[dict[str, str]]:
    return [{"name": one.name, "source": one.source, "result": one.result} for one in outcomes]


def skipped(outcomes: tuple[ConditionOutcome, ...]) -> frozenset[str]:
    """The stages that a request doesn't need. One whose condition can't be evaluated is needed."""
    return frozenset(one.name for one in outcomes if one.result == "false")


def current_terms(
    bundle: Bundle, entitlement: Entitlement, directory: Directory, ask: Ask, at: datetime
) -> Terms:
    """What this bundle would ask of a request at that moment, with the stages that it needs."""
    if not entitlement.rule.stage_conditions:
        return terms_of(bundle, entitlement)
    groups = tuple(sorted(directory.groups_of(ask.requester)))
    reading = read_inputs(entitlement.inputs, ask.inputs)
    on_call = ask.on_call or seen_on_call(directory, ask.requester)
    _, stages = _conditions(entitlement, ask, groups, on_call, at, reading)
    return terms_of(bundle, entitlement, skipped(stages))


def assess(bundle: Bundle, directory: Directory, ask: Ask, now: datetime) -> Assessment:
    """What the bundle says to this request at `now`, which has to carry its time zone."""
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    groups = tuple(sorted(directory.groups_of(ask.requester)))
    entitlement = bundle.entitlements.get(ask.entitlement)
    if entitlement is None:
        unknown = _unknown(bundle, directory, ask)
        return Assessment(ask, now, bundle.digest, None, (unknown,), groups=groups)
    reading = read_inputs(entitlement.inputs, ask.inputs)
    on_call = ask.on_call or seen_on_call(directory, ask.requester)
    conditions, stages = _conditions(entitlement, ask, groups, on_call, now, reading)
    terms = terms_of(bundle, entitlement, skipped(stages))
    here = with_manager(directory, ask.requester)
    problems = (
        *_eligibility(entitlement, groups),
        *_duration(terms, ask.seconds),
        *_justification(terms, ask.justification),
        *ticket_problems(terms.ticket, ask.ticket, ask.ticket_found, projects_of(bundle, groups)),
        *reading.problems,
        *_refusals(entitlement, conditions, reading),
        *_approvers(terms, here, ask.excluded),
    )
    return Assessment(
        ask=ask,
        now=now,
        digest=bundle.digest,
        terms=terms,
        problems=problems,
        conditions=conditions,
        stage_conditions=stages,
        groups=groups,
        inputs=reading.values,
        on_call=on_call,
        approvers=tuple(
            (stage, tuple(sorted(people)))
            for stage, people in who_can_decide(terms.stages, here, ask.excluded).items()
        ),
    )


def explained(bundle: Bundle, directory: Directory, seen: Assessment) -> Assessment:
    """The assessment with its explanation, for whoever reads it: deciding needs none."""
    entitlement = bundle.entitlements.get(seen.ask.entitlement)
    if entitlement is None or seen.terms is None:
        return seen
    ask = seen.ask
    told = explain(bundle, directory, ask.requester, entitlement, seen.terms, ask.asked_by)
    besides = background(directory, ask.requester, entitlement, seen.terms)
    return replace(seen, explanation=told, background=besides)


def _unknown(bundle: Bundle, directory: Directory, ask: Ask) -> Objection:
    if not is_text(ask.entitlement):
        return objections.unreadable_entitlement()
    names = [one.id for one in eligible(bundle, directory, ask.requester)]
    near = difflib.get_close_matches(ask.entitlement[:60], names, n=1)
    return objections.unknown_entitlement(ask.entitlement, near[0] if near else None)


def _eligibility(entitlement: Entitlement, groups: tuple[str, ...]) -> Iterator[Objection]:
    if not may_request(entitlement, groups):
        yield objections.not_eligible(entitlement.title, entitlement.rule.eligible)


def _duration(terms: Terms, seconds: int) -> Iterator[Objection]:
    if seconds > terms.longest:
        yield objections.too_long(terms.longest)
    elif seconds < terms.shortest:
        yield objections.too_short(terms.shortest)


def _justification(terms: Terms, text: str) -> Iterator[Objection]:
    length, least, most = len(text.strip()), terms.justification_min, terms.justification_max
    if not is_text(text):
        yield objections.unreadable_reason()
    elif length < least:
        yield objections.reason_too_short(length, least)
    elif length > most:
        yield objections.reason_too_long(length, most)


def _conditions(
    entitlement: Entitlement,
    ask: Ask,
    groups: tuple[str, ...],
    on_call: OnCallSeen,
    now: datetime,
    reading: InputReading,
) -> tuple[tuple[ConditionOutcome, ...], tuple[ConditionOutcome, ...]]:
    """Of the rule's conditions and of its stages'; all are evaluated together, within one bound."""
    context = Context(
        requester_id=ask.requester,
        requester_groups=groups,
        entitlement=entitlement.id,
        resource=entitlement.resource,
        environment=entitlement.environment,
        risk=entitlement.risk,
        seconds=ask.seconds,
        justification=ask.justification,
        ticket=ask.ticket,
        now=now,
        signals=ask.signals,
        inputs=variables(entitlement.inputs, reading.values),
        ticket_found=seen_for(entitlement.rule.ticket, ask.ticket_found),
        on_call=on_call.schedules,
    )
    every = (*entitlement.rule.conditions, *entitlement.rule.stage_conditions)
    outcomes = evaluate([one.compiled for one in every], context)
    found = tuple(
        ConditionOutcome(one.name, one.source, *known_outcome(one.compiled, outcome, on_call))
        for one, outcome in zip(every, outcomes, strict=True)
    )
    return found[: len(entitlement.rule.conditions)], found[len(entitlement.rule.conditions) :]


def _refusals(
    entitlement: Entitlement, outcomes: tuple[ConditionOutcome, ...], reading: InputReading
) -> Iterator[Objection]:
    for condition, outcome in zip(entitlement.rule.conditions, outcomes, strict=True):
        if outcome.result == "error" and waits_for_input(condition, reading):
            continue
        if outcome.result == "error":
            yield objections.condition_error(condition.name, outcome.detail)
        elif _refuses(condition, outcome.result):
            yield Objection("condition", condition.name, condition.because)


def _refuses(condition: LoadedCondition, result: Result) -> bool:
    return result != ("false" if condition.denies else "true")


def _approvers(terms: Terms, directory: Directory, excluded: frozenset[str]) -> Iterator[Objection]:
    if enough_people(terms.stages, directory, excluded):
        return
    groups = spell_groups(group for stage in terms.stages for group in stage.approvers)
    yield objections.too_few_approvers(sum(stage.quorum for stage in terms.stages), groups)
