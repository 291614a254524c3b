"""What a bundle says of the red button, checked against its groups, resources and entitlements."""

from collections.abc import Collection, Iterator, Mapping

from workflows.policy.document import Document
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.red_button import RedButtonFile
from workflows.policy.schema.rules import Group


def red_button_problems(
    document: Document, file: RedButtonFile, groups: Mapping[str, Group], targets: Collection[str]
) -> Iterator[Problem]:
    """Groups, resources and entitlements that nobody defined; `targets` are the resources and entitlements."""
    for index, rule in enumerate(file.red_button.rules):
        place = ("red_button", "rules", index)
        for n, name in enumerate(rule.groups):
            if name not in groups:
                yield document.problem((*place, "groups", n), *undefined("group", name, groups))
        for n, name in enumerate(rule.resources):
            if name not in targets:
                fault = undefined("resource or entitlement", name, targets)
                yield document.problem((*place, "resources", n), *fault)
