"""Could this have happened to a proposal: its evidence, its reviews, its end?"""

from collections.abc import Mapping
from typing import Any

from workflows.approval.approvers_check import (
    ApproversFound,
    ApproversMissing,
    impossible_check,
    impossible_escalation,
)
from workflows.approval.delegates import impossible_delegation
from workflows.approval.questions import (
    QuestionAnswered,
    QuestionAsked,
    impossible_answer,
    impossible_question,
)
from workflows.approval.recorded import recorded_quorum
from workflows.approval.review_withdrawal import ReviewWithdrawn, impossible_withdrawal
from workflows.approval.staged import UNDECIDED
from workflows.audit.possibility import Judges, Past, Why
from workflows.releases.events import (
    ApprovalVoided,
    Approved,
    Escalated,
    EvidenceRead,
    EvidenceUnread,
    Lapsed,
    Proposed,
    Rejected,
    Reviewed,
    Superseded,
    TermsRevised,
    TierDetermined,
    Withdrawn,
)
from workflows.releases.gates.excepted import are_covered
from workflows.releases.gates.gate import all_passed
from workflows.releases.state import OPEN, Release, release_digest
from workflows.releases.tiers import fits
from workflows.system.passkeys.signed_review import impossible_assurance
from workflows.workflow import Occurred, unmet


def _proposed(state: Release | None, past: Past, now: Occurred, event: Proposed) -> Why:
    digest = release_digest(event.id, event.requester, event.version, event.terms, event.note, {})
    return unmet(
        (state is None, "it had been proposed before"),
        (event.id == now.subject, "it names another release"),
        (now.actor.id == event.requester, "someone other than the requester proposed it"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (bool(now.erased) or event.digest == digest, "its digest isn't that of what was proposed"),
    )


def _undecided(state: Release) -> tuple[bool, str]:
    return state.status in OPEN, f"it was {state.status} already"


def _read(state: Release, past: Past, now: Occurred, event: EvidenceRead) -> Why:
    return unmet(
        _undecided(state),
        (state.move is None, "it was going live already"),
        (event.passed == all_passed(event.results), "it says something else of its gates than they do"),
        (
            are_covered(state.exceptions, event.results, now.at),
            "nobody had asked for an exception that it goes by",
        ),
        (
            state.evidence is None or event.evidence.live == state.replaces,
            "something else was live than what it was to replace",
        ),
        (_in_a_tier(state, event), "its tier isn't by the answers that were read"),
    )


def _in_a_tier(state: Release, event: EvidenceRead) -> bool:
    tiering, tier = state.terms.tiering, state.tier
    return tiering is None or (tier is not None and fits(tier, tiering, event.evidence))


def _unread(state: Release, past: Past, now: Occurred, event: EvidenceUnread) -> Why:
    return unmet(_undecided(state))


def _voided(state: Release, past: Past, now: Occurred, event: ApprovalVoided) -> Why:
    return unmet(
        _undecided(state),
        (
            set(event.reviewers) == {one.reviewer for one in state.reviews},
            "it voids other reviews than there were",
        ),
    )


def _revised(state: Release, past: Past, now: Occurred, event: TermsRevised) -> Why:
    return unmet(
        _undecided(state),
        (not state.reviews and state.status != "approved", "its reviews were kept under other terms"),
        (event.terms.service == state.terms.service, "its new terms are of another service"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
    )


def _tier_determined(state: Release, past: Past, now: Occurred, event: TierDetermined) -> Why:
    tiers = state.terms.tiering.tiers if state.terms.tiering else ()
    return unmet(
        _undecided(state),
        (state.move is None, "it was going live already"),
        (not state.reviews and state.status != "approved", "its reviews were kept in another tier"),
        (event.standing.tier in {one.name for one in tiers}, "its terms have no such tier"),
    )


def _reviewed(state: Release, past: Past, now: Occurred, event: Reviewed) -> Why:
    groups = event.seen.get("reviewer_groups")
    stages = state.terms.stages
    excepted = {one.by for one in state.exceptions}
    askers = frozenset({state.requester, *state.behind, *excepted, *_names(event.seen.get("authors"))})
    seats = {group for one in stages for group in one.approvers}
    seats |= {group for one in stages if one.name in state.escalated for group in one.escalate_to}
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (now.actor.id == event.reviewer, "someone other than the reviewer gave the review"),
        (not now.actor.is_machine, "a machine reviewed it"),
        (event.digest == state.digest, "the review is bound to another state of the release than this"),
        (event.round == state.round, "the review belongs to a round that was over"),
        (
            event.reviewer not in askers,
            f"{event.reviewer} reviewed their own release",
        ),
        (
            all(one.reviewer != event.reviewer for one in state.reviews),
            f"{event.reviewer} had reviewed it before",
        ),
        (now.at < state.lapses_at, "it had expired by then"),
        (bool(seats & _names(groups)), f"{event.reviewer} was not among its approvers"),
    ) or (
        impossible_assurance(state, event)
        or impossible_delegation(state, event.reviewer, event.delegated_by, askers, now.at)
    )


def _review_withdrawn(state: Release, past: Past, now: Occurred, event: ReviewWithdrawn) -> Why:
    return impossible_withdrawal(state, event, now.actor, now.at)


def _question_asked(state: Release, past: Past, now: Occurred, event: QuestionAsked) -> Why:
    return impossible_question(state, event, now.actor, now.at)


def _question_answered(state: Release, past: Past, now: Occurred, event: QuestionAnswered) -> Why:
    return impossible_answer(state, event, now.actor, now.at)


def _names(given: Any) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list | tuple) else set()


