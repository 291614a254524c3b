"""The YAML of a bundle's own tests of its risk tiers: given these answers, expect that tier."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Line, Name, Names
from workflows.policy.schema.block import Block
from workflows.policy.schema.inputs import InputName, Typed


class ExpectedTier(Block):
    tier: Name
    gates: Names | None = None
    """All gates of a release in it."""
    approvals: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many a release needs, of all stages together."""


class TierTest(Block):
    name: Line
    service: Name
    answers: Annotated[dict[InputName, Typed], Field(default_factory=dict)]
    expect: ExpectedTier
