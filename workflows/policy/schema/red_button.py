"""The YAML of `red-button.yaml` as models: who may end everything at once."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from workflows.policy.fields import Names, Seconds, wrong
from workflows.policy.schema.rules import Block

REFUSES_FOR = 28_800


class RedButtonRule(Block):
    """Whose members may stop what: everything, people included, or these resources and entitlements."""

    groups: Names
    everything: bool = False
    resources: Names | tuple[()] = ()

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if self.everything == bool(self.resources):
            raise wrong("a rule needs exactly one of “everything: true” and “resources”", "keep one of them")
        return self


class RedButton(Block):
    """Whoever it is, may always stop what is their own."""

    refuses_for: Seconds = REFUSES_FOR
    """How long nothing new is given, unless the stop is lifted before."""
    rules: Annotated[tuple[RedButtonRule, ...], Field(max_length=100)] = ()


class RedButtonFile(Block):
    """`red-button.yaml`."""

    red_button: RedButton
