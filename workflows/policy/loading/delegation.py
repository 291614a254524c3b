"""What a bundle says of delegation, checked against its groups."""

from collections.abc import Iterator, Mapping

from workflows.policy.document import Document
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.delegation import DelegationFile
from workflows.policy.schema.rules import Group


def delegation_problems(
    document: Document, file: DelegationFile, groups: Mapping[str, Group]
) -> Iterator[Problem]:
    """Groups that nobody defined."""
    for index, rule in enumerate(file.delegation.rules):
        for key, names in (("groups", rule.groups), ("to", rule.to)):
            for n, name in enumerate(names):
                if name not in groups:
                    place = ("delegation", "rules", index, key, n)
                    yield document.problem(place, *undefined("group", name, groups))
