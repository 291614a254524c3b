"""Who may review access that was taken without approval: they are told that it was, as everybody who could have approved it."""

from workflows.access.state import Access
from workflows.policy.evaluation.break_glass import members_of, reviewer_groups
from workflows.policy.evaluation.manager import with_manager
from workflows.ports import Directory


def reviewers(state: Access, directory: Directory) -> frozenset[str]:
    """Who may review it now: nobody who took it, under any account that may be theirs."""
    taken = state.break_glass
    if taken is None:
        return frozenset()
    groups = reviewer_groups(state.terms, taken.escalated)
    return members_of(groups, with_manager(directory, state.requester)) - state.excluded(directory)
