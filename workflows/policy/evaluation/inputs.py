"""Reading the inputs of a request: every value checked against what the entitlement declares, in this one place."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.policy.evaluation.objections import MAX_NAME_CHARS, Objection, join_names
from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.inputs.pattern import MAX_VALUE_CHARS, is_safe
from workflows.policy.terms.inputs import InputTerms
from workflows.text import storable

FIELD = "inputs."
"""Before an input's name, where the field of an objection is named and in conditions."""
MAX_GIVEN = 40
"""Of what was given and isn't an input, how many are told."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
PLACEHOLDER = re.compile(r"\{inputs\.([^{}]*)\}")
"""Where a parameter of Vault's takes an input's value."""


@dataclass(frozen=True)
class InputReading:
    """`values` are as recorded, by name in the order of their declaration; what is faulty is missing from them."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Objection, ...] = ()


def read_inputs(declared: Sequence[InputTerms], given: Mapping[str, str]) -> InputReading:
    """Read what was typed, by name. What is left out has its default; what isn't declared is refused, never dropped."""
    values: dict[str, str] = {}
    problems: list[Objection] = []
    for one in declared:
        typed = given.get(one.name, "").strip()
        read = _read(one, typed) if typed else one.default
        if read is not None:
            values[one.name] = read
        else:
            problems.append(_invalid(one, typed) if typed else _missing(one))
    return InputReading(values, (*problems, *_unknown(declared, given)))


def fits(declared: Sequence[InputTerms], values: Mapping[str, str]) -> bool:
    """Whether these are values as `read_inputs` gives them: all of what is declared, and nothing else."""
    read = read_inputs(declared, values)
    return not read.problems and dict(read.values) == dict(values)


def variables(declared: Sequence[InputTerms], values: Mapping[str, str]) -> dict[str, Any]:
    """The values as a condition sees them, by the name that it has for them; what is missing is left out."""
    return {
        f"{FIELD}{one.name}": INPUT_KINDS[one.type].value(values[one.name])
        for one in declared
        if one.name in values
    }


def variable_types(declared: Sequence[InputTerms]) -> dict[str, str]:
    """The types of the same variables."""
    return {f"{FIELD}{one.name}": INPUT_KINDS[one.type].cel_type for one in declared}


def filled_in(
    parameters: Mapping[str, str], declared: Sequence[InputTerms], values: Mapping[str, str]
) -> dict[str, str]:
    """The parameters of a credential with the values in their places. Raises ValueError rather than pass on anything
    that isn't a declared input's own value."""
    if not fits(declared, values):
        raise ValueError("the inputs aren't what the entitlement declares")
    kinds = {one.name: INPUT_KINDS[one.type] for one in declared}

    def value(found: re.Match[str]) -> str:
        filled = kinds[found[1]].parameter(values[found[1]]) if found[1] in kinds else ""
        if not is_safe(filled):
            raise ValueError(f"the input {found[1]} can't be put into a parameter")
        return filled

    return {name: PLACEHOLDER.sub(value, text) for name, text in parameters.items()}


def spell_inputs(inputs: Mapping[str, str]) -> str:
    """The values in one line, such as `dataset=eu, rows=100`."""
    return ", ".join(f"{name}={value}" for name, value in inputs.items())


def unread(given: Mapping[str, str], values: Mapping[str, str]) -> list[str]:
    """Names of what was given and isn't among the values; what can't be a name is left out."""
    return sorted(name for name in given if name not in values and _NAME.fullmatch(name))[:MAX_GIVEN]


def _read(declared: InputTerms, typed: str) -> str | None:
    if len(typed) > MAX_VALUE_CHARS:
        return None
    return INPUT_KINDS[declared.type].read(declared, typed)


def _missing(declared: InputTerms) -> Objection:
    allowed = INPUT_KINDS[declared.type].allowed(declared)
    return Objection(f"{FIELD}{declared.name}", "input-missing", f"“{declared.title}” is required. {allowed}")


def _invalid(declared: InputTerms, typed: str) -> Objection:
    shown = storable(typed[:MAX_NAME_CHARS])
    allowed = INPUT_KINDS[declared.type].allowed(declared)
    sentence = f"“{shown}” isn't allowed for “{declared.title}”. {allowed}"
    return Objection(f"{FIELD}{declared.name}", "input-invalid", sentence)


def _unknown(declared: Sequence[InputTerms], given: Mapping[str, str]) -> Iterator[Objection]:
    names = [one.name for one in declared]
    for name in [name for name in given if name not in names][:MAX_GIVEN]:
        shown = storable(name[:MAX_NAME_CHARS])
        near = difflib.get_close_matches(name[:MAX_NAME_CHARS], names, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"It asks for {join_names(names)}." if names else ""
        sentence = f"This access doesn't ask for “{shown}”. {hint}".strip()
        known = name if _NAME.fullmatch(name) else "unknown"
        yield Objection(f"{FIELD}{known}", "input-unknown", sentence)
