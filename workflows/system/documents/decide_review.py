"""Deciding on a document: only on the text that was shown, and never by one of its authors."""

from datetime import datetime

from workflows.approval.approvers import satisfied
from workflows.approval.delegates import delegated_by
from workflows.approval.recorded import reviewer_groups
from workflows.approval.refusal import Wording, review_refusal
from workflows.system.documents import refusals
from workflows.system.documents.commands import ReviewDocument
from workflows.system.documents.digest import document_digest
from workflows.system.documents.events import Approved, DocumentEvent, Reviewed, SentBack, TermsRevised
from workflows.system.documents.evolve import evolve
from workflows.system.documents.state import Document
from workflows.system.documents.terms import document_terms
from workflows.text import is_text
from workflows.workflow import Actor, Decision, NoChange, Refused, World

MAX_REASON_CHARS = 1_000


def review(state: Document, command: ReviewDocument, actor: Actor, world: World, now: datetime) -> Decision:
    """A verdict: counted, decisive, or refused."""
    mine = [one for one in state.reviews if one.reviewer == actor.id]
    if any((one.verdict, one.digest) == (command.verdict, command.digest) for one in mine):
        return NoChange()
    if (
        state.status == "pending"
        and document_terms(world.bundle, state.terms.template.name, state.service) is None
    ):
        return refusals.NO_TEMPLATE
    expires_at = state.expiry(now)
    if state.status == "pending" and command.verdict == "approve" and expires_at and expires_at <= now:
        return refusals.PAST_DUE
    revised = _revision(state, world)
    shown = (command.digest, state.terms.digest)
    early = refusals.NOT_SUBMITTED if state.status == "draft" else None
    wording = Wording("document", refusals.OWN, refusals.NEVER_LAPSES, early)
    refusal = review_refusal(state, shown, actor, world, now, revised, wording) or _reason_refused(command)
    if refusal:
        return refusal
    by = delegated_by(state, world.directory, actor.id)
    groups = reviewer_groups(state, actor.id, by, world.directory)
    reviewed = Reviewed(
        reviewer=actor.id,
        verdict=command.verdict,
        reason=command.reason,
        digest=state.digest,
        round=state.round,
        delegated_by=by,
        at=now,
        seen={
            "rule": state.terms.rule,
            "reviewer_groups": groups[actor.id],
            "reviewers": groups,
            "authors": [*state.authors],
        },
    )
    if command.verdict == "send-back":
        return (reviewed, SentBack(at=now))
    if satisfied(evolve(state, reviewed), world.directory):
        return (reviewed, Approved(digest=state.digest, expires_at=expires_at, at=now))
    return (reviewed,)


def _reason_refused(command: ReviewDocument) -> Refused | None:
    reason = (command.reason or "").strip()
    if command.verdict == "send-back" and not reason:
        return refusals.NO_REASON
    return None if is_text(reason) and len(reason) <= MAX_REASON_CHARS else refusals.NO_TEXT


def _revision(state: Document, world: World) -> tuple[DocumentEvent, ...]:
    """What a changed bundle makes of a text in review; nothing if its rules are the same."""
    terms = document_terms(world.bundle, state.terms.template.name, state.service)
    if state.status != "pending" or terms is None or terms.same_rules(state.terms):
        return ()
    digest = document_digest(state.id, state.version, state.number, terms, state.content, state.due)
    return (TermsRevised(terms=terms, digest=digest),)
