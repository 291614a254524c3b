"""What each event makes of a document, and which effects it calls for."""

from typing import Any, assert_never

from workflows.system.documents.events import (
    Approved,
    Discarded,
    DocumentEvent,
    Drafted,
    Expired,
    Reviewed,
    Revised,
    SentBack,
    Submitted,
    TermsRevised,
)
from workflows.system.documents.state import ApprovedText, Document, Review, Status
from workflows.workflow import Effect, draw


def evolve(state: Document | None, event: DocumentEvent) -> Document:
    """The state after the event."""
    if isinstance(event, Drafted):
        return _drafted(state, event)
    assert state is not None, f"{event.action} before drafted"
    return state.model_copy(update=_changes(state, event))


def effects(state: Document, event: DocumentEvent) -> tuple[Effect, ...]:
    """What the event calls for: its cards."""
    return (draw(state.id),)


def _drafted(state: Document | None, event: Drafted) -> Document:
    return Document(
        id=event.id,
        status="draft",
        owner=event.author,
        service=event.service,
        version=event.version,
        number=event.number,
        terms=event.terms,
        content=event.content,
        digest=event.digest,
        authors=_all(event.carried, (event.author,), event.behind),
        due=event.due,
        at=event.at,
        changed_at=event.at,
        round=state.round + 1 if state else 0,
        approved=state.approved if state else None,
    )


def _changes(state: Document, event: DocumentEvent) -> dict[str, Any]:
    match event:
        case Revised():
            kept = {"terms": event.terms, "content": event.content, "digest": event.digest, "due": event.due}
            authors = _all(state.authors, (event.author,), event.behind)
            return {
                **_as_draft(state),
                **kept,
                "authors": authors,
                "changed_at": event.at,
                "owner": event.author,
            }
        case Submitted():
            asked = {"status": "pending", "terms": event.terms, "digest": event.digest}
            return {**asked, "changed_at": event.at, "reason": None}
        case TermsRevised():
            same = event.terms.template.digest == state.terms.template.digest
            revised = {"terms": event.terms, "digest": event.digest}
            return {**_as_draft(state), **revised, "status": "pending" if same else "draft"}
        case Reviewed():
            return _reviewed(state, event)
        case Approved():
            return {"status": "approved", "approved": _approved_text(state, event)}
        case SentBack():
            return {**_as_draft(state), "reason": state.reason}
        case Discarded():
            return {**_as_draft(state), **_without_draft(state)}
        case Expired():
            assert state.approved is not None
            over = state.approved.model_copy(update={"over": True})
            return {"approved": over, "status": "expired" if state.status == "approved" else state.status}
        case Drafted():
            raise AssertionError("a text that was begun makes a state of its own")
        case _:
            assert_never(event)


def _as_draft(state: Document) -> dict[str, Any]:
    """Reviews are about a text that waits; without one there are none."""
    return {"status": "draft", "reviews": (), "round": state.round + 1, "reason": None}


def _reviewed(state: Document, event: Reviewed) -> dict[str, Any]:
    review = Review(
        reviewer=event.reviewer,
        verdict=event.verdict,
        at=event.at,
        digest=event.digest,
        delegated_by=event.delegated_by,
    )
    return {"reviews": (*state.reviews, review), "reason": event.reason or state.reason}


def _approved_text(state: Document, event: Approved) -> ApprovedText:
    approvers = (one.reviewer for one in state.reviews if one.verdict == "approve")
    return ApprovedText(
        number=state.number,
        digest=event.digest,
        template=state.terms.template,
        content=state.content,
        authors=state.authors,
        approved_by=tuple(approvers),
        approved_at=event.at,
        expires_at=event.expires_at,
    )


def _without_draft(state: Document) -> dict[str, Any]:
    """What the document says is what was approved, if something was."""
    approved = state.approved
    if approved is None:
        return {"status": "discarded", "content": "", "digest": "", "due": None}
    status: Status = "expired" if approved.over else "approved"
    kept = {"content": approved.content, "digest": approved.digest, "authors": approved.authors}
    return {"status": status, **kept}


def _all(*people: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for some in people for one in some))
