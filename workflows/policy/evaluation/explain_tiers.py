"""The risk tiers of a service in sentences: what leads to each, and what a release in it needs."""

from collections.abc import Iterator, Mapping

from workflows.durations import spell_duration
from workflows.policy.evaluation.inputs import read_inputs
from workflows.policy.evaluation.objections import join_names
from workflows.policy.evaluation.tiers import TierFound, in_tier, own_gates, tier_of
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.terms.tiers import TieringTerms, TierTerms


def explain_tiers(terms: ReleaseTerms) -> tuple[str, ...]:
    """Say of each tier, the lowest first, what leads there and what it asks for."""
    if terms.tiering is None:
        return (f"{terms.title} has no risk tiers. {_needs(terms)}",)
    return (
        f"{terms.title} always has the gates {join_names([one.name for one in own_gates(terms)])}.",
        *(_tier(terms, terms.tiering, one) for one in terms.tiering.tiers),
        f"Without approved answers that count, the highest tier counts: {terms.tiering.highest.name}.",
    )


def explain_answers(terms: ReleaseTerms, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Say which tier these answers lead to, why, and what a release then needs; and what is wrong with the answers."""
    if terms.tiering is None:
        return ()
    problems = [one.sentence for one in read_inputs(terms.tiering.questions, answers).problems]
    found = tier_of(terms.tiering, answers)
    led = f"These answers lead to the tier {found.tier}{_because(found)}."
    return (*problems, led, _needs(in_tier(terms, found.tier)))


def _tier(terms: ReleaseTerms, tiering: TieringTerms, tier: TierTerms) -> str:
    leads = f"when {join_names(tier.when, 'or')}" if tier.when else "when nothing leads higher"
    below = tiering.rank(tier.name) > 0
    more = join_names([one.name for one in tier.gates])
    gates = f" Its own gates: {more}{', besides those of the tiers below' if below else ''}." if more else ""
    counts = f" Answers count for {spell_duration(tier.due_again)}."
    return f"{tier.name}: {leads}.{gates} {_approvals(in_tier(terms, tier.name).stages)}{counts}"


def _needs(terms: ReleaseTerms) -> str:
    gates = join_names([one.name for one in terms.gates])
    return f"{_approvals(terms.stages)} Gates: {gates}."


def _approvals(stages: tuple[StageTerms, ...]) -> str:
    needed = [f"{one.quorum} from {join_names(one.approvers, 'or')}" for one in stages]
    total = sum(one.quorum for one in stages)
    return f"{total} {'approval' if total == 1 else 'approvals'}: {join_names(needed)}."


def _because(found: TierFound) -> str:
    return f", because {join_names(found.because)}" if found.because else ", because nothing leads higher"


def tier_differences(
    terms: ReleaseTerms | None,
    answers: Mapping[str, str],
    tier: str,
    gates: tuple[str, ...] | None,
    approvals: int | None,
) -> Iterator[str]:
    """What is otherwise than a bundle's own test expects, as sentences. `terms` are the service's, if there is one."""
    if terms is None or terms.tiering is None:
        yield "the service has no risk tiers"
        return
    yield from (one.sentence for one in read_inputs(terms.tiering.questions, answers).problems)
    found = tier_of(terms.tiering, answers)
    if found.tier != tier:
        yield f"expected the tier {tier}, but it is {found.tier}{_because(found)}"
    there = in_tier(terms, found.tier)
    names = [one.name for one in there.gates]
    if gates is not None and sorted(gates) != sorted(names):
        yield f"expected the gates {', '.join(gates)}, but there are {', '.join(names)}"
    total = sum(one.quorum for one in there.stages)
    if approvals is not None and approvals != total:
        yield f"expected {approvals} approvals, but it needs {total}"
