"""What somebody is to Daypass by the groups they are in. Pure functions of the bundle and the directory."""

from collections.abc import Iterable
from typing import Literal

from workflows.policy.bundle import Bundle
from workflows.ports import Directory

Role = Literal["auditor", "operator", "member", "machine"]


def themselves(id: str, directory: Directory) -> frozenset[str]:
    """All accounts of a person; a machine is not its owners."""
    return frozenset({id}) if id in directory.machines else directory.accounts_of(id)


def operator_groups(id: str, bundle: Bundle, directory: Directory) -> tuple[str, ...]:
    """Name the groups that make this person an operator; none if they aren't one."""
    return tuple(sorted(_groups_among(id, bundle.settings.console.operators, directory)))


def role_of(id: str, bundle: Bundle, directory: Directory) -> Role:
    """Tell what a person or machine is. Whoever is an auditor and an operator is an auditor."""
    if _groups_among(id, bundle.settings.console.auditors, directory):
        return "auditor"
    if operator_groups(id, bundle, directory):
        return "operator"
    return "machine" if id in directory.machines else "member"


def _groups_among(id: str, groups: Iterable[str], directory: Directory) -> frozenset[str]:
    every = (directory.groups_of(one) for one in themselves(id, directory))
    return frozenset[str]().union(*every) & frozenset(groups)
