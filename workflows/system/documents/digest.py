"""What an approval of a document is bound to."""

import hashlib
from datetime import date

import rfc8785
from pydantic import JsonValue

from workflows.policy.terms.documents import DocumentTerms


def document_digest(
    subject: str, version: str, number: int, terms: DocumentTerms, content: str, due: date | None
) -> str:
    """SHA-256 in hex (RFC 8785) over all that its approvers see: its text, its template, its rule, its last day."""
    bound: dict[str, JsonValue] = {
        "document": subject,
        "service": terms.service,
        "version": version,
        "number": number,
        "template": [terms.template.name, terms.template.digest],
        "stages": [one.model_dump(mode="json", exclude_defaults=True) for one in terms.stages],
        "due_again": terms.due_again,
        "due": due.isoformat() if due else None,
        "content": content,
    }
    return hashlib.sha256(rfc8785.dumps(bound)).hexdigest()
