"""An assessment in sentences: which rule asks for this, why, who can approve, what would be faster."""

from collections.abc import Sequence

from workflows.durations import spell_duration
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.catalog import eligible
from workflows.policy.evaluation.quorum import who_can_decide
from workflows.policy.terms.access import StageTerms, Terms
from workflows.ports import Directory

NAMES_SHOWN = 8


def explain(
    bundle: Bundle, directory: Directory, requester: str, entitlement: Entitlement, terms: Terms
) -> tuple[str, ...]:
    return (
        f"The rule is {terms.rule}.",
        _why_eligible(directory, requester, entitlement),
        *_how_decided(directory, requester, terms),
        *_how_it_ends(entitlement),
        *_faster(bundle, directory, requester, entitlement),
    )


def join_names(names: Sequence[str], word: str = "and") -> str:
    """`Ada, Grace and Edsger`; past eight, how many more there are."""
    shown, left = list(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return f" {word} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _why_eligible(directory: Directory, requester: str, entitlement: Entitlement) -> str:
    rule = entitlement.rule.eligible
    through = sorted(directory.groups_of(requester).intersection(rule))
    if through:
        return f"{directory.name_of(requester)} may ask for it as a member of {join_names(through)}."
    return f"Only members of {join_names(rule, 'or')} may ask for it."


def _how_decided(directory: Directory, requester: str, terms: Terms) -> list[str]:
    if terms.automatic:
        return ["Nobody has to approve it: the rule grants it at once."]
    able = who_can_decide(terms.stages, directory, {requester})
    asked = [_stage_sentence(directory, stage, able[stage.name]) for stage in terms.stages]
    return [*asked, f"If it isn't decided within {spell_duration(terms.lapse)}, it lapses."]


def _stage_sentence(directory: Directory, stage: StageTerms, able: frozenset[str]) -> str:
    count = "1 approval" if stage.quorum == 1 else f"{stage.quorum} approvals"
    names = sorted(directory.name_of(person) for person in able)
    who = join_names(names, "or") if names else "nobody at the moment"
    sentence = f"Stage “{stage.name}” needs {count} from {join_names(stage.approvers, 'or')}: {who}."
    if stage.escalate_after is None:
        return sentence
    later = f"{spell_duration(stage.escalate_after)}, {join_names(stage.escalate_to, 'or')} may decide too."
    return f"{sentence} After {later}"


def _how_it_ends(entitlement: Entitlement) -> list[str]:
    engine = entitlement.secrets_engine
    return [] if engine.revocable else [f"Can't be revoked early: {engine.makes} work until they expire."]


def _approvals(entitlement: Entitlement) -> int:
    return sum(stage.quorum for stage in entitlement.rule.stages)


def _faster(bundle: Bundle, directory: Directory, requester: str, entitlement: Entitlement) -> list[str]:
    """The quickest other entitlement on the same resource, if it asks for fewer approvals."""
    others = [
        one
        for one in eligible(bundle, directory, requester)
        if one.resource == entitlement.resource and _approvals(one) < _approvals(entitlement)
    ]
    if not others:
        return []
    quickest = min(others, key=lambda one: (_approvals(one), one.id))
    needed = _approvals(quickest)
    asks = f"needs {needed} approval{'' if needed == 1 else 's'}" if needed else "needs no approval"
    return [f"Faster, if it is enough: “{quickest.title}” ({quickest.id}) {asks}."]
