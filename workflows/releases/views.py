"""What can be said of a release to whoever looks at it: who made it, whose business it is."""

from datetime import datetime

from workflows.approval.approvers import deciders, late
from workflows.ports import Directory
from workflows.releases.exceptions.reviewers import reviewers
from workflows.releases.state import Release


def authors(state: Release, directory: Directory) -> frozenset[str]:
    """Every account of everybody who made it; none of them approves it."""
    return state.made_by(directory)


def concerns(state: Release, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who made it, decided, may decide, may roll it back, or may review exceptions."""
    decided = {review.reviewer for review in state.reviews}
    rolls_back = directory.all_members_of(state.terms.rolled_back_by)
    after = reviewers(state, directory) if state.exception_review else frozenset()
    theirs = state.excluded(directory) | deciders(state, directory) | decided | rolls_back | after
    return bool(theirs & directory.accounts_of(person))


def overdue(state: Release, directory: Directory, now: datetime) -> bool:
    """A decision that was to be escalated by now, or a move that can't be made."""
    if state.move is not None and state.move.trouble:
        return True
    return late(state, directory, now)


def text_difference(state: Release) -> str:
    """What a prompt or a judge changes in the text that was live when it was last read; empty for anything else."""
    return state.evidence.difference if state.evidence else ""
