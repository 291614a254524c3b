"""Deciding which risk tier a release is in, each time its evidence is read."""

from datetime import datetime

from workflows.policy.evaluation.tiers import in_tier
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory
from workflows.releases.authors import authors
from workflows.releases.events import TierDetermined
from workflows.releases.evidence import Evidence
from workflows.releases.state import Release
from workflows.releases.tiers import standing_of


def tier_determined(
    state: Release, evidence: Evidence, directory: Directory, now: datetime
) -> TierDetermined | None:
    """The event that another tier counts, or the same by other answers; None if nothing changed, or there are no tiers."""
    tiering = state.terms.tiering
    if tiering is None:
        return None
    excluded = authors(evidence.candidate, state.requester, directory)
    excluded |= directory.all_who_may_be(state.behind)
    standing = standing_of(tiering, evidence, excluded, directory, now)
    if state.tier is not None and state.tier.bound == standing.bound:
        return None
    return TierDetermined(standing=standing, at=now)


def terms_as_read(
    terms: ReleaseTerms, evidence: Evidence, requester: str, directory: Directory, now: datetime
) -> ReleaseTerms:
    """The terms that a release would have if this person proposed it now, on this evidence."""
    if terms.tiering is None:
        return terms
    excluded = authors(evidence.candidate, requester, directory)
    return in_tier(terms, standing_of(terms.tiering, evidence, excluded, directory, now).tier)
