"""Who may review access that was taken without approval: they are told that it was, as everybody who could have approved it."""

from collections.abc import Iterable

from workflows.access.state import Access
from workflows.policy.evaluation.manager import with_manager
from workflows.policy.terms.access import Terms
from workflows.ports import Directory


def reviewer_groups(terms: Terms, escalated: bool) -> frozenset[str]:
    """The groups whose members may review: the approvers of its stages, and those of the review."""
    taken = terms.break_glass
    staged = (group for stage in terms.stages for group in stage.approvers)
    more = (*taken.reviewers, *(taken.escalate_to if escalated else ())) if taken else ()
    return frozenset((*staged, *more))


def reviewers(state: Access, directory: Directory) -> frozenset[str]:
    """Who may review it now: nobody who took it, under any account that may be theirs."""
    taken = state.break_glass
    if taken is None:
        return frozenset()
    groups = reviewer_groups(state.terms, taken.escalated)
    return _members(groups, with_manager(directory, state.requester)) - state.excluded(directory)


def possible_reviewers(
    terms: Terms, requester: str, directory: Directory, *, escalated: bool
) -> frozenset[str]:
    """Who could review it if this person took it, at once or after it is `escalated`."""
    here = with_manager(directory, requester)
    return _members(reviewer_groups(terms, escalated), here) - directory.may_be(requester)


def _members(groups: Iterable[str], directory: Directory) -> frozenset[str]:
    return frozenset[str]().union(*(directory.members(group) for group in groups))
