"""What `daypass check` says of inputs in a condition that CEL's types can't: an option that doesn't exist never matches."""

import re
from collections.abc import Iterator, Sequence

from workflows.policy.problems import suggest
from workflows.policy.terms.inputs import InputTerms

_QUOTED = r"""["'](?P<{name}>[^"'\\\n]*)["']"""
_COMPARED = re.compile(
    r"\binputs\.(?P<input>\w+)\s*[=!]=\s*"
    + _QUOTED.format(name="after")
    + "|"
    + _QUOTED.format(name="before")
    + r"\s*[=!]=\s*inputs\.(?P<other>\w+)"
)
_LISTED = re.compile(r"\binputs\.(?P<input>\w+)\s+in\s+\[(?P<list>[^\]\n]*)\]")
_ENTRY = re.compile(_QUOTED.format(name="option"))


def unknown_options(source: str, declared: Sequence[InputTerms]) -> Iterator[tuple[int, str, str]]:
    """Where a condition compares a choice with what isn't an option, with what is wrong and what may be meant."""
    choices = {one.name: one.options for one in declared if one.type == "choice"}
    for found in _COMPARED.finditer(source):
        which = "after" if found["input"] else "before"
        yield from _unknown(choices, found["input"] or found["other"], found[which], found.start(which))
    for found in _LISTED.finditer(source):
        for entry in _ENTRY.finditer(found["list"]):
            at = found.start("list") + entry.start("option")
            yield from _unknown(choices, found["input"], entry["option"], at)


def _unknown(
    choices: dict[str, tuple[str, ...]], name: str, option: str, at: int
) -> Iterator[tuple[int, str, str]]:
    if name in choices and option not in choices[name]:
        yield at, f"“{option}” isn't an option of inputs.{name}", suggest(option, choices[name])
