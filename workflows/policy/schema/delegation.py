"""The YAML of `delegation.yaml` as models: which approvers may ask whom to decide for them, and for how long."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Names, Seconds
from workflows.policy.schema.block import Block

LONGEST = 1_209_600


class DelegationRule(Block):
    """Approvers of these groups may ask a member of the others to decide for them."""

    groups: Names
    to: Names
    max: Seconds = LONGEST
    """For how long at most."""


class Delegation(Block):
    """Without a rule nobody decides for anyone."""

    rules: Annotated[tuple[DelegationRule, ...], Field(max_length=100)] = ()


class DelegationFile(Block):
    """`delegation.yaml`."""

    delegation: Delegation
