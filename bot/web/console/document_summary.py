"""What stands above a document's history, and its texts as rows of a page."""

from bot.web.console import texts
from bot.web.console.summary import Fact, Summary, Tone, names_of
from workflows.narrative import Said
from workflows.policy.terms.documents import TemplateTerms
from workflows.ports import Directory
from workflows.system.documents.state import Document, Status, read_content

SectionRows = tuple[str, list[tuple[str, str]]]
"""A section's title, and each field's title with what it says."""
_TONES: dict[Status, Tone] = {"draft": "waits", "pending": "waits", "approved": "good", "expired": "bad"}


def document_summary(state: Document, directory: Directory) -> Summary:
    """The summary of a document."""
    approved = state.approved
    facts = [
        Fact("Service", f"{state.service} {state.version}".strip()),
        Fact("Text", str(state.number)),
        Fact("Authors", names_of(state.authors, directory)),
        Fact("Changed", state.changed_at),
        *([Fact("Counts until", state.due.isoformat())] if state.due else []),
        *([Fact("Approved text", str(approved.number))] if approved else []),
        *([Fact("Approved by", names_of(approved.approved_by, directory))] if approved else []),
        *([Fact("Approved", approved.approved_at)] if approved else []),
        *([Fact("Due again", approved.expires_at)] if approved and approved.expires_at else []),
        *([Fact("Digest", approved.digest)] if approved else []),
    ]
    return Summary(
        subject=state.id,
        kind="Document",
        title=texts.DOCUMENT_OF.format(title=state.terms.template.title, service=state.service),
        status="in review" if state.status == "pending" else state.status,
        tone=_TONES.get(state.status, "over"),
        facts=tuple(facts),
        said=(Said("Sent back", state.reason),) if state.reason else (),
        rule=state.terms.rule,
        policy=state.terms.digest,
    )


def section_rows(template: TemplateTerms, content: str) -> list[SectionRows]:
    """What a text says, section by section."""
    values = read_content(content)
    return [
        (section.title, [(field.title, values.get(field.name, "–")) for field in section.fields])
        for section in template.sections
    ]
