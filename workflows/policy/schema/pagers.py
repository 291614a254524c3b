"""What a policy may say of a pager: whom an incident of some severity calls, outside Slack."""

from collections.abc import Collection, Iterator, Mapping
from typing import Self

from pydantic import model_validator

from workflows.policy.document import Document
from workflows.policy.fields import Line, Name, wrong
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.block import Block
from workflows.policy.schema.services import Url

KINDS = ("webhook",)
"""The fields that say what kind of pager it is."""


class PagerBlock(Block):
    """One pager. It has exactly one kind."""

    title: Line
    webhook: Url | None = None
    on_call: Name | None = None
    """A schedule: the page says who is on call by it."""

    @property
    def kind(self) -> str:
        """The field that says what it is."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(getattr(self, name) is not None for name in KINDS) != 1:
            raise wrong(f"a pager needs exactly one of {', '.join(KINDS)}", "keep one of them")
        return self


def unknown_schedules_of_pagers(
    document: Document, pagers: Mapping[str, PagerBlock], schedules: Collection[str]
) -> Iterator[Problem]:
    """Pagers that say who is on call by a schedule that nobody defined."""
    for name, pager in pagers.items():
        if pager.on_call is not None and pager.on_call not in schedules:
            where = ("pagers", name, "on_call")
            yield document.problem(where, *undefined("on-call schedule", pager.on_call, schedules))
