"""One recorded request, decided again by a draft: as the draft would have, or not at all."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.conditions import matches
from workflows.policy.evaluation.inputs import FIELD, InputReading, read_inputs
from workflows.policy.evaluation.outcomes import waits_for_input
from workflows.policy.evaluation.tickets import (
    TICKET_LIMIT,
    is_away,
    lacks_reading,
    projects_of,
    ticket_objections,
)
from workflows.policy.replay.conditions import NotRecorded, RecordedConditions
from workflows.policy.replay.known_groups import KnownGroups, known_groups
from workflows.policy.replay.quorum import enough_approvers, settled_by
from workflows.policy.replay.recorded import RecordedRequest, RecordedStage, Settled, Unrecorded
from workflows.policy.terms.access import StageTerms

Code = str
"""What is wrong with a request, by the codes of `workflows.policy.evaluation.objections`."""
MAX_COUNTED = 10_000
"""Different approvers that are kept in memory; then it begins with none."""
UNREADABLE = "unreadable"
"""What no bundle takes: characters that can't be stored. They aren't on record either."""


@dataclass(frozen=True)
class Redecided:
    """What a bundle says to a request: refused with codes, or taken and how it is decided.

    `settled` is what the recorded verdicts amount to under its stages.
    """

    refused: tuple[Code, ...] = ()
    automatic: bool = False
    stages: tuple[StageTerms, ...] = ()
    settled: Settled = "open"


class Redecider:
    """Decides recorded requests by a draft; `before` is the bundle in force, by which groups are compared."""

    def __init__(self, draft: Bundle, before: Bundle) -> None:
        self._draft = draft
        self._groups: KnownGroups = known_groups(draft, before)
        self._conditions = RecordedConditions(self._groups)
        self._counted: dict[tuple[str, tuple[str, ...], tuple[RecordedStage, ...], bool], bool | None] = {}

    def prepare(self, requests: Iterable[RecordedRequest]) -> None:
        """Do together what redeciding these will need, which is faster than one by one. Nothing depends on it."""
        entitlements = self._draft.entitlements
        known = [(one, entitlements[one.entitlement]) for one in requests if one.entitlement in entitlements]
        self._conditions.prepare(
            (one, entitlement, read_inputs(entitlement.inputs, one.inputs)) for one, entitlement in known
        )

    def redecide(self, request: RecordedRequest) -> Redecided | Unrecorded:
        """What the draft would have decided, or what is missing to say so. Asks nobody and reads no clock."""
        entitlement = self._draft.entitlements.get(request.entitlement)
        if entitlement is None:
            return Redecided(refused=("unknown",))
        missing: list[str] = []
        reading = read_inputs(entitlement.inputs, request.inputs)
        codes = list(self._codes(request, entitlement, reading, missing))
        stages = self._stages(request, entitlement, reading, missing)
        codes += self._approvers(request, stages, missing)
        if codes:
            return Redecided(refused=tuple(codes))
        if missing:
            return Unrecorded(request.id, f"{missing[0][0].upper()}{missing[0][1:]}.")
        settled = self._settled(request, entitlement, stages)
        if settled is None:
            return Unrecorded(request.id, "A reviewer may be in a new or changed group.")
        return Redecided((), entitlement.rule.automatic and not stages, stages, settled)

    def _codes(
        self, request: RecordedRequest, entitlement: Entitlement, reading: InputReading, missing: list[str]
    ) -> Iterator[Code]:
        rule, texts = entitlement.rule, request.texts
        if UNREADABLE in request.refused:
            yield UNREADABLE
        if not self._groups.perhaps(request.groups) & set(rule.eligible):
            yield "not-eligible"
        elif not self._groups.surely(request.groups) & set(rule.eligible):
            missing.append("the requester may be in a new or changed group")
        if request.seconds > rule.longest:
            yield "too-long"
        elif request.seconds < rule.shortest:
            yield "too-short"
        if not rule.justification_min <= texts.length <= rule.justification_max:
            yield "too-short" if texts.length < rule.justification_min else "too-long"
        own = projects_of(self._draft, request.groups)
        yield from _ticket(request, entitlement, own, missing)
        yield from _inputs(request, entitlement, reading, missing)
        try:
            results = self._conditions.results(rule.conditions, request, entitlement, reading)
        except NotRecorded as why:
            missing.append(str(why))
            return
        for condition, result in zip(rule.conditions, results, strict=True):
            if result == "error" and waits_for_input(condition, reading):
                continue
            if result == "error":
                yield "condition-error"
            elif result != ("false" if condition.denies else "true"):
                yield condition.name

    def _stages(
        self, request: RecordedRequest, entitlement: Entitlement, reading: InputReading, missing: list[str]
    ) -> tuple[StageTerms, ...]:
        """Those that the request would have needed."""
        conditions = entitlement.rule.stage_conditions
        try:
            results = self._conditions.results(conditions, request, entitlement, reading)
        except NotRecorded as why:
            missing.append(str(why))
            return entitlement.rule.stages
        skipped = {one.name for one, result in zip(conditions, results, strict=True) if result == "false"}
        return tuple(stage for stage in entitlement.rule.stages if stage.name not in skipped)

    def _approvers(
        self, request: RecordedRequest, stages: tuple[StageTerms, ...], missing: list[str]
    ) -> tuple[Code, ...]:
        """Of what was approved automatically nobody's approvers are on record; that it needs approval is certain."""
        enough = self._enough_approvers(request, stages)
        if enough is None and not request.automatic:
            missing.append("too little is on record of who could have approved")
        return ("too-few-approvers",) if enough is False and not missing else ()

    def _enough_approvers(self, request: RecordedRequest, stages: tuple[StageTerms, ...]) -> bool | None:
        """The same people are asked again and again: it is counted once for each."""
        key = (
            request.entitlement,
            tuple(stage.name for stage in stages),
            request.stages,
            bool(request.refused),
        )
        if key not in self._counted:
            if len(self._counted) >= MAX_COUNTED:
                self._counted.clear()
            found = enough_approvers(request, stages, self._groups, self._draft.identities)
            self._counted[key] = found
        return self._counted[key]

    def _settled(
        self, request: RecordedRequest, entitlement: Entitlement, stages: tuple[StageTerms, ...]
    ) -> Settled | None:
        rule, run = entitlement.in_incident, request.run
        if run and rule:
            by_running = (
                entitlement.rule.assurance == "click"
                and run.severity in rule.severities
                and run.role in rule.roles
                and rule.approver in run.reviewer_roles
                and (rule.longest is None or request.seconds <= rule.longest)
            )
            if by_running:
                return "approved"
        return settled_by(request, stages, self._groups)


