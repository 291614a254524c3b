"""What a policy may say of a pager: whom an incident of some severity calls, outside Slack."""

from typing import Self

from pydantic import model_validator

from workflows.policy.fields import Line, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.services import Url

KINDS = ("webhook",)
"""The fields that say what kind of pager it is."""


class PagerBlock(Block):
    """One pager. It has exactly one kind."""

    title: Line
    webhook: Url | None = None

    @property
    def kind(self) -> str:
        """The field that says what it is."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(getattr(self, name) is not None for name in KINDS) != 1:
            raise wrong(f"a pager needs exactly one of {', '.join(KINDS)}", "keep one of them")
        return self
