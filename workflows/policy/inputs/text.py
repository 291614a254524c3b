"""A short text of which all has to match a pattern."""

from workflows.policy.inputs.kind import InputKind
from workflows.policy.inputs.pattern import compiled
from workflows.policy.terms.inputs import InputTerms


def _read(declared: InputTerms, typed: str) -> str | None:
    return typed if compiled(declared.pattern).matches(typed) else None


def _allowed(declared: InputTerms) -> str:
    return declared.hint or f"It has to match {declared.pattern}."


TEXT = InputKind("text", "string", "x", _read, _allowed, needed=("pattern",))
