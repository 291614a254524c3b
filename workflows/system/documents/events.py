"""What can happen to a document: the events that its log is made of."""

from datetime import date, datetime
from typing import Any

from workflows.approval.staged import DelegatedBy
from workflows.policy.terms.documents import DocumentTerms
from workflows.system.documents.state import Verdict
from workflows.workflow import Event


class Drafted(Event):
    """A text was begun, the document's first or a later one. `carried` wrote what it takes over from the approved text."""

    action = "drafted"
    texts = frozenset({"content"})
    id: str
    service: str
    version: str
    number: int
    terms: DocumentTerms
    content: str
    digest: str
    author: str
    behind: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    due: date | None = None
    at: datetime


class Revised(Event):
    """The text that isn't approved was changed; it is a draft again."""

    action = "revised"
    texts = frozenset({"content"})
    terms: DocumentTerms
    content: str
    digest: str
    author: str
    behind: tuple[str, ...] = ()
    due: date | None = None
    at: datetime


class Submitted(Event):
    """Its approval is asked for, under these terms; `deciders` are who could approve it, or the first of them."""

    action = "submitted"
    by: str
    terms: DocumentTerms
    digest: str
    deciders: tuple[str, ...]
    at: datetime


class TermsRevised(Event):
    """The policy changed while it was in review: earlier approvals are void. With another template it is a draft again."""

    action = "terms-revised"
    terms: DocumentTerms
    digest: str


class Reviewed(Event):
    """An approver approved the text, or sent it back. `seen` is what the decision went by."""

    action = "reviewed"
    texts = frozenset({"reason"})
    reviewer: str
    verdict: Verdict
    reason: str | None = None
    digest: str
    round: int
    delegated_by: tuple[DelegatedBy, ...] = ()
    at: datetime
    seen: dict[str, Any]


class Approved(Event):
    """The last approval arrived: this text counts from now on."""

    action = "approved"
    digest: str
    expires_at: datetime | None = None
    at: datetime


class SentBack(Event):
    """An approver sent it back: it is a draft again."""

    action = "sent-back"
    at: datetime


class Discarded(Event):
    """What wasn't approved was dropped."""

    action = "discarded"
    by: str
    at: datetime


class Expired(Event):
    """The approved text no longer counts: it was due to be written and approved again."""

    action = "expired"
    number: int
    at: datetime


DocumentEvent = (
    Drafted | Revised | Submitted | TermsRevised | Reviewed | Approved | SentBack | Discarded | Expired
)
