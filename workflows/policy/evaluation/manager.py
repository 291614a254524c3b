"""The requester's manager as an approver: who that is depends on who asks, so a stage names them by a word of its own."""

from collections.abc import Iterable
from dataclasses import replace

from workflows.policy.fields import MANAGER
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory

SPELLED = "the requester's manager"


def manager_of(directory: Directory, requester: str) -> str | None:
    """Give the manager, by Slack user id, as the identity provider says; None of a machine, and if none is known.

    Nobody is their own manager, under any account of theirs.
    """
    if requester in directory.machines:
        return None
    accounts = directory.accounts_of(requester)
    named = (directory.managers.get(one) for one in (requester, *sorted(accounts)))
    return next((one for one in named if one and one not in accounts and one in directory.people), None)


def with_manager(directory: Directory, requester: str) -> Directory:
    """Give the directory in which `manager-of-requester` is a group of this requester's manager, or of nobody."""
    manager = manager_of(directory, requester) if directory.managers else None
    if manager is None:
        return directory
    return replace(directory, groups={**directory.groups, MANAGER: frozenset({manager})})


def asks_manager(stage: StageTerms, escalated: bool) -> bool:
    """Whether the requester's manager may decide in the stage."""
    return MANAGER in (*stage.approvers, *(stage.escalate_to if escalated else ()))


def spell_groups(groups: Iterable[str], manager: str = SPELLED) -> list[str]:
    """Give the groups for people to read."""
    return [manager if one == MANAGER else one for one in groups]
