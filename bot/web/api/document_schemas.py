"""Documents and their templates, as the API takes and gives them. Times are UTC, ids as in the log."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.web.api.schemas import Given, Line
from workflows.policy.terms.documents import About, FieldTerms, FieldType, TemplateTerms
from workflows.ports import Directory
from workflows.system.documents.files import Form, write_markdown
from workflows.system.documents.state import ApprovedText, Document, Status

MAX_FILE_CHARS = 60_000


GivenFields = Annotated[
    dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=4_000)]],
    Field(max_length=60),
]


class NewDocument(Given):
    """A document's text: `fields` of a template about a service, or a `file` that says all of it.

    `base` is the digest of the text that you began with: if it is another by now, nothing is saved.
    """

    template: Line = ""
    service: Line = ""
    version: Line = ""
    due: date | None = None
    fields: GivenFields = Field(default_factory=dict)
    file: Annotated[str, Field(max_length=MAX_FILE_CHARS)] = ""
    form: Form = "yaml"
    base: Line | None = None


class ShownText(Given):
    """The digest of the text that you read."""

    digest: Line


class TemplateField(BaseModel):
    name: str
    title: str
    type: FieldType
    hint: str
    required: bool
    options: list[str]

    @classmethod
    def of(cls, field: FieldTerms) -> "TemplateField":
        """Show a field."""
        kept = field.model_dump(include={"name", "title", "type", "hint", "required"})
        return cls(**kept, options=list(field.options))


class Template(BaseModel):
    """`markdown` is an empty document of it, to fill in."""

    name: str
    title: str
    about: About
    description: str
    digest: str
    due_again_seconds: int | None
    fields: list[TemplateField]
    markdown: str

    @classmethod
    def of(cls, template: TemplateTerms) -> "Template":
        """Show a template."""
        return cls(
            name=template.name,
            title=template.title,
            about=template.about,
            description=template.description,
            digest=template.digest,
            due_again_seconds=template.due_again,
            fields=[TemplateField.of(one) for one in template.fields],
            markdown=write_markdown(template, {"template": template.name}, {}),
        )


class ApprovedDocument(BaseModel):
    """The text that counts. `over`: it has expired."""

    number: int
    digest: str
    fields: dict[str, str]
    markdown: str
    authors: list[str]
    approved_by: list[str]
    approved_at: datetime
    expires_at: datetime | None
    over: bool


class ShownDocument(BaseModel):
    """A document: what is written at present, and what was approved last. Authors can't approve it."""

    id: str
    status: Literal["draft", "pending", "approved", "expired", "discarded"]
    template: str
    title: str
    service: str
    version: str
    number: int
    digest: str
    fields: dict[str, str]
    markdown: str
    authors: list[str]
    due: date | None
    changed_at: datetime
    sent_back: str | None
    reviews: list[str]
    approved: ApprovedDocument | None

    @classmethod
    def of(cls, state: Document, directory: Directory) -> "ShownDocument":
        """Show a document."""
        status: Status = state.status
        return cls(
            id=state.id,
            status=status,
            template=state.terms.template.name,
            title=state.terms.template.title,
            service=state.service,
            version=state.version,
            number=state.number,
            digest=state.digest,
            fields=dict(state.values),
            markdown=markdown_of(state),
            authors=list(state.authors),
            due=state.due,
            changed_at=state.changed_at,
            sent_back=state.reason,
            reviews=[f"{directory.name_of(one.reviewer)}: {one.verdict}" for one in state.reviews],
            approved=_approved(state, state.approved) if state.approved else None,
        )


def markdown_of(state: Document) -> str:
    """The present text as Markdown."""
    due = state.due.isoformat() if state.due else ""
    return write_markdown(state.terms.template, {**_about(state), "due": due}, state.values)


def _about(state: Document) -> dict[str, str]:
    return {"template": state.terms.template.name, "service": state.service, "version": state.version}


def _approved(state: Document, text: ApprovedText) -> ApprovedDocument:
    return ApprovedDocument(
        number=text.number,
        digest=text.digest,
        fields=dict(text.values),
        markdown=write_markdown(text.template, _about(state), text.values),
        authors=list(text.authors),
        approved_by=list(text.approved_by),
        approved_at=text.approved_at,
        expires_at=text.expires_at,
        over=text.over,
    )
