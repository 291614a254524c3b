"""What is approved of the documents that gates ask for, about the service or about the version."""

from collections.abc import Sequence

from workflows.ledger.repository import Repository
from workflows.policy.schema.gates import GateTerms
from workflows.policy.template_fields.thresholds import thresholds_in
from workflows.releases.evidence import DocumentEvidence, Evidence
from workflows.system.documents.approved import ApprovedDocument, ApprovedDocuments


async def with_documents(
    reads: Repository, gates: Sequence[GateTerms], service: str, version: str, evidence: Evidence
) -> Evidence:
    """The evidence with the documents that these gates ask about; unchanged if they ask for none."""
    templates = sorted({gate.template for gate in gates if gate.template})
    if not templates:
        return evidence
    approved = ApprovedDocuments(reads)
    found: list[DocumentEvidence] = []
    for template in templates:
        for about in (version, ""):
            document = await approved.find(template, service, about)
            if document:
                found.append(document_evidence(document))
                break
    return evidence.model_copy(update={"documents": tuple(found)})


def document_evidence(document: ApprovedDocument) -> DocumentEvidence:
    """What a gate goes by, and an approval is bound to."""
    return DocumentEvidence(
        document=document.document,
        template=document.template.name,
        title=document.template.title,
        number=document.number,
        digest=document.digest,
        approved_at=document.approved_at,
        expires_at=document.expires_at,
        thresholds=_thresholds(document),
    )


def _thresholds(document: ApprovedDocument) -> int | None:
    fields = [one.name for one in document.template.fields if one.type == "thresholds"]
    if not fields:
        return None
    return sum(len(thresholds_in(document.fields.get(name, ""))) for name in fields)
