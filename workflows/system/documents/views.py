"""Whose business a document is."""

from workflows.approval.approvers import deciders
from workflows.ports import Directory
from workflows.system.documents.state import Document


def concerns(state: Document, directory: Directory, person: str) -> bool:
    """Whether they wrote it, or may write or approve it."""
    accounts = directory.accounts_of(person)
    groups = frozenset[str]().union(*(directory.groups_of(one) for one in accounts))
    return bool(
        accounts & directory.all_who_may_be(state.authors)
        or groups & set(state.terms.writers)
        or accounts & deciders(state, directory)
    )
