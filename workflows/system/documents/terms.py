"""What holds for a document under a bundle: its template, who writes it, and who approves it."""

from workflows.policy.bundle import Bundle
from workflows.policy.schema.templates import DocumentRule
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.documents import DocumentTerms
from workflows.policy.terms.releases import ReleaseTerms

STAGE = "document"
"""The name of the one stage in which documents are approved."""


def document_terms(bundle: Bundle, template: str, service: str) -> DocumentTerms | None:
    """The terms of documents of this template about this service; None if the bundle has no such template or service."""
    form, release = bundle.templates.get(template), bundle.services.get(service)
    if form is None or release is None:
        return None
    rule = bundle.document_rules.get(template, DocumentRule())
    stage = StageTerms(
        name=STAGE,
        approvers=rule.approvers or _release_approvers(release),
        quorum=rule.quorum,
        channel=release.stages[0].channel,
    )
    return DocumentTerms(
        template=form,
        service=service,
        writers=rule.writers or release.eligible,
        stages=(stage,),
        due_again=_shorter(rule.due_again, form.due_again),
        rule=f"documents › {template} › {service}",
        digest=bundle.digest,
    )


def _release_approvers(release: ReleaseTerms) -> tuple[str, ...]:
    return tuple(dict.fromkeys(group for stage in release.stages for group in stage.approvers))


def _shorter(one: int | None, other: int | None) -> int | None:
    return min((seconds for seconds in (one, other) if seconds is not None), default=None)
