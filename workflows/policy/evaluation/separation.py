"""Which entitlements nobody may have together, and whose grants count as one person's."""

from collections.abc import Mapping

from workflows.policy.bundle import Bundle
from workflows.policy.schema.duties import SeparateDuties
from workflows.ports import Directory


def separated_from(bundle: Bundle, entitlement: str) -> Mapping[str, SeparateDuties]:
    """Give each entitlement that nobody may have beside this one, with the rule that says so."""
    return {
        other: rule
        for rule in bundle.separate_duties
        if entitlement in rule.entitlements
        for other in rule.entitlements
        if other != entitlement
    }


def one_person(directory: Directory, id: str) -> frozenset[str]:
    """Give all ids under which one person may act: every account that may be theirs, and the machines they own.

    A machine stands for its owners, so theirs count for it as well.
    """
    accounts = directory.may_be(id)
    owned = (machine for machine, one in directory.machines.items() if one.owners & accounts)
    return accounts | frozenset(owned)
