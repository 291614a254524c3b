"""Why a document isn't written, submitted or decided."""

from collections.abc import Mapping

from workflows.system.documents.values import MAX_CONTENT_CHARS
from workflows.workflow import Refused

UNKNOWN = Refused("unknown", "Document not found.")
NO_TEMPLATE = Refused(
    "unknown-template", "There is no such template.", fields={"template": "Pick a template."}
)
NO_SERVICE = Refused("unknown-service", "There is no such service.", fields={"service": "Pick a service."})
NO_VERSION = Refused(
    "version",
    "This template is about one version. Say which one.",
    fields={"version": "Use letters, digits and . _ + -, at most 60."},
)
NO_VERSION_ASKED = Refused(
    "version",
    "This template is about the whole service. Leave out the version.",
    fields={"version": "Leave this out."},
)
OTHER_SUBJECT = Refused("other-subject", "That is another document's id.")
NOT_A_WRITER = Refused("not-a-writer", "You can't write this document. Its rule names who can.")
PAST_DUE = Refused(
    "past", "The last day has to be in the future, and within ten years.", fields={"due": "Pick a later day."}
)
TOO_LONG = Refused(
    "too-long", f"The document is too long. Keep it within {MAX_CONTENT_CHARS:,} characters in all."
)
STALE = Refused(
    "stale",
    "Someone changed this document meanwhile, so nothing was saved. Open it again and repeat your change.",
)
TEMPLATE_CHANGED = Refused(
    "template-changed", "The template has changed. Open the draft, check it, and save it again."
)
NOTHING_WRITTEN = Refused("nothing-written", "There is no draft. Write one first.")
TOO_FEW_APPROVERS = Refused(
    "too-few-approvers",
    "Not enough eligible approvers: authors can't approve. Ask for more people in the approvers' groups.",
)
OWN = Refused(
    "own-document", "You wrote some of this document, so you can't decide on it. Someone else has to."
)
NOT_SUBMITTED = Refused("draft", "This document is still a draft. Its authors have to submit it first.")
NO_REASON = Refused(
    "reason-missing", "Say what has to change.", fields={"reason": "Say what has to change, in a sentence."}
)
NO_TEXT = Refused(
    "text",
    "The reason has invalid characters, or more than 1,000.",
    fields={"reason": "At most 1,000 characters."},
)
NEVER_LAPSES = Refused("lapsed", "This document has expired.")


def invalid(problems: Mapping[str, str]) -> Refused:
    """Values that the template doesn't allow."""
    told = list(problems.values())
    more = f" And {len(told) - 3} more." if len(told) > 3 else ""
    return Refused("invalid", " ".join(told[:3]) + more, fields=problems)


def incomplete(missing: tuple[str, ...], sentence: str) -> Refused:
    """Required fields that say nothing."""
    return Refused("incomplete", sentence, fields=dict.fromkeys(missing, "Fill this in."))
