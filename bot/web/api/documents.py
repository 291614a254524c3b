"""Documents about services and versions: templates, writing, submitting. People approve them in Slack."""

from typing import Any

from fastapi import APIRouter

from bot.web.api.auth import Api, By, TheApi
from bot.web.api.document_schemas import NewDocument, ShownDocument, ShownText, Template
from bot.web.api.idempotency import Before, KeyVerdict, Limit, Subject, act, listed, refuse_review
from bot.web.api.problems import Failed, documented, refused
from bot.web.api.schemas import Page
from workflows.system.documents.commands import (
    DiscardDraft,
    ReviewDocument,
    SubmitDocument,
    WriteDocument,
)
from workflows.system.documents.files import DocumentFile, FileFault, read_file
from workflows.system.documents.state import EVERY, Document, Status, document_id

routes = APIRouter(tags=["documents"])


@routes.get("/templates", responses=documented())
async def list_templates(api: TheApi, by: By) -> Page[Template]:
    """The templates of documents, by name."""
    templates = api.world().bundle.templates
    return Page(items=[Template.of(templates[name]) for name in sorted(templates)], next=None)


@routes.get("/documents", responses=documented())
async def list_documents(
    api: TheApi, by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
) -> Page[ShownDocument]:
    """Documents that you can see: those that you wrote, or can write or approve."""
    wanted = (status,) if status else EVERY
    return await listed(api, by, Document, wanted, before, limit, lambda one: _shown(api, one), owned=False)


@routes.post("/documents", responses=documented(400, 409, 413))
async def write_document(api: TheApi, by: By, written: NewDocument) -> ShownDocument:
    """Write a document's text; it is a draft until it is submitted and approved.

    What was approved of the document counts on meanwhile. The same text again changes nothing.
    """
    outcome = await api.act(_command(api, written), by)
    if outcome.refusal:
        raise refused(outcome.refusal)
    return _shown(api, outcome.state)


@routes.get("/documents/{document}", responses=documented(404))
async def one_document(api: TheApi, by: By, document: Subject) -> ShownDocument:
    """One document."""
    return _shown(api, await api.find(by, Document, document))


@routes.post("/documents/{document}/submit", responses=documented(404, 409))
async def submit_document(api: TheApi, by: By, document: Subject, read: ShownText) -> ShownDocument:
    """Ask for the approval of the text that you read."""
    return _shown(api, await act(api, by, Document, SubmitDocument(document, read.digest)))


@routes.post("/documents/{document}/discard", responses=documented(404, 409))
async def discard_draft(api: TheApi, by: By, document: Subject) -> ShownDocument:
    """Drop the text that isn't approved."""
    return _shown(api, await act(api, by, Document, DiscardDraft(document)))


@routes.post("/documents/{document}/reviews", status_code=403, responses=documented(400, 404, 413))
async def review_document(api: TheApi, by: By, document: Subject, given: KeyVerdict) -> Any:
    """Always refused: machines never approve, and people do it in Slack. The attempt is logged."""
    raise await refuse_review(api, by, Document, ReviewDocument(document, "approve", ""))


def _command(api: Api, written: NewDocument) -> WriteDocument:
    """Raises Failed."""
    file = _file(api, written)
    return WriteDocument(
        document_id(file.template, file.service, file.version),
        file.template,
        file.service,
        file.version,
        file.values,
        file.due,
        written.base,
    )


def _file(api: Api, written: NewDocument) -> DocumentFile:
    if not written.file:
        return DocumentFile(
            written.template, written.service, written.version, written.due, dict(written.fields)
        )
    if written.template or written.service or written.version or written.due or written.fields:
        raise Failed(422, "unreadable", "Send either a file or its fields.", {"file": "Leave out the rest."})
    try:
        return read_file(written.file, written.form, api.world().bundle.templates)
    except FileFault as error:
        raise Failed(422, "unreadable", str(error), {"file": str(error)}) from error


def _shown(api: Api, state: Document) -> ShownDocument:
    return ShownDocument.of(state, api.world().directory)
