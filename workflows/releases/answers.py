"""The answers to a service's risk questionnaire, read as the document they are."""

from collections.abc import Mapping

from workflows.ledger.repository import Repository
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.terms.tiers import TieringTerms
from workflows.releases.evidence import Answers, Evidence
from workflows.system.documents.approved import approved_text, open_text
from workflows.system.documents.state import Document, document_id


async def with_answers(reads: Repository, terms: ReleaseTerms, evidence: Evidence) -> Evidence:
    """The evidence with the answers that were approved last, and with those that aren't approved yet.

    Unchanged if the service has no tiers. Both are read at once: what is approved meanwhile is in one of them.
    """
    if terms.tiering is None:
        return evidence
    document = await reads.find(Document, document_id(terms.tiering.questionnaire, terms.service))
    if document is None:
        return evidence
    approved, draft = _approved(document, terms.tiering), _draft(document, terms.tiering)
    drafts = () if draft is None else (draft,)
    return evidence.model_copy(update={"approved_answers": approved, "draft_answers": drafts})


def _approved(document: Document, tiering: TieringTerms) -> Answers | None:
    text = approved_text(document)
    if text is None:
        return None
    return Answers(
        document=text.document,
        digest=text.digest,
        questionnaire_digest=text.template.digest,
        values=_asked(text.fields, tiering),
        authors=text.authors,
        approved_by=text.approved_by,
        approved_at=text.approved_at,
        expires_at=text.expires_at,
    )


def _draft(document: Document, tiering: TieringTerms) -> Answers | None:
    text = open_text(document)
    if text is None:
        return None
    return Answers(
        document=text.document,
        digest=text.digest,
        questionnaire_digest=text.template.digest,
        values=_asked(text.fields, tiering),
        authors=text.authors,
    )


def _asked(fields: Mapping[str, str], tiering: TieringTerms) -> dict[str, str]:
    """What conditions can look at: whatever else a document says stays where it can be erased."""
    asked = {one.name for one in tiering.questions}
    return {name: value for name, value in fields.items() if name in asked}
