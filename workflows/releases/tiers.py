"""The risk tier of a release's service: which answers count for it now, and why."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal

from workflows.policy.evaluation.tiers import tier_of
from workflows.policy.terms.tiers import TieringTerms, TierTerms
from workflows.ports import Directory
from workflows.releases.evidence import Answers, Evidence
from workflows.workflow import Part

WhyTier = Literal["approved", "draft", "none", "overdue", "older", "own"]
"""Why a tier counts. `approved`: by approved answers. `draft`: by answers that aren't approved yet and lead higher. For
the others the highest counts: there are no approved answers, they are overdue, they are to an older questionnaire, or
nobody but their own authors and this release's approved them."""

Bound = tuple[str, WhyTier, str]


class TierStanding(Part):
    """The tier that counts for a release. The rest is about the document by which it does; empty if none counts."""

    tier: str
    title: str
    why: WhyTier
    document: str = ""
    digest: str = ""
    """Of the document's version, in hex."""
    because: tuple[str, ...] = ()
    """The conditions of the policy that its answers meet."""
    authors: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    approved_at: datetime | None = None
    due_at: datetime | None = None
    """When the answers are due again."""

    @property
    def bound(self) -> Bound:
        """What approvals rest on; the rest follows from it and from the policy."""
        return self.tier, self.why, self.digest


def standing_of(
    tiering: TieringTerms, evidence: Evidence, excluded: Collection[str], directory: Directory, now: datetime
) -> TierStanding:
    """Find the tier that counts for a release whose authors' accounts are `excluded`.

    A draft raises the tier at once; to lower it takes the approval of somebody who wrote neither the answers nor the
    release.
    """
    standing = _by_approved(tiering, evidence.approved_answers, excluded, directory, now)
    for draft in evidence.draft_answers:
        raised = _by_draft(tiering, draft)
        if raised and tiering.rank(raised.tier) > tiering.rank(standing.tier):
            standing = raised
    return standing


def _by_approved(
    tiering: TieringTerms,
    answers: Answers | None,
    excluded: Collection[str],
    directory: Directory,
    now: datetime,
) -> TierStanding:
    highest = tiering.highest
    if answers is None or answers.approved_at is None:
        return TierStanding(tier=highest.name, title=highest.title, why="none")
    if answers.questionnaire_digest != tiering.questionnaire_digest:
        return _standing(answers, highest, "older")
    found = tier_of(tiering, answers.values)
    by_answers = tiering.named(found.tier)
    due = answers.approved_at + timedelta(seconds=by_answers.due_again)
    due = min(due, answers.expires_at) if answers.expires_at else due
    if not _approved_by_others(answers, excluded, directory):
        return _standing(answers, highest, "own", due=due)
    if now >= due:
        return _standing(answers, highest, "overdue", due=due)
    return _standing(answers, by_answers, "approved", found.because, due)


def _by_draft(tiering: TieringTerms, answers: Answers) -> TierStanding | None:
    """None if it answers another questionnaire than the one in force."""
    if answers.questionnaire_digest != tiering.questionnaire_digest:
        return None
    found = tier_of(tiering, answers.values, only_sure=True)
    return _standing(answers, tiering.named(found.tier), "draft", found.because)


def _approved_by_others(answers: Answers, excluded: Collection[str], directory: Directory) -> bool:
    """Whether anybody approved them who is an author of neither."""
    barred = frozenset(excluded) | _accounts(answers.authors, directory)
    return any(not _accounts([one], directory) & barred for one in answers.approved_by)


def _accounts(people: Iterable[str], directory: Directory) -> frozenset[str]:
    return frozenset[str]().union(*(directory.may_be(one) | {one} for one in people))


def _standing(
    answers: Answers,
    tier: TierTerms,
    why: WhyTier,
    because: tuple[str, ...] = (),
    due: datetime | None = None,
) -> TierStanding:
    return TierStanding(
        tier=tier.name,
        title=tier.title,
        why=why,
        document=answers.document,
        digest=answers.digest,
        because=because,
        authors=answers.authors,
        approved_by=answers.approved_by,
        approved_at=answers.approved_at,
        due_at=due,
    )


def fits(standing: TierStanding, tiering: TieringTerms, evidence: Evidence) -> bool:
    """Whether a recorded tier can be by the answers that were recorded with it; conditions aren't evaluated again."""
    if standing.why not in ("approved", "draft") and standing.tier != tiering.highest.name:
        return False
    approved = evidence.approved_answers
    if standing.why == "draft":
        return standing.digest in {one.digest for one in evidence.draft_answers}
    return standing.digest == (approved.digest if approved and approved.approved_at else "")
