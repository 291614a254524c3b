"""Free text: one line, or several paragraphs. It is kept as typed, and shown as text and nothing else."""

from workflows.policy.template_fields.kind import FieldKind
from workflows.policy.terms.documents import FieldTerms
from workflows.text import is_text

MAX_LINE_CHARS = 300
MAX_PROSE_CHARS = 3_000
"""As many as an input of Slack's windows takes: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element."""


def _read_line(field: FieldTerms, typed: str) -> str | None:
    return typed if typed.isprintable() and len(typed) <= MAX_LINE_CHARS else None


def _read_prose(field: FieldTerms, typed: str) -> str | None:
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    return text if is_text(text) and len(text) <= MAX_PROSE_CHARS else None


LINE = FieldKind("line", _read_line, lambda field: f"Enter one line of at most {MAX_LINE_CHARS} characters.")
PROSE = FieldKind(
    "prose",
    _read_prose,
    lambda field: f"Enter at most {MAX_PROSE_CHARS:,} characters.",
    multiline=True,
)
