"""The YAML of `duties.yaml` as models: what nobody may have together."""

from typing import Annotated

from pydantic import Field

from workflows.policy.fields import Line, Name, Names
from workflows.policy.schema.rules import Block


class SeparateDuties(Block):
    """Entitlements of which nobody may have two at the same time."""

    name: Name
    entitlements: Annotated[Names, Field(min_length=2, max_length=20)]
    because: Line


class DutiesFile(Block):
    """`duties.yaml`."""

    separate_duties: Annotated[tuple[SeparateDuties, ...], Field(min_length=1, max_length=200)]
