"""What a policy may say of an input of an entitlement: which fields each type takes, and what they have to be."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import Line, no_repeats, shaped, wrong
from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.inputs.date import read_day
from workflows.policy.inputs.pattern import MAX_PATTERN_CHARS, compiled, is_safe
from workflows.policy.inputs.pattern_syntax import PatternError
from workflows.policy.schema.block import Block
from workflows.policy.terms.inputs import InputTerms, InputType

MAX_INPUTS = 6
"""Of one entitlement: all of them stand in the form and on the card."""
MAX_OPTIONS = 40
MAX_TITLE_CHARS = 60
MAX_OPTION_CHARS = 60


def _option(text: str) -> str:
    if len(text) > MAX_OPTION_CHARS or not is_safe(text):
        meant = f"use at most {MAX_OPTION_CHARS} letters, digits and single . _ : @ -, beginning with a letter, digit or _"
        raise wrong(f"“{text[:MAX_OPTION_CHARS]}” can't be an option", meant)
    return text


def _pattern(text: str) -> str:
    try:
        compiled(text)
    except PatternError as error:
        raise wrong(error.what, error.meant) from None
    return text


def _day(text: str) -> str:
    if read_day(text) is None:
        raise wrong(f"“{text[:20]}” isn't a date", "write it like 2026-12-31")
    return text


InputName = Annotated[
    str, shaped(r"[a-z][a-z0-9_]{0,29}", "use lowercase letters, digits and underscores, at most 30")
]
Option = Annotated[str, AfterValidator(_option)]
Pattern = Annotated[str, Field(min_length=1, max_length=MAX_PATTERN_CHARS), AfterValidator(_pattern)]
Day = Annotated[str, AfterValidator(_day)]
Bound = Annotated[int, Field(ge=0, le=10**12 - 1)]
Typed = str | int | bool
"""A value as a bundle or a program writes it."""


def spelled(typed: Typed) -> str:
    """A value as a person would type it."""
    if isinstance(typed, bool):
        return "yes" if typed else "no"
    return str(typed)


class InputBlock(Block):
    """One thing that a request has to say. Without a `default` it is required."""

    title: Annotated[Line, Field(max_length=MAX_TITLE_CHARS)]
    type: InputType
    hint: Line | None = None
    options: Annotated[tuple[Option, ...], Field(max_length=MAX_OPTIONS), AfterValidator(no_repeats)] = ()
    least: Bound = 0
    most: Bound | None = None
    pattern: Pattern | None = None
    """All of the text has to match: a part of RE2 in which only letters, digits and . _ : @ - can be matched."""
    earliest: Day | None = None
    latest: Day | None = None
    default: Typed | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        kind = INPUT_KINDS[self.type]
        common = ("title", "type", "hint", "default")
        fields = (*kind.needed, *kind.optional)
        if extra := sorted(self.model_fields_set - {*common, *fields}):
            known = ", ".join(fields) or "no other fields"
            raise wrong(f"an input of type “{self.type}” doesn't accept “{extra[0]}”", f"it accepts {known}")
        if missing := [name for name in kind.needed if name not in self.model_fields_set]:
            raise wrong(f"an input of type “{self.type}” needs “{missing[0]}”", f"add {missing[0]}: …")
        for what, meant in self._empty():
            raise wrong(what, meant)
        return self

    def _empty(self) -> Iterator[tuple[str, str]]:
        """Why nothing, or not the default, could be given."""
        if self.type == "choice" and not self.options:
            yield "there is no option to choose", "list at least one"
        if self.most is not None and self.most < self.least:
            yield f"no number is at least {self.least} and at most {self.most}", "correct least or most"
        if self.earliest and self.latest and self.latest < self.earliest:
            yield f"no date is from {self.earliest} until {self.latest}", "correct earliest or latest"
        kind, declared = INPUT_KINDS[self.type], self.terms("input")
        if self.default is not None and declared.default is None:
            yield f"“{spelled(self.default)[:60]}” can't be the default", kind.allowed(declared)

    def terms(self, name: str) -> InputTerms:
        """What is kept of it with a request; no default if the one here isn't allowed."""
        declared = InputTerms(
            name=name,
            title=self.title,
            type=self.type,
            hint=self.hint or "",
            options=self.options,
            least=self.least,
            most=self.most or 0,
            pattern=self.pattern or "",
            earliest=self.earliest or "",
            latest=self.latest or "",
        )
        if self.default is None:
            return declared
        read = INPUT_KINDS[self.type].read(declared, spelled(self.default))
        return declared.model_copy(update={"default": read})
