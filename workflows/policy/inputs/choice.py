"""One of a few options."""

from workflows.policy.evaluation.objections import join_names
from workflows.policy.inputs.kind import InputKind
from workflows.policy.terms.inputs import InputTerms


def _read(declared: InputTerms, typed: str) -> str | None:
    if typed in declared.options:
        return typed
    alike = [one for one in declared.options if one.casefold() == typed.casefold()]
    return alike[0] if len(alike) == 1 else None


def _allowed(declared: InputTerms) -> str:
    return f"Choose {join_names(declared.options, 'or')}."


CHOICE = InputKind("choice", "string", "x", _read, _allowed, needed=("options",))
