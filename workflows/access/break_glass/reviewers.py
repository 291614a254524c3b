"""Who may review access that was taken without approval: they are told that it was, as everybody who could have approved it."""

from workflows.access.state import Access
from workflows.policy.evaluation.break_glass import reviewer_groups
from workflows.policy.evaluation.manager import with_manager
from workflows.ports import Directory


def reviewers(state: Access, directory: Directory) -> frozenset[str]:
    """Who may review it now: nobody who took it, under any account that may be theirs."""
    taken = state.break_glass
    if taken is None:
        return frozenset()
    groups = reviewer_groups(state.terms, taken.escalated)
    here = with_manager(directory, state.requester)
    return here.all_members_of(groups) - state.excluded(directory)
