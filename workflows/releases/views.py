"""What can be said of a release to whoever looks at it: who made it, whose business it is."""

from workflows.deciding import deciders
from workflows.deciding import waits_for as waits_for
from workflows.ports import Directory
from workflows.releases.model import Release
from workflows.workflow import Found


def authors(state: Release, directory: Directory) -> frozenset[str]:
    """Every account of everybody who made it; none of them approves it."""
    return state.excluded(directory)


def concerns(state: Release, directory: Directory, person: str) -> bool:
    """Whether it is any of their business: who made it, decided, or may decide."""
    reviewers = {review.reviewer for review in state.reviews}
    theirs = authors(state, directory) | deciders(state, directory) | reviewers
    return bool(theirs & directory.accounts_of(person))


def found_by(state: Release, action: str) -> Found:
    """Who has to do with it, and which service and model it is of."""
    reviewers = {review.reviewer for review in state.reviews}
    return Found(
        people=frozenset({state.owner, *state.behind, *reviewers}),
        resources=tuple(dict.fromkeys((state.terms.service, state.terms.model))),
    )
