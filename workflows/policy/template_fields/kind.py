"""What Daypass has to know of a type of field in a template."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.policy.terms.documents import FieldTerms, FieldType


@dataclass(frozen=True)
class FieldKind:
    """One type of field: plain data and pure functions."""

    name: FieldType
    read: Callable[[FieldTerms, str], str | None]
    """What was typed as it is recorded; None if it isn't allowed."""
    allowed: Callable[[FieldTerms], str]
    """What is allowed, as a sentence for whoever fills it in."""
    needed: tuple[str, ...] = ()
    """Settings that the template has to write."""
    optional: tuple[str, ...] = ()
    multiline: bool = False
