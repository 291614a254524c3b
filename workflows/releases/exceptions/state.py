"""What is known of a release's exceptions: from which gate, why, until when, and what came of their review."""

from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from workflows.policy.terms.exceptions import STAGE, ExceptionTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.workflow import Part

AWAITED = "exception-review"
"""What a release awaits that went live with an exception, whatever its status, until somebody has reviewed it."""

ExceptionVerdict = Literal["justified", "unjustified"]


class GateException(Part):
    """One gate that may fail as it did when this was asked, and in no other way."""

    gate: str
    cause: str
    """The digest of how the gate failed."""
    by: str
    reason: str
    at: datetime
    until: datetime

    @property
    def bound(self) -> JsonValue:
        """What an approval's evidence has of it: all but the words, which the release's own digest has."""
        return [self.gate, self.cause, self.by, self.at.isoformat(), self.until.isoformat()]


class ExceptionReview(Part):
    """What whoever reviewed it found, once they did; `by` which moment it was due."""

    due_at: datetime
    reviewer: str | None = None
    verdict: ExceptionVerdict | None = None
    reason: str | None = None
    at: datetime | None = None
    overdue: bool = False

    @property
    def is_open(self) -> bool:
        return self.verdict is None


def with_stage(terms: ReleaseTerms) -> ReleaseTerms:
    """The terms with the stage that an exception needs besides."""
    exceptions: ExceptionTerms | None = terms.exceptions
    if exceptions is None or any(one.name == STAGE for one in terms.stages):
        return terms
    return terms.model_copy(update={"stages": (*terms.stages, exceptions.stage)})
