"""Which tier a service's answers lead to, and what a release in that tier has to meet."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.policy.conditions import Compiled, evaluate_all
from workflows.policy.evaluation.inputs import read_inputs, variable_types, variables
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.terms.tiers import TieringTerms


@dataclass(frozen=True)
class TierFound:
    """A tier by its name, and the conditions that led there; none led to the lowest."""

    tier: str
    because: tuple[str, ...] = ()


def tier_of(tiering: TieringTerms, answers: Mapping[str, str], *, only_sure: bool = False) -> TierFound:
    """Find the highest tier of which any condition is true, or can't be evaluated on these answers.

    With `only_sure`, what can't be evaluated leads nowhere: for answers that somebody is still writing.
    """
    values = read_inputs(tiering.questions, answers).values
    types = tuple(variable_types(tiering.questions).items())
    asked = tuple(Compiled(source, types) for tier in tiering.tiers for source in tier.when)
    given = variables(tiering.questions, values)
    outcomes = iter(evaluate_all([(asked, given)])[0] if asked else [])
    leads = ("true",) if only_sure else ("true", "error")
    found = TierFound(tiering.tiers[0].name)
    for tier in tiering.tiers:
        because = tuple(source for source in tier.when if next(outcomes)[0] in leads)
        found = TierFound(tier.name, because) if because else found
    return found


def own_gates(terms: ReleaseTerms) -> tuple[GateTerms, ...]:
    """The gates of the service itself, whatever tier its terms are of."""
    added = {gate.name for tier in terms.tiering.tiers for gate in tier.gates} if terms.tiering else set()
    return tuple(gate for gate in terms.gates if gate.name not in added)


def in_tier(terms: ReleaseTerms, tier: str) -> ReleaseTerms:
    """The terms of a release in this tier. Terms without tiers stay as they are.

    Stages that no tier knows were added to this release alone, and stay.
    """
    if terms.tiering is None:
        return terms
    found = terms.tiering.named(tier)
    gates = (*own_gates(terms), *terms.tiering.gates_up_to(found.name))
    known = {stage.name for tier in terms.tiering.tiers for stage in tier.stages}
    added = (stage for stage in terms.stages if stage.name not in known)
    return terms.model_copy(update={"tier": found.name, "gates": gates, "stages": (*found.stages, *added)})


def in_highest_tier(terms: ReleaseTerms) -> ReleaseTerms:
    """The terms that count while nothing is known of a service's tier."""
    return in_tier(terms, terms.tiering.highest.name) if terms.tiering else terms


def gates_of_all_tiers(terms: ReleaseTerms) -> tuple[GateTerms, ...]:
    """Every gate that a release may have to pass, so that one reading of its evidence does for whichever tier counts."""
    return in_highest_tier(terms).gates
