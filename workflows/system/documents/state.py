"""A document as its events have made it: what is written at present, and what was approved last."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

from workflows.approval.staged import DelegatedBy
from workflows.policy.terms.documents import DocumentTerms, TemplateTerms
from workflows.ports import Directory
from workflows.workflow import Part, State, derived

KIND = "doc"
NAME = "document"
Verdict = Literal["approve", "send-back"]
Status = Literal["draft", "pending", "approved", "expired", "discarded"]
EVERY: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("draft", "pending")
"""Statuses in which something is written that isn't approved."""
APPROVABLE: tuple[Status, ...] = ("draft", "pending", "approved")
"""Statuses in which an approved text can be in force beside what is written at present."""
TYPED: dict[str, Any] = {"content": True, "reason": True, "approved": {"content"}}
"""What of a document people typed, as pydantic's `exclude` takes it."""
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Review(Part):
    """One approver's verdict on the digest that they were shown."""

    reviewer: str
    verdict: Verdict
    at: datetime
    digest: str
    delegated_by: tuple[DelegatedBy, ...] = ()
    signed: bool = False


class ApprovedText(Part):
    """The text that was approved last, and until when it counts (None: without an end)."""

    number: int
    digest: str
    template: TemplateTerms
    content: str
    authors: tuple[str, ...]
    approved_by: tuple[str, ...]
    approved_at: datetime
    expires_at: datetime | None = None
    over: bool = False
    """Whether it was said that it has expired."""

    @property
    def values(self) -> Mapping[str, str]:
        """What it says, by field."""
        return read_content(self.content)

    def counts_at(self, now: datetime) -> bool:
        """Whether it hasn't expired."""
        return self.expires_at is None or now < self.expires_at


class Document(State):
    """One document about a service, or about one version of it; `content` is what its present number says.

    `number` counts the texts that were begun. `digest` is of all that an approver sees of the present one.
    """

    status: Status
    owner: str
    service: str
    version: str = ""
    """The release's version that it is about; empty if it is about the service."""
    number: int
    terms: DocumentTerms
    content: str
    digest: str
    authors: tuple[str, ...]
    """Whoever wrote some of the present text, and who answered for the machines among them."""
    due: date | None = None
    """The last day on which it is to count, as its authors say."""
    at: datetime
    changed_at: datetime
    round: int = 0
    """Counts how often reviews were dropped."""
    reviews: tuple[Review, ...] = ()
    reason: str | None = None
    """Why it was sent back last."""
    approved: ApprovedText | None = None

    @property
    def values(self) -> Mapping[str, str]:
        """What the present text says, by field."""
        return read_content(self.content)

    @property
    def requester(self) -> str:
        return self.owner

    @property
    def begun_at(self) -> datetime:
        return self.changed_at

    @property
    def lapses_at(self) -> datetime:
        """A text waits for its approval without an end."""
        return _NEVER

    @property
    def escalated(self) -> tuple[str, ...]:
        return ()

    @property
    def stuck(self) -> tuple[str, ...]:
        return ()

    @property
    def votes(self) -> list[tuple[str, Literal["approve", "deny"], str]]:
        """The reviews of the present digest, as a quorum is counted from them."""
        return [
            (one.reviewer, "approve" if one.verdict == "approve" else "deny", "")
            for one in self.reviews
            if one.digest == self.digest
        ]

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts of its authors."""
        return directory.all_who_may_be(self.authors)

    def expiry(self, now: datetime) -> datetime | None:
        """When an approval of `now` expires: after its last day, or when its terms say, whichever comes first."""
        ends = [now + timedelta(seconds=self.terms.due_again)] if self.terms.due_again else []
        if self.due:
            ends.append(datetime.combine(self.due + timedelta(days=1), time(), UTC))
        return min(ends, default=None)


def document_id(template: str, service: str, version: str = "") -> str:
    """The id of the one document of this template about this service, or about this version of it."""
    return derived(KIND, _SINCE, template, service, version)


def write_content(values: Mapping[str, str]) -> str:
    """The values as the text that is kept: JSON, by field."""
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True)


def read_content(content: str) -> Mapping[str, str]:
    """The values of a kept text; none of one that was erased."""
    try:
        read = json.loads(content)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}
