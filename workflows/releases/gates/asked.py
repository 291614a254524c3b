"""What the gates that go by makers' records have to have read of a version."""

from collections.abc import Sequence
from typing import TypedDict

from workflows.policy.schema.gates import GateTerms
from workflows.releases.source_records import FileOrder, Form

COMMIT = "mlflow.source.git.commit"
REPOSITORY = "mlflow.source.git.repoURL"
DIRTY = "mlflow.source.git.dirty"
"""Tags that MLflow's client writes (https://mlflow.org/docs/latest/ml/tracking/tracking-api/#system-tags)."""


class Asked(TypedDict):
    """Those fields of an `Order`."""

    tags: tuple[str, ...]
    patterns: tuple[str, ...]
    data_sets: bool
    read: tuple[FileOrder, ...]


def asked(gates: Sequence[GateTerms]) -> Asked:
    """What these gates ask for, each thing once."""
    return Asked(
        tags=tuple(sorted({tag for gate in gates for tag in tags_of(gate)})),
        patterns=tuple(sorted({gate.slices for gate in gates if gate.slices})),
        data_sets=any(gate.kind == "lineage" for gate in gates),
        read=tuple(dict.fromkeys(order for gate in gates for order in files_of(gate))),
    )


def tags_of(gate: GateTerms) -> tuple[str, ...]:
    """The tags that a gate goes by."""
    if gate.kind == "lineage":
        return (COMMIT, REPOSITORY, DIRTY)
    if gate.kind == "cost" and gate.metric:
        return (unit_tag(gate),)
    return (gate.tag,) if gate.tag else ()


def unit_tag(gate: GateTerms) -> str:
    """The tag that says what a metric is counted in."""
    return f"{gate.metric}.unit"


def files_of(gate: GateTerms) -> tuple[FileOrder, ...]:
    """The files that a gate goes by."""

    def order(file: str, form: Form, fields: tuple[str, ...] = ()) -> FileOrder:
        return FileOrder(file=file, form=form, kept_in=gate.kept_in, fields=fields)

    if gate.kind == "report":
        fields = dict.fromkeys((gate.time_field, *(bound.field for bound in gate.bounds)))
        return (order(gate.file, "json", tuple(fields)),)
    if gate.kind == "licence":
        return (order(gate.file, "licence"),) if gate.file else ()
    if gate.kind == "checks":
        return (*(order(one, "junit") for one in gate.junit), *(order(one, "sarif") for one in gate.sarif))
    return ()
