"""The YAML of `tiers.yaml`: the risk tiers of services, and the questionnaire that leads to them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from workflows.policy.fields import Line, Name, Seconds, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.gates import GateBlock
from workflows.policy.schema.rules import Stage

MAX_TIERS = 6
MAX_CONDITIONS_OF_A_TIER = 8


class TierBlock(Block):
    """One tier: which answers lead to it, and what it asks for besides the tiers below it."""

    name: Name
    title: Line
    when: Annotated[tuple[str, ...], Field(max_length=MAX_CONDITIONS_OF_A_TIER)] = ()
    """CEL over `inputs`: any of them that is true leads here."""
    due_again: Seconds
    """How long approved answers count in this tier."""
    gates: tuple[GateBlock, ...] = ()
    stages: tuple[Stage, ...] = ()


class TiersFile(Block):
    """`tiers.yaml`. The tiers are listed from the lowest to the highest."""

    questionnaire: Name
    """A template; its required fields are what conditions can look at."""
    tiers: Annotated[tuple[TierBlock, ...], Field(min_length=2, max_length=MAX_TIERS)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        names = [one.name for one in self.tiers]
        if repeated := [name for name in names if names.count(name) > 1]:
            raise wrong(f"two tiers have the name “{repeated[0]}”", "give each its own name")
        lowest, *higher = self.tiers
        if lowest.when:
            what = f"“{lowest.name}” is the lowest tier, in which a service is when nothing leads higher"
            raise wrong(what, "remove its “when”, or put a lower tier before it")
        for below, tier in zip(self.tiers, higher, strict=False):
            if not tier.when:
                raise wrong(
                    f"nothing leads to the tier “{tier.name}”", "add when: with at least one condition"
                )
            if tier.due_again > below.due_again:
                what = f"answers in “{tier.name}” would count longer than in “{below.name}”, which is lower"
                raise wrong(what, f"make its due_again at most that of “{below.name}”")
        return self
