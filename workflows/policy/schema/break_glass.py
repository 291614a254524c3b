"""What a rule may say of break-glass: access taken at once, without approval, and reviewed afterwards."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Name, Names, Seconds
from workflows.policy.schema.block import Block, Escalation


class BreakGlassReviewBlock(Block):
    """Approvers of the rule's stages may review, and so may these groups; nobody reviews what they took."""

    reviewers: Names | None = None
    within: Seconds | None = None
    """Counted from the end of the access."""
    escalate: Escalation | None = None


class BreakGlassIncidentBlock(Block):
    """The incident that it opens, or joins if one is open on the same service."""

    severity: Name
    service: Name | None = None


class BreakGlassBlock(Block):
    """What a level says of it; what it leaves out, the level above says."""

    allowed: bool | None = None
    """False: nobody may, whatever a level below says."""
    taken_by: Names | None = None
    longest: Seconds | None = None
    min_length: Annotated[int, Field(ge=1, le=2_000)] | None = None
    """Of the reason, in characters."""
    channel: Name | None = None
    """Where it is announced: a name under `channels` in daypass.yaml."""
    after_denial: Seconds | None = None
    """For how long nobody may take what they were denied."""
    most_unreviewed: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many of one person's may wait for their review at once."""
    review: BreakGlassReviewBlock | None = None
    incident: BreakGlassIncidentBlock | None = None
