"""A whole number between two bounds."""

import re

from workflows.policy.inputs.kind import InputKind
from workflows.policy.terms.inputs import InputTerms


def _read(declared: InputTerms, typed: str) -> str | None:
    if not re.fullmatch(r"[0-9]{1,12}", typed):
        return None
    number = int(typed)
    return str(number) if declared.least <= number <= declared.most else None


def _allowed(declared: InputTerms) -> str:
    return f"Enter a whole number from {declared.least} to {declared.most}."


NUMBER = InputKind("number", "int", 1, _read, _allowed, value=int, needed=("most",), optional=("least",))