def _approved(state: Release, past: Past, now: Occurred, event: Approved) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (_just_reviewed(past, now, "approve"), "no review had just approved it"),
        (_enough(state, past), "too few of its approvers had approved it"),
    )


def _enough(state: Release, past: Past) -> bool:
    last = past[-1].event
    groups = last.seen.get("reviewers") if isinstance(last, Reviewed) else None
    excluded = {state.requester, *state.behind, *(one.by for one in state.exceptions)}
    return isinstance(groups, Mapping) and recorded_quorum(
        state.terms.stages, groups, excluded, state.votes, state.escalated
    )


def _rejected(state: Release, past: Past, now: Occurred, event: Rejected) -> Why:
    return unmet(
        (state.status == "pending", f"it was {state.status}"),
        (_just_reviewed(past, now, "reject"), "nobody had just rejected it"),
    )


def _just_reviewed(past: Past, now: Occurred, verdict: str) -> bool:
    last = past[-1]
    reviewed = isinstance(last.event, Reviewed) and last.event.verdict == verdict
    return reviewed and last.version == now.version


def _withdrawn(state: Release, past: Past, now: Occurred, event: Withdrawn) -> Why:
    return unmet(_undecided(state), (state.move is None, "it was going live already"))


def _lapsed(state: Release, past: Past, now: Occurred, event: Lapsed) -> Why:
    return unmet(
        (state.status in UNDECIDED, f"it was {state.status}"),
        (now.at >= state.lapses_at, "it had not expired by then"),
    )


def _superseded(state: Release, past: Past, now: Occurred, event: Superseded) -> Why:
    return unmet(_undecided(state))


def _approvers(state: Release, past: Past, now: Occurred, event: ApproversMissing | ApproversFound) -> Why:
    return impossible_check(state, event)


def _escalated(state: Release, past: Past, now: Occurred, event: Escalated) -> Why:
    return unmet((state.status in UNDECIDED, f"it was {state.status}")) or impossible_escalation(
        state, event.stage, event.to, now.at
    )


JUDGES: Judges = {
    Proposed: _proposed,
    EvidenceRead: _read,
    EvidenceUnread: _unread,
    ApprovalVoided: _voided,
    TermsRevised: _revised,
    TierDetermined: _tier_determined,
    Reviewed: _reviewed,
    ReviewWithdrawn: _review_withdrawn,
    QuestionAsked: _question_asked,
    QuestionAnswered: _question_answered,
    Approved: _approved,
    Rejected: _rejected,
    Withdrawn: _withdrawn,
    Lapsed: _lapsed,
    Superseded: _superseded,
    Escalated: _escalated,
    ApproversMissing: _approvers,
    ApproversFound: _approvers,
}
