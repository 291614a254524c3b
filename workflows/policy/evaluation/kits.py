"""A kit as a form offers it: one thing to request, whose limits are those of all that is in it together."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.assess import Assessment
from workflows.policy.evaluation.catalog import eligible, kits_of
from workflows.policy.schema.kits import Kit
from workflows.policy.terms.tickets import stricter_ticket
from workflows.ports import Directory


def offered_kits(bundle: Bundle, directory: Directory, person_id: str) -> list[Entitlement]:
    """The kits of which this person may request something, each as if it were an entitlement of the kit's name."""
    return [as_entitlement(bundle, name, kit) for name, kit in kits_of(bundle, directory, person_id)]


def requestable(bundle: Bundle, directory: Directory, person_id: str) -> list[Entitlement]:
    """All that this person may request, and then the kits."""
    return [*eligible(bundle, directory, person_id), *offered_kits(bundle, directory, person_id)]


def called(bundle: Bundle, name: str) -> Entitlement | None:
    """What a form offers under this name, an entitlement or a kit; None if there is nothing."""
    kit = bundle.kits.get(name)
    return as_entitlement(bundle, name, kit) if kit else bundle.entitlements.get(name)


def as_entitlement(bundle: Bundle, name: str, kit: Kit) -> Entitlement:
    """What the kit looks like in a form: the strictest of its entitlements, with the limits that they have together.

    It has no inputs: each of its entitlements takes the defaults of its own.
    """
    members = [bundle.entitlements[one] for one in kit.entitlements]
    strictest = max(members, key=lambda one: sum(stage.quorum for stage in one.rule.stages))
    rules = [one.rule for one in members]
    shortest = max(one.shortest for one in rules)
    rule = replace(
        strictest.rule,
        longest=max(one.longest for one in rules),
        shortest=shortest,
        default=max(shortest, *(one.default for one in rules)),
        justification_min=max(one.justification_min for one in rules),
        justification_max=min(one.justification_max for one in rules),
        ticket=reduce(stricter_ticket, (one.ticket for one in rules)),
        ahead=min(one.ahead for one in rules),
        break_glass=None,
    )
    return replace(
        strictest,
        id=name,
        title=kit.title,
        description=kit.description.strip(),
        aliases=(),
        on_behalf=False,
        inputs=(),
        rule=rule,
    )


def together(seen: Sequence[Assessment]) -> Assessment:
    """What happens to everything that is requested with a kit, as one assessment: that of the strictest rule."""
    approvals = [sum(stage.quorum for stage in one.terms.stages) if one.terms else 0 for one in seen]
    strictest = seen[approvals.index(max(approvals))]
    problems = tuple(
        replace(problem, sentence=f"{_title(one)}: {problem.sentence}")
        for one in seen
        for problem in one.problems
    )
    explanation = tuple(f"{_title(one)}: {sentence}" for one in seen for sentence in one.explanation[:1])
    return replace(strictest, problems=problems, explanation=explanation, background=())


def _title(seen: Assessment) -> str:
    return seen.terms.title if seen.terms else seen.ask.entitlement
