"""What the blocks of a bundle's YAML have in common, and the one that several of them hold."""

from pydantic import BaseModel, ConfigDict

from workflows.policy.fields import Names, Seconds


class Block(BaseModel):
    """Frozen, and refuses fields it doesn't know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Escalation(Block):
    """After so long without a decision these groups may decide as well."""

    after: Seconds
    to: Names
