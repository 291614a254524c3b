"""What a service may say of exceptions: which of its gates may be excepted, who grants that, and who reviews it afterwards."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Name, Names, Seconds
from workflows.policy.schema.block import Block


class ExceptionReviewBlock(Block):
    """Nobody reviews an exception that they asked for or granted, or of a version that they made."""

    reviewers: Names
    within: Seconds
    """Counted from when the release went live."""


class ExceptionsBlock(Block):
    """A release with an exception needs one more approver, out of `granted_by`."""

    gates: Names
    """By their names in this service."""
    granted_by: Names
    channel: Name | None = None
    """Where whoever may grant it sees the card: a name under `channels` in daypass.yaml; `approvals` unless said."""
    longest: Seconds = 86_400
    """How long an exception holds."""
    min_length: Annotated[int, Field(ge=1, le=500)] = 20
    """Of the reason, in characters."""
    review: ExceptionReviewBlock
