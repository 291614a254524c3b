"""Kits, checked against the entitlements that there are and what nobody may have together."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from workflows.policy.document import Document
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.duties import SeparateDuties
from workflows.policy.schema.kits import KitsFile
from workflows.policy.schema.rules import EntitlementBlock
from workflows.policy.terms.inputs import InputTerms, required


def kits_problems(
    document: Document,
    file: KitsFile,
    entitlements: Mapping[str, EntitlementBlock],
    taken: Mapping[str, str],
    duties: Iterable[SeparateDuties],
) -> Iterator[Problem]:
    """Entitlements that nobody defined or that require inputs, names that are `taken`, and entitlements that nobody may have
    together.

    `taken` has the name and every alias of the entitlements, each with what it is.
    """
    separated = {frozenset(pair): rule.name for rule in duties for pair in combinations(rule.entitlements, 2)}
    for name, kit in file.kits.items():
        place = ("kits", name)
        if name in taken:
            yield document.problem(place, f"“{name}” is already {taken[name]}", "choose another name")
        for n, entitlement in enumerate(kit.entitlements):
            if entitlement not in entitlements:
                fault = undefined("entitlement", entitlement, entitlements)
                yield document.problem((*place, "entitlements", n), *fault)
            elif needed := required(_inputs(entitlements[entitlement])):
                what = f"“{entitlement}” requires inputs, which a kit doesn't give: {', '.join(needed)}"
                meant = "give them a default, or take it out of the kit"
                yield document.problem((*place, "entitlements", n), what, meant)
        for pair in combinations(kit.entitlements, 2):
            if rule := separated.get(frozenset(pair)):
                what = f"no one may have “{pair[0]}” and “{pair[1]}” together, by “{rule}” in duties.yaml"
                yield document.problem((*place, "entitlements"), what, "take one of them out of the kit")


def _inputs(block: EntitlementBlock) -> Iterator[InputTerms]:
    return (one.terms(name) for name, one in block.inputs.items())
