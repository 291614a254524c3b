"""What Daypass has to know of a type of input, before it asks anybody for one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflows.policy.terms.inputs import InputTerms, InputType

Read = Callable[[InputTerms, str], str | None]
"""What was typed as it is recorded; None if it isn't allowed."""


@dataclass(frozen=True)
class InputKind:
    """One type of input: plain data and pure functions."""

    name: InputType
    cel_type: str
    """Of its variable in a condition, as `workflows.policy.cel` calls it."""
    sample: Any
    """A value that conditions are tried with when the bundle is loaded."""
    read: Read
    allowed: Callable[[InputTerms], str]
    """What is allowed, as a sentence for whoever fills it in."""
    value: Callable[[str], Any] = str
    """The variable's value, from what is recorded."""
    parameter: Callable[[str], str] = str
    """What a parameter of Vault's gets, from what is recorded."""
    needed: tuple[str, ...] = ()
    """Fields that the bundle has to write."""
    optional: tuple[str, ...] = ()
