"""What an exception of a release has to meet: plain data, kept as JSON with the release's terms."""

from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.snapshot import Snapshot

STAGE = "exception"
"""The name of the stage that a release with an exception needs besides its own."""


class ExceptionTerms(Snapshot):
    """`gates` are names of gates that may be excepted; times are seconds."""

    gates: tuple[str, ...]
    stage: StageTerms
    """What the release needs besides, as long as it has an exception."""
    longest: int
    """How long an exception holds."""
    min_length: int
    """Of the reason, in characters."""
    reviewers: tuple[str, ...]
    review_within: int
    """Counted from when the release went live."""
