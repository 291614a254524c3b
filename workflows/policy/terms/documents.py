"""What a document has to say, and who writes and approves it: plain data, kept as JSON with the document."""

import hashlib
from typing import Literal

import rfc8785

from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.snapshot import Snapshot

FieldType = Literal["choice", "number", "text", "date", "yes-no", "line", "prose", "thresholds"]
About = Literal["service", "version"]
"""Whether one document holds for a service, or each version of it needs its own."""


class FieldTerms(Snapshot):
    """One field of a template. Which bounds count depends on its type, as for an input."""

    name: str
    title: str
    type: FieldType
    hint: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    pattern: str = ""
    earliest: str = ""
    latest: str = ""

    def as_input(self) -> InputTerms:
        """The same as an input of an entitlement, for the types that both have. Raises ValueError for any other."""
        kept = self.model_dump(exclude={"required"})
        return InputTerms.model_validate(kept)


class SectionTerms(Snapshot):
    """Fields under one heading."""

    title: str
    fields: tuple[FieldTerms, ...]


class TemplateTerms(Snapshot):
    """A form of documents. `due_again`: for how many seconds an approval counts at most; None without an end."""

    name: str
    title: str
    about: About
    description: str
    sections: tuple[SectionTerms, ...]
    due_again: int | None = None

    @property
    def fields(self) -> tuple[FieldTerms, ...]:
        """All fields, in their order."""
        return tuple(field for section in self.sections for field in section.fields)

    @property
    def digest(self) -> str:
        """SHA-256 in hex over its canonical form (RFC 8785); fields at their defaults are left out."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json", exclude_defaults=True))).hexdigest()

    def field(self, name: str) -> FieldTerms | None:
        """The field of this name, if there is one."""
        return next((one for one in self.fields if one.name == name), None)


class DocumentTerms(Snapshot):
    """What holds for one document. `writers` are groups, `stages` who approves, `digest` the policy's."""

    template: TemplateTerms
    service: str
    writers: tuple[str, ...]
    stages: tuple[StageTerms, ...]
    rule: str
    digest: str
    due_again: int | None = None
    """For how many seconds an approval counts at most."""

    def same_rules(self, other: "DocumentTerms") -> bool:
        """Whether they differ in nothing but the digest of the bundle and the place in it."""
        left_out = {"rule", "digest"}
        return self.model_dump(exclude=left_out) == other.model_dump(exclude=left_out)
