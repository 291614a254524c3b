"""The YAML of `templates/*.yaml` and of `documents.yaml` as models: what documents have to say, and who approves them."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import Line, Name, Names, Seconds, no_repeats, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.inputs import MAX_OPTIONS, Bound, Day, InputName, Option, Pattern
from workflows.policy.template_fields import FIELD_KINDS
from workflows.policy.terms.documents import About, FieldTerms, FieldType, SectionTerms, TemplateTerms

MAX_FIELDS = 40
"""Of one template: one window of Slack has room for them with their headings."""
MAX_SECTIONS = 20
MAX_TITLE_CHARS = 100
MAX_HINT_CHARS = 300
_COMMON = ("title", "type", "hint", "required")


class FieldBlock(Block):
    """One thing that a document has to say."""

    title: Annotated[Line, Field(max_length=MAX_TITLE_CHARS)]
    type: FieldType
    hint: Annotated[str, Field(min_length=1, max_length=MAX_HINT_CHARS)] | None = None
    required: bool = True
    options: Annotated[tuple[Option, ...], Field(max_length=MAX_OPTIONS), AfterValidator(no_repeats)] = ()
    least: Bound = 0
    most: Bound | None = None
    pattern: Pattern | None = None
    earliest: Day | None = None
    latest: Day | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        kind = FIELD_KINDS[self.type]
        fields = (*kind.needed, *kind.optional)
        if extra := sorted(self.model_fields_set - {*_COMMON, *fields}):
            known = ", ".join(fields) or "no other fields"
            raise wrong(f"a field of type “{self.type}” doesn't accept “{extra[0]}”", f"it accepts {known}")
        if missing := [name for name in kind.needed if not getattr(self, name)]:
            raise wrong(f"a field of type “{self.type}” needs “{missing[0]}”", f"add {missing[0]}: …")
        if self.most is not None and self.most < self.least:
            what = f"no number is at least {self.least} and at most {self.most}"
            raise wrong(what, "correct least or most")
        if self.earliest and self.latest and self.latest < self.earliest:
            what = f"no date is from {self.earliest} until {self.latest}"
            raise wrong(what, "correct earliest or latest")
        return self

    def terms(self, name: str) -> FieldTerms:
        """What is kept of it with a document."""
        return FieldTerms.model_validate({"name": name, **self.model_dump(exclude_none=True)})


class SectionBlock(Block):
    """Fields under one heading."""

    title: Annotated[Line, Field(max_length=MAX_TITLE_CHARS)]
    fields: Annotated[dict[InputName, FieldBlock], Field(min_length=1, max_length=MAX_FIELDS)]


class TemplateFile(Block):
    """`templates/*.yaml`. A template of the name of a shipped one takes its place."""

    template: Name
    title: Annotated[Line, Field(max_length=MAX_TITLE_CHARS)]
    about: About = "service"
    description: Annotated[str, Field(min_length=1, max_length=600)]
    due_again: Seconds | None = None
    """For how long an approval counts at most."""
    sections: Annotated[tuple[SectionBlock, ...], Field(min_length=1, max_length=MAX_SECTIONS)]

    @model_validator(mode="after")
    def _names_of_their_own(self) -> Self:
        names = [name for section in self.sections for name in section.fields]
        if repeated := [name for name in names if names.count(name) > 1]:
            raise wrong(f"two fields have the name “{repeated[0]}”", "give each its own name")
        titles = [field.title.casefold() for section in self.sections for field in section.fields.values()]
        headings = [*titles, *(one.title.casefold() for one in self.sections), self.title.casefold()]
        if repeated := [title for title in headings if headings.count(title) > 1]:
            raise wrong(f"the title “{repeated[0]}” is there twice", "give each field and section its own")
        if len(names) > MAX_FIELDS:
            raise wrong(f"the template has {len(names)} fields", f"use at most {MAX_FIELDS}")
        return self

    def terms(self) -> TemplateTerms:
        """What is kept of it with a document."""
        sections = tuple(
            SectionTerms(
                title=one.title, fields=tuple(field.terms(name) for name, field in one.fields.items())
            )
            for one in self.sections
        )
        return TemplateTerms(
            name=self.template,
            title=self.title,
            about=self.about,
            description=" ".join(self.description.split()),
            sections=sections,
            due_again=self.due_again,
        )


class DocumentRule(Block):
    """Who writes and approves the documents of one template; what is left out, the service's own rule says."""

    writers: Names | None = None
    """Who may write them; without it whoever may propose a release of the service."""
    approvers: Names | None = None
    """Who approves them; without it whoever approves the service's releases."""
    quorum: Annotated[int, Field(ge=1, le=20)] = 1
    due_again: Seconds | None = None
    """For how long an approval counts at most; without it what the template says."""


class DocumentsFile(Block):
    """`documents.yaml`: rules by the names of templates."""

    documents: Annotated[dict[Name, DocumentRule], Field(min_length=1, max_length=200)]
