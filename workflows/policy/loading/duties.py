"""What a bundle says nobody may have together, checked against the entitlements that there are."""

from collections.abc import Collection, Iterator
from itertools import combinations

from workflows.policy.document import Document
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.duties import DutiesFile


def duties_problems(document: Document, file: DutiesFile, entitlements: Collection[str]) -> Iterator[Problem]:
    """Entitlements that nobody defined, names used twice, and pairs that are separated twice."""
    names: dict[str, str] = {}
    pairs: dict[frozenset[str], str] = {}
    for index, rule in enumerate(file.separate_duties):
        place = ("separate_duties", index)
        if rule.name in names:
            what = f"“{rule.name}” is already used at {names[rule.name]}"
            yield document.problem((*place, "name"), what, "choose another name")
        names.setdefault(rule.name, document.at((*place, "name")))
        for n, name in enumerate(rule.entitlements):
            if name not in entitlements:
                yield document.problem(
                    (*place, "entitlements", n), *undefined("entitlement", name, entitlements)
                )
        for pair in combinations(rule.entitlements, 2):
            if earlier := pairs.get(frozenset(pair)):
                what = f"“{pair[0]}” and “{pair[1]}” are already separated by “{earlier}”"
                yield document.problem((*place, "entitlements"), what, "separate each pair once")
            pairs.setdefault(frozenset(pair), rule.name)
