"""Documents in the console: all of them with where they stand, each with its texts, and as files."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import Console, visitor
from bot.web.console.document_summary import document_summary, section_rows
from bot.web.console.summary import names_of
from bot.web.console.templating import Show
from workflows.policy.terms.documents import TemplateTerms
from workflows.system.documents.files import write_markdown
from workflows.system.documents.state import EVERY, OPEN, Document, read_content

MAX_LISTED = 500
PLAIN = "text/plain; charset=utf-8"


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/documents")
    async def documents(request: Request) -> Response:
        by = await visitor(console, request)
        found, _ = await console.reading.listed(by.reader, Document, EVERY, None, MAX_LISTED, owned=False)
        directory = console.world().directory
        found.sort(key=lambda one: (one.service, one.terms.template.title, one.version))
        rows = [
            (
                one,
                document_summary(one, directory),
                names_of(one.authors, directory),
                names_of(one.approved.approved_by, directory) if one.approved else "",
            )
            for one in found
        ]
        return show.page(request, "documents.html", by=by, rows=rows)

    @routes.get("/documents/{subject}")
    async def document(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        found = await console.reading.find(by.reader, Document, subject)
        if found is None:
            return show.trouble(request, 404, "Not found", texts.NO_DOCUMENT, by)
        return show.page(
            request,
            "document.html",
            by=by,
            document=found,
            summary=document_summary(found, console.world().directory),
            texts=[(name, title, section_rows(*text)) for name, title, text in _texts(found)],
        )

    @routes.get("/documents/{subject}/{which}.md")
    async def file(request: Request, subject: str, which: str) -> Response:
        by = await visitor(console, request)
        found = await console.reading.find(by.reader, Document, subject)
        text = next((text for name, _, text in _texts(found) if name == which), None) if found else None
        if found is None or text is None:
            return show.trouble(request, 404, "Not found", texts.NO_DOCUMENT, by)
        about = {"template": text[0].name, "service": found.service, "version": found.version}
        name = f"{text[0].name}-{found.service}.md"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(
            write_markdown(text[0], about, read_content(text[1])), media_type=PLAIN, headers=headers
        )

    return routes


Text = tuple[TemplateTerms, str]


def _texts(document: Document) -> list[tuple[str, str, Text]]:
    """The texts that it has: what isn't approved, and what is. Each with its name and title."""
    found: list[tuple[str, str, Text]] = []
    if document.status in OPEN:
        title = texts.IN_REVIEW_TEXT if document.status == "pending" else texts.DRAFT_TEXT
        found.append(("draft", title, (document.terms.template, document.content)))
    if document.approved:
        title = texts.EXPIRED_TEXT if document.approved.over else texts.APPROVED_TEXT
        found.append(("approved", title, (document.approved.template, document.approved.content)))
    return found
