"""Who may review a release's exceptions afterwards."""

from workflows.ports import Directory
from workflows.releases.state import Release


def reviewers(state: Release, directory: Directory) -> frozenset[str]:
    """Who may review its exceptions: nobody who made, proposed, asked for or approved it, under any of their accounts."""
    terms = state.terms.exceptions
    if terms is None:
        return frozenset()
    return directory.all_members_of(terms.reviewers) - barred(state, directory)


def barred(state: Release, directory: Directory) -> frozenset[str]:
    """All accounts of who had a part in it."""
    return state.excluded(directory) | directory.all_who_may_be(one.reviewer for one in state.reviews)
