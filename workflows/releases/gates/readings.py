"""What gates read of a version: its run, and the one value of a metric."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Evidence, Run, Version
from workflows.releases.gates.numbers import number_in
from workflows.releases.source_records import FileOrder, FileReading


def candidate_run(evidence: Evidence) -> Run | None:
    return evidence.candidate.run if evidence.candidate else None


def why_no_run(version: Version | None) -> str:
    if version is None:
        return "MLflow has no such version."
    return version.troubles.get("run") or "This version's MLflow run can't be read."


def why_no_artifact(version: Version | None) -> str:
    reason = version.troubles.get("artifact", "") if version else ""
    return reason or "The artifact can't be read."


def observed_run(gate: GateTerms, evidence: Evidence) -> Run | None:
    return next((one.run for one in evidence.observed if one.experiment == gate.observed_in), None)


def logged_values(run: Run, metric: str) -> JsonValue:
    logged = run.metric(metric)
    return {"count": logged.count, "values": [*logged.values]}


def single_value(run: Run, metric: str) -> tuple[Decimal | None, str]:
    """The one value of the metric, or why there is none to go by."""
    logged = run.metric(metric)
    if logged.trouble:
        return None, logged.trouble
    if not logged.values:
        return None, f"The metric {metric} wasn't logged."
    if logged.count > 1:
        return (
            None,
            f"The metric {metric} was logged {logged.count} times; log it once.",
        )
    value = number_in(logged.values[0])
    if value is None:
        return None, f"The metric {metric} is {logged.values[0][:40]}, which isn't a number."
    return value, ""


def file_reading(version: Version | None, order: FileOrder) -> tuple[FileReading | None, str]:
    """What was read of a file, or why nothing was."""
    artifact, run = (version.artifact, version.run) if version else (None, None)
    if version is None or (run if order.kept_in == "run" else artifact) is None:
        return None, why_no_run(version) if order.kept_in == "run" else why_no_artifact(version)
    read = artifact.read if order.kept_in == "model" and artifact else run.files if run else ()
    found = next((one for one in read if one.order == order), None)
    if found is None:
        return None, f"{order.file} wasn't read yet."
    return (None, found.trouble) if found.trouble else (found, "")


def absent(order: FileOrder) -> str:
    """A sentence for a file that isn't there."""
    return f"{'The run' if order.kept_in == 'run' else 'The artifact'} has no {order.file}."


def stated_tag(version: Version, key: str) -> tuple[str, str]:
    """What the version's tag and its run's say, and why that can't be gone by; both empty if neither has it."""
    tags = (*version.tags, *(version.run.tags if version.run else ()))
    values = {tag.value.strip() for tag in tags if tag.key == key} - {""}
    if len(values) > 1:
        return "", f"The version's tag {key} and its run's say different things."
    return next(iter(values), ""), ""
