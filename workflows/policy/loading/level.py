"""The levels of one entitlement, as they are being merged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from workflows.policy.document import Document, Path
from workflows.policy.problems import Problem
from workflows.policy.schema.rules import Group, Rule
from workflows.policy.terms.inputs import InputTerms

ONLY_TIGHTER = "a lower level may only tighten"


@dataclass(frozen=True)
class Level:
    """One rule where it was written; `title` is how a person would call the level."""

    title: str
    document: Document
    path: Path
    rule: Rule

    def problem(self, inner: Path, what: str, meant: str) -> Problem:
        return self.document.problem((*self.path, *inner), what, meant)

    def at(self, inner: Path) -> str:
        return f"{self.title} ({self.document.at((*self.path, *inner))})"


@dataclass
class Merging:
    """The levels of one entitlement, uppermost first, and what was found wrong so far."""

    levels: Sequence[Level]
    groups: Mapping[str, Group]
    channels: Mapping[str, str]
    schedules: Collection[str] = ()
    """The on-call schedules of the bundle."""
    inputs: Sequence[InputTerms] = ()
    """The entitlement's, at which the conditions of all levels may look."""
    problems: list[Problem] = field(default_factory=list)
