"""The fields of gates that go by what a version's makers wrote down about it: lineage, licence, slices, reports, checks, cost."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import Line, Seconds, no_repeats, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.gate_values import Key, Licence, MetricPattern, Number, Pointer
from workflows.policy.terms.snapshot import Snapshot

Level = Literal["error", "warning", "note"]
"""Of a finding in a SARIF file."""
Suppression = Literal["in-source", "external"]
KeptIn = Literal["model", "run"]
"""Whether a file is one of the artifact's, or one of the run's other artifacts."""


class BoundBlock(Block):
    """What a number in a JSON file has to be."""

    field: Pointer
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise wrong("the field has no bound", "add at_least:, at_most:, or both")
        return self


class BoundTerms(Snapshot):
    """The same, as kept with a release."""

    field: str
    at_least: str | None = None
    at_most: str | None = None


class EvidenceGateBlock(Block):
    """These fields as the bundle has them."""

    contexts: Annotated[tuple[Key, ...], AfterValidator(no_repeats), Field(max_length=8)] = ()
    """`lineage`: for each of these, such as `training`, the run has to name a data set."""
    repositories: Annotated[tuple[Line, ...], AfterValidator(no_repeats), Field(max_length=16)] = ()
    """`lineage`: where the code may be from."""
    allowed: Annotated[tuple[Licence, ...], AfterValidator(no_repeats), Field(max_length=100)] = ()
    """`licence`: those that a model may have."""
    tag: Key | None = None
    """`licence`, `cost`: the tag of the version or its run that says it."""
    file: Key | None = None
    """`licence`, `report`: the file that says it."""
    kept_in: KeptIn | None = None
    """`licence`, `report`, `checks`: where the files are."""
    slices: MetricPattern | None = None
    """`slices`: what their metrics are called."""
    min_slices: Annotated[int, Field(ge=1, le=64)] | None = None
    max_gap: Number | None = None
    """`slices`: between the best and the worst."""
    max_age: Seconds | None = None
    """`report`: how long before the run's end it may have been made; `document`: how long ago it was approved at most."""
    time_field: Pointer | None = None
    """`report`: where it says when it was made."""
    bounds: Annotated[tuple[BoundBlock, ...], Field(max_length=16)] = ()
    junit: Annotated[tuple[Key, ...], AfterValidator(no_repeats), Field(max_length=8)] | None = None
    """`checks`: files with the results of tests."""
    sarif: Annotated[tuple[Key, ...], AfterValidator(no_repeats), Field(max_length=8)] | None = None
    """`checks`: files with the findings of scanners."""
    min_tests: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    level: Level | None = None
    """`checks`: from which on a finding counts."""
    suppressions: Annotated[tuple[Suppression, ...], AfterValidator(no_repeats)] = ()
    """`checks`: findings that were suppressed in this way don't count."""
    unit: Line | None = None
    """`cost`: what it is counted in."""

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        other = next((name for name in ("file", "metric") if self.tag and getattr(self, name, None)), None)
        if other:
            raise wrong(f"the gate has both “tag” and “{other}”", "keep one of them")
        return self


class EvidenceGateTerms(Snapshot):
    """The same, as kept with a release."""

    contexts: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    tag: str = ""
    file: str = ""
    kept_in: KeptIn = "model"
    slices: str = ""
    min_slices: int = 2
    max_gap: str | None = None
    max_age: int = 0
    """Seconds; 0 without a limit."""
    time_field: str = ""
    bounds: tuple[BoundTerms, ...] = ()
    junit: tuple[str, ...] = ()
    sarif: tuple[str, ...] = ()
    min_tests: int = 1
    level: Level = "error"
    suppressions: tuple[Suppression, ...] = ()
    unit: str = ""
