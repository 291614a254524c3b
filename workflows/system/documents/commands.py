"""What can be asked of a document: by its writers and approvers, and by Daypass itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workflows.system.documents.state import Verdict
from workflows.workflow import Command, TimePassed


@dataclass(frozen=True)
class WriteDocument(Command):
    """Write its text, complete or not. `subject` is `document_id` of the same template, service and version.

    `base` is the digest of the text that the writer began with; empty if there was none, None to write over any.
    """

    template: str
    service: str
    version: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    due: date | None = None
    base: str | None = None


@dataclass(frozen=True)
class SubmitDocument(Command):
    """Ask for its approval. `digest` is of the text that was shown."""

    digest: str


@dataclass(frozen=True)
class ReviewDocument(Command):
    """Approve the text that was shown, or send it back with a reason."""

    verdict: Verdict
    digest: str
    reason: str | None = None


@dataclass(frozen=True)
class DiscardDraft(Command):
    """Drop what isn't approved; an approved text stays as it is."""

    waits_in_doubt = False


DocumentCommand = WriteDocument | SubmitDocument | ReviewDocument | DiscardDraft | TimePassed
