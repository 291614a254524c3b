"""The YAML of `goals.yaml` as models: what the company aims at, month by month."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Seconds
from workflows.policy.schema.block import Block

Percent = Annotated[int, Field(ge=0, le=100)]


class Goals(Block):
    """What the figures of a month are compared with. A measure without a goal is shown all the same."""

    decided_within: Seconds | None = None
    """In which half of the requests that someone decides are decided."""
    confirmed_within: Seconds | None = None
    """After its end, in which 95 of 100 grants are confirmed gone."""
    unused_at_most: Percent | None = None
    """The share of grants under which nobody takes a credential."""
    break_glass_reviewed: Percent | None = None
    """The share of break-glass access that is reviewed."""
    rolled_back_at_most: Percent | None = None
    """The share of releases that are rolled back."""
    acknowledged_within: Seconds | None = None
    """In which half of the incidents of each severity are acknowledged."""


class GoalsFile(Block):
    """`goals.yaml`."""

    goals: Goals