def _ticket(
    request: RecordedRequest, entitlement: Entitlement, own: Collection[str], missing: list[str]
) -> Iterator[Code]:
    rule, texts = entitlement.rule.ticket, request.texts
    if not texts.has_ticket:
        if rule.required:
            yield "missing"
        return
    unchecked = [pattern for pattern in rule.patterns if pattern not in texts.fits]
    if unchecked and texts.ticket is None:
        missing.append("the draft has another ticket pattern, and the text isn't at hand")
    elif texts.ticket is not None and len(texts.ticket.strip()) > TICKET_LIMIT:
        yield "unreadable"
    elif texts.ticket is not None and not all(matches(one, texts.ticket.strip()) for one in unchecked):
        yield "wrong-form"
    elif lacks_reading(rule, request.ticket_found):
        missing.append("the draft has the ticket looked up, and it wasn't")
    elif is_away(rule, request.ticket_found) and not request.refused:
        missing.append("its ticket couldn't be checked then")
    else:
        yield from (one.code for one in ticket_objections(rule, request.ticket_found, own))


def _inputs(
    request: RecordedRequest, entitlement: Entitlement, reading: InputReading, missing: list[str]
) -> Iterator[Code]:
    """What was given and not understood then isn't on record; the draft may understand it."""
    declared = {one.name for one in entitlement.inputs}
    if declared & request.inputs_unread:
        missing.append("the draft asks for an input whose value isn't on record")
    for problem in reading.problems:
        if problem.field.removeprefix(FIELD) not in request.inputs_unread:
            yield problem.code
    if "input-unknown" in request.refused and not request.inputs_unread:
        yield "input-unknown"
    yield from ("input-unknown" for _ in request.inputs_unread - declared)
