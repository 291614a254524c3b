"""Yes or no, which a condition sees as true or false."""

from workflows.policy.inputs.kind import InputKind
from workflows.policy.terms.inputs import InputTerms

YES, NO = "yes", "no"
_WORDS = {"yes": YES, "y": YES, "true": YES, "no": NO, "n": NO, "false": NO}


def _read(declared: InputTerms, typed: str) -> str | None:
    return _WORDS.get(typed.casefold())


def _allowed(declared: InputTerms) -> str:
    return "Say yes or no."


def _value(said: str) -> bool:
    return said == YES


def _parameter(said: str) -> str:
    return "true" if said == YES else "false"


YES_NO = InputKind("yes-no", "bool", True, _read, _allowed, value=_value, parameter=_parameter)
