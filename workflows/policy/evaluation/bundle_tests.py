"""The bundle's own tests: given this request, expect that outcome."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from workflows.policy.bundle import Bundle
from workflows.policy.evaluation import objections
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.policy.evaluation.break_glass import as_taken
from workflows.policy.evaluation.explain_tiers import tier_differences
from workflows.policy.evaluation.separation import separated_from
from workflows.policy.groups import source_of
from workflows.policy.on_call import shifts_at
from workflows.policy.on_call.seen import OnCallSeen
from workflows.policy.schema.inputs import spelled
from workflows.policy.schema.rules import BundleTest
from workflows.policy.schema.tier_tests import TierTest
from workflows.policy.tickets import TicketReading
from workflows.ports import Directory, Person

SOMEBODY = "somebody"


@dataclass(frozen=True)
class BundleTestResult:
    """One test's result; `differences` are sentences, empty when it passed. `source` is `file:line`."""

    name: str
    source: str
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def run_bundle_tests(bundle: Bundle) -> list[BundleTestResult]:
    """Runs them all, on the members listed in the bundle alone: no directory is asked.

    Where a group is kept in Slack, the 20 people `@handle-1` … stand for its members. Whoever is on call is so at the
    test's moment.
    """
    return [
        *(
            BundleTestResult(one.bundle_test.name, one.source, tuple(_differences(bundle, one.bundle_test)))
            for one in bundle.bundle_tests
        ),
        *(
            BundleTestResult(one.tier_test.name, one.source, tuple(_tier_differences(bundle, one.tier_test)))
            for one in bundle.tier_tests
        ),
    ]


def _tier_differences(bundle: Bundle, test: TierTest) -> Iterator[str]:
    answers = {name: spelled(given) for name, given in test.answers.items()}
    expect = test.expect
    terms = bundle.services.get(test.service)
    return tier_differences(terms, answers, expect.tier, expect.gates, expect.approvals)


def _differences(bundle: Bundle, bundle_test: BundleTest) -> Iterator[str]:
    assessment = _assess(bundle, bundle_test)
    expect = bundle_test.expect
    reasons = "; ".join(f"{one.code}: {one.sentence}" for one in assessment.problems)
    if assessment.allowed != (expect.outcome == "allowed"):
        got = f"it was refused ({reasons})" if assessment.problems else "it was allowed"
        yield f"expected it to be {expect.outcome}, but {got}"
    codes = [one.code for one in assessment.problems]
    if expect.code is not None and expect.code not in codes:
        yield f"expected the code {expect.code}, but there was {', '.join(codes) or 'none'}"
    yield from _decision_differences(assessment, bundle_test)


def _decision_differences(assessment: Assessment, bundle_test: BundleTest) -> Iterator[str]:
    expect, terms = bundle_test.expect, assessment.terms
    if terms is None:
        return
    if expect.automatic is not None and expect.automatic != terms.automatic:
        yield f"expected automatic to be {_yes(expect.automatic)}, but it is {_yes(terms.automatic)}"
    stages = [stage.name for stage in terms.stages]
    if expect.stages is not None and list(expect.stages) != stages:
        yield f"expected the stages {', '.join(expect.stages)}, but there are {', '.join(stages) or 'none'}"
    people = sorted({person for _, able in assessment.approvers for person in able})
    if expect.approvers is not None and sorted(map(str.casefold, expect.approvers)) != people:
        got = ", ".join(people) or "nobody"
        yield f"expected the approvers {', '.join(expect.approvers)}, but it is {got}"


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _assess(bundle: Bundle, bundle_test: BundleTest) -> Assessment:
    requester = (bundle_test.requester or SOMEBODY).casefold()
    ask = Ask(
        requester=requester,
        entitlement=bundle_test.entitlement,
        seconds=bundle_test.duration,
        justification=bundle_test.justification,
        ticket=bundle_test.ticket,
        ticket_found=_found(bundle, bundle_test),
        signals=bundle_test.signals,
        inputs={name: spelled(given) for name, given in bundle_test.inputs.items()},
        on_call=_on_call(bundle, requester, bundle_test),
    )
    directory = _directory(bundle, requester, bundle_test)
    seen = assess(bundle, directory, ask, bundle_test.now)
    seen = as_taken(seen, directory) if bundle_test.break_glass else seen
    separated = separated_from(bundle, bundle_test.entitlement)
    together = [
        objections.separate_duties(one, separated[one].because)
        for one in bundle_test.holds
        if one in separated
    ]
    return replace(seen, problems=(*seen.problems, *together))


def _found(bundle: Bundle, bundle_test: BundleTest) -> TicketReading | None:
    """The ticket as the test has it seen, where the rule looks for one."""
    entitlement = bundle.entitlements.get(bundle_test.entitlement)
    if entitlement is None or entitlement.rule.ticket.source is None:
        return None
    return TicketReading(
        source=entitlement.rule.ticket.source,
        status=bundle_test.ticket_status,
        key=bundle_test.ticket,
        project=bundle_test.ticket_project,
        why="The test says so.",
    )


def _on_call(bundle: Bundle, requester: str, bundle_test: BundleTest) -> OnCallSeen:
    """Whoever is on call by the bundle at the test's moment, and those that the test says."""
    shifts = shifts_at(bundle.on_call, bundle_test.now)
    turns = {name for name, one in shifts.items() if requester in map(str.casefold, one.people)}
    return OnCallSeen(schedules=tuple(sorted(turns | set(bundle_test.on_call))))


def _directory(bundle: Bundle, requester: str, bundle_test: BundleTest) -> Directory:
    """Members under the very words the bundle has for them; the requester put into the test's groups as well."""
    shifts = shifts_at(bundle.on_call, bundle_test.now)
    groups = {
        name: source_of(group).stand_ins(group, shifts)
        | (frozenset({requester}) if name in bundle_test.groups else frozenset())
        for name, group in bundle.groups.items()
    }
    people = frozenset[str]().union(*groups.values()) | {requester}
    return Directory(people={person: Person(person, person) for person in people}, groups=groups)
