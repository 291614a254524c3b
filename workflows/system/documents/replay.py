"""Could this have happened to a document?"""

from collections.abc import Mapping
from typing import Any

from workflows.approval.delegates import impossible_delegation
from workflows.approval.recorded import recorded_quorum
from workflows.audit.possibility import Judges, Past, Why, judged
from workflows.system.documents.digest import document_digest
from workflows.system.documents.events import (
    Approved,
    Discarded,
    Drafted,
    Expired,
    Reviewed,
    Revised,
    SentBack,
    Submitted,
    TermsRevised,
)
from workflows.system.documents.state import OPEN, Document, document_id
from workflows.workflow import Occurred, unmet


def _drafted(state: Document | None, past: Past, now: Occurred, event: Drafted) -> Why:
    terms, number = event.terms, state.number + 1 if state else 1
    digest = document_digest(event.id, event.version, number, terms, event.content, event.due)
    return unmet(
        (state is None or state.status not in OPEN, "a draft was begun already"),
        (event.id == now.subject, "it names another document"),
        (
            event.id == document_id(terms.template.name, event.service, event.version),
            "its id is of another document",
        ),
        (event.service == terms.service, "its terms are of another service"),
        (event.author == now.actor.id, "someone other than its author wrote it"),
        (event.number == number, "it counts its texts otherwise"),
        (terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (bool(now.erased) or event.digest == digest, "its digest isn't that of its text"),
    )


def _revised(state: Document, past: Past, now: Occurred, event: Revised) -> Why:
    digest = document_digest(state.id, state.version, state.number, event.terms, event.content, event.due)
    return unmet(
        (state.status in OPEN, "there was no draft"),
        (event.author == now.actor.id, "someone other than its author wrote it"),
        (event.terms.service == state.service, "its terms are of another service"),
        (event.terms.template.name == state.terms.template.name, "its terms are of another template"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (bool(now.erased) or event.digest == digest, "its digest isn't that of its text"),
    )


def _submitted(state: Document, past: Past, now: Occurred, event: Submitted) -> Why:
    digest = document_digest(state.id, state.version, state.number, event.terms, state.content, state.due)
    return unmet(
        (state.status in OPEN, "there was no draft"),
        (event.by == now.actor.id, "someone else submitted it"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (_same_form(state, event), "its terms are of another template or service"),
        (_erased(past) or event.digest == digest, "its digest isn't that of its text"),
    )


def _terms_revised(state: Document, past: Past, now: Occurred, event: TermsRevised) -> Why:
    digest = document_digest(state.id, state.version, state.number, event.terms, state.content, state.due)
    return unmet(
        (state.status == "pending", "it wasn't in review"),
        (event.terms.service == state.service, "its terms are of another service"),
        (event.terms.digest == now.policy, "its terms are of another policy than the one in force"),
        (_erased(past) or event.digest == digest, "its digest isn't that of its text"),
    )


def _reviewed(state: Document, past: Past, now: Occurred, event: Reviewed) -> Why:
    stages = state.terms.stages
    seats = {group for one in stages for group in one.approvers}
    groups = event.seen.get("reviewer_groups")
    return unmet(
        (state.status == "pending", "it wasn't in review"),
        (now.actor.id == event.reviewer, "someone other than the reviewer gave the review"),
        (not now.actor.is_machine and not now.actor.is_daypass, "no person reviewed it"),
        (event.digest == state.digest, "the review is bound to another text than this"),
        (event.round == state.round, "the review belongs to a round that was over"),
        (event.reviewer not in state.authors, f"{event.reviewer} reviewed what they wrote"),
        (
            all(one.reviewer != event.reviewer for one in state.reviews),
            f"{event.reviewer} had reviewed it before",
        ),
        (bool(seats & _names(groups)), f"{event.reviewer} was not among its approvers"),
    ) or impossible_delegation(state, event.reviewer, event.delegated_by, frozenset(state.authors), now.at)


def _approved(state: Document, past: Past, now: Occurred, event: Approved) -> Why:
    return unmet(
        (state.status == "pending", "it wasn't in review"),
        (_just_reviewed(past, now, "approve"), "no review had just approved it"),
        (_enough(state, past), "too few of its approvers had approved it"),
        (event.digest == state.digest, "another text was approved than the one in review"),
        (event.expires_at == state.expiry(event.at), "it expires at another time than its terms say"),
    )


def _sent_back(state: Document, past: Past, now: Occurred, event: SentBack) -> Why:
    return unmet(
        (state.status == "pending", "it wasn't in review"),
        (_just_reviewed(past, now, "send-back"), "no review had just sent it back"),
    )


def _discarded(state: Document, past: Past, now: Occurred, event: Discarded) -> Why:
    return unmet(
        (state.status in OPEN, "there was no draft"),
        (event.by == now.actor.id, "someone else discarded it"),
    )


def _expired(state: Document, past: Past, now: Occurred, event: Expired) -> Why:
    approved = state.approved
    return unmet(
        (approved is not None and not approved.over, "nothing that was approved counted any more"),
        (approved is not None and event.number == approved.number, "another text was approved"),
        (approved is not None and not approved.counts_at(now.at), "it had not expired by then"),
    )


def _same_form(state: Document, event: Submitted) -> bool:
    same_template = event.terms.template.digest == state.terms.template.digest
    return same_template and event.terms.service == state.service


def _erased(past: Past) -> bool:
    """Whether the present text isn't at hand."""
    written = [one for one in past if isinstance(one.event, Drafted | Revised)]
    return bool(written and written[-1].erased)


def _just_reviewed(past: Past, now: Occurred, verdict: str) -> bool:
    last = past[-1]
    return isinstance(last.event, Reviewed) and last.event.verdict == verdict and last.version == now.version


def _enough(state: Document, past: Past) -> bool:
    last = past[-1].event
    groups = last.seen.get("reviewers") if isinstance(last, Reviewed) else None
    return isinstance(groups, Mapping) and recorded_quorum(
        state.terms.stages, groups, state.authors, state.votes, state.escalated
    )


def _names(given: Any) -> set[str]:
    return {str(one) for one in given} if isinstance(given, list | tuple) else set()


JUDGES: Judges = {
    Drafted: _drafted,
    Revised: _revised,
    Submitted: _submitted,
    TermsRevised: _terms_revised,
    Reviewed: _reviewed,
    Approved: _approved,
    SentBack: _sent_back,
    Discarded: _discarded,
    Expired: _expired,
}
impossible = judged(Drafted, JUDGES, "nothing had been written")
