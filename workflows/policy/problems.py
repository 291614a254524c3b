"""What is wrong with a bundle, said so that its author can mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault. `file` is relative to the bundle, `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    field: str
    what: str
    meant: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.what} — {self.meant}"


class BundleErrors(Exception):
    """A bundle that can't be used. `str()` has one line a problem, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def undefined(kind: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """What is wrong with a name that nobody defined, and what was meant."""
    return f"there is no {kind} “{name}”", suggest(name, known)


def no_channel(name: str, channels: Iterable[str]) -> tuple[str, str]:
    """The same of a channel, which daypass.yaml names."""
    return f"daypass.yaml has no channel “{name}”", suggest(name, channels)


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean “…”?`, or the list of what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean “{near[0]}”?"
    if not names:
        return "none are defined"
    listed = ", ".join(names[:12])
    return f"choose from {listed}{', …' if len(names) > 12 else ''}"
