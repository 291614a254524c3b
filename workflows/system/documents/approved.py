"""Approved documents, for what rests on them: releases, and the tiers of services."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.policy.terms.documents import TemplateTerms
from workflows.system.documents.state import OPEN, Document, document_id


@dataclass(frozen=True)
class ApprovedDocument:
    """The text of a document that was approved last, whatever has been written since.

    `digest` is what its approval is bound to: its text, its template, its rule and its last day. `template` is as it was
    then. It may have expired: see `counts_at`.
    """

    document: str
    """Its subject in the log."""
    service: str
    version: str
    """The release's version that it is about; empty if it is about the service."""
    number: int
    digest: str
    template: TemplateTerms
    fields: Mapping[str, str]
    """What it says, by field, as recorded."""
    authors: tuple[str, ...]
    approved_by: tuple[str, ...]
    approved_at: datetime
    expires_at: datetime | None
    """None: it counts without an end."""

    def counts_at(self, now: datetime) -> bool:
        """Whether it hasn't expired."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True)
class OpenText:
    """A text that isn't approved: a draft, or in review (`pending`)."""

    document: str
    number: int
    digest: str
    template: TemplateTerms
    fields: Mapping[str, str]
    authors: tuple[str, ...]
    pending: bool


class States(Protocol):
    """Where the states of documents are read: `workflows.ledger.repository.Repository`."""

    async def find(self, kind: type[Document], subject: str) -> Document | None:
        """The document of this id, if there is one."""


class ApprovedDocuments:
    """Reads what was approved. What is only a draft, or in review, is never among it."""

    def __init__(self, reads: States) -> None:
        self._reads = reads

    async def find(self, template: str, service: str, version: str = "") -> ApprovedDocument | None:
        """The approved document of this template about the service, or about this version of it; None if there is none.

        It may have expired.
        """
        found = await self._reads.find(Document, document_id(template, service, version))
        return approved_text(found) if found else None

    async def find_open(self, template: str, service: str, version: str = "") -> OpenText | None:
        """What is written there at present and isn't approved; None if nothing is."""
        found = await self._reads.find(Document, document_id(template, service, version))
        return open_text(found) if found else None


def approved_text(state: Document) -> ApprovedDocument | None:
    """What of the document was approved last; None if nothing was."""
    text = state.approved
    if text is None:
        return None
    return ApprovedDocument(
        document=state.id,
        service=state.service,
        version=state.version,
        number=text.number,
        digest=text.digest,
        template=text.template,
        fields=text.values,
        authors=text.authors,
        approved_by=text.approved_by,
        approved_at=text.approved_at,
        expires_at=text.expires_at,
    )


def open_text(state: Document) -> OpenText | None:
    """What of the document isn't approved; None if all of it is."""
    if state.status not in OPEN:
        return None
    return OpenText(
        document=state.id,
        number=state.number,
        digest=state.digest,
        template=state.terms.template,
        fields=state.values,
        authors=state.authors,
        pending=state.status == "pending",
    )
