"""What a policy may say of a gate, and what is kept of it: which fields each kind takes, and which it needs."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import (
    Line,
    Name,
    Names,
    Seconds,
    no_repeats,
    wrong,
)
from workflows.policy.schema.evidence_gates import EvidenceGateBlock, EvidenceGateTerms
from workflows.policy.schema.gate_values import Key as Key
from workflows.policy.schema.gate_values import Number as Number
from workflows.policy.schema.signing_keys import SigningKeyBlock, SigningKeyTerms

GateKind = Literal[
    "run",
    "artifact",
    "size",
    "metric",
    "champion",
    "model-card",
    "freeze",
    "incidents",
    "stage",
    "signature",
    "commit-checks",
    "lineage",
    "licence",
    "slices",
    "report",
    "checks",
    "cost",
    "document",
]


@dataclass(frozen=True)
class GateFields:
    """The fields that a kind takes: all of `needed`, at least one of `one_of`, and any of `optional`."""

    needed: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.needed, *self.one_of, *self.optional)


FIELDS: dict[GateKind, GateFields] = {
    "run": GateFields(),
    "artifact": GateFields(optional=("files",)),
    "size": GateFields(needed=("max_mb",)),
    "metric": GateFields(needed=("metric",), one_of=("at_least", "at_most"), optional=("observed_in",)),
    "champion": GateFields(needed=("metric",), optional=("better", "worse_by")),
    "model-card": GateFields(needed=("sections",)),
    "freeze": GateFields(),
    "incidents": GateFields(needed=("severities",)),
    "stage": GateFields(needed=("earlier",), optional=("soak",)),
    "signature": GateFields(needed=("signature", "keys")),
    "commit-checks": GateFields(needed=("names",)),
    "lineage": GateFields(optional=("contexts", "repositories")),
    "licence": GateFields(needed=("allowed",), optional=("tag", "file", "kept_in")),
    "slices": GateFields(
        needed=("slices",), one_of=("at_least", "at_most", "max_gap"), optional=("min_slices",)
    ),
    "report": GateFields(needed=("file", "max_age", "time_field"), optional=("bounds", "kept_in")),
    "checks": GateFields(
        one_of=("junit", "sarif"), optional=("min_tests", "level", "suppressions", "kept_in")
    ),
    "cost": GateFields(needed=("at_most", "unit"), one_of=("metric", "tag")),
    "document": GateFields(needed=("template",), optional=("max_age",)),
}


class GateBlock(EvidenceGateBlock):
    """One gate as the bundle has it."""

    name: Name
    kind: GateKind
    files: tuple[Key, ...] = ()
    max_mb: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None
    metric: Key | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    better: Literal["higher", "lower"] | None = None
    worse_by: Number | None = None
    observed_in: Key | None = None
    sections: Annotated[tuple[Line, ...], AfterValidator(no_repeats)] = ()
    severities: Names | tuple[()] = ()
    earlier: Name | None = None
    """`stage`: the service in which the same artifact has to be live."""
    soak: Seconds | None = None
    """`stage`: for how long."""
    signature: Key | None = None
    """`signature`: the artifact's file that signs all others."""
    keys: Annotated[tuple[SigningKeyBlock, ...], Field(max_length=16)] = ()
    """`signature`: who may have signed it."""
    names: Annotated[tuple[Line, ...], AfterValidator(no_repeats)] = ()
    """`commit-checks`: checks of the commit on GitHub."""
    template: Name | None = None
    """`document`: of which template an approved document has to be there."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        fields = FIELDS[self.kind]
        written = {name for name in self.model_fields_set if name not in ("name", "kind")}
        if extra := sorted(written - set(fields.all)):
            known = ", ".join(fields.all) or "no other fields"
            raise wrong(f"a gate of kind “{self.kind}” doesn't accept “{extra[0]}”", f"it accepts {known}")
        if missing := [name for name in fields.needed if not getattr(self, name)]:
            raise wrong(f"a gate of kind “{self.kind}” needs “{missing[0]}”", f"add {missing[0]}: …")
        if fields.one_of and not any(getattr(self, name) for name in fields.one_of):
            what = "has no threshold" if "at_most" in fields.one_of else f"of kind “{self.kind}” needs more"
            raise wrong(f"the gate {what}", f"add {', '.join(fields.one_of)}, or several of them")
        return self


class GateTerms(EvidenceGateTerms):
    """One automatic check. Which fields count depends on its kind; numbers are decimal text."""

    name: str
    kind: GateKind
    files: tuple[str, ...] = ()
    """`artifact`: files that it has to have."""
    max_mb: int | None = None
    """`size`: megabytes (of a million bytes) that all its files may have together."""
    metric: str = ""
    at_least: str | None = None
    at_most: str | None = None
    better: Literal["higher", "lower"] = "higher"
    worse_by: str = "0"
    """`champion`: by how much it may be worse than what is live."""
    observed_in: str = ""
    """`metric`: an MLflow experiment whose newest finished run about this version has it."""
    sections: tuple[str, ...] = ()
    """`model-card`: headings that it has to have, each with text under it."""
    severities: tuple[str, ...] = ()
    earlier: str = ""
    """`stage`: the service in which the same artifact has to be live."""
    soak: int = 0
    """`stage`: for how many seconds."""
    signature: str = ""
    """`signature`: the artifact's file that signs all others."""
    keys: tuple[SigningKeyTerms, ...] = ()
    """`signature`: who may have signed it."""
    names: tuple[str, ...] = ()
    """`commit-checks`: checks of the commit that have to have succeeded, by their names on GitHub."""
    template: str = ""
    """`document`: of which template an approved document has to be there."""
