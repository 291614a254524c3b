"""The model's licence is among those that are allowed: by a tag, a file of the artifact, or the model card's front matter."""

from pydantic import JsonValue

from workflows.policy.licences import LicenceError, is_licence_allowed
from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Version
from workflows.releases.files.licence import LICENCE as NAMED
from workflows.releases.gates.asked import files_of
from workflows.releases.gates.gate import Facts, GateKind, Result, Verdict, result, unknown
from workflows.releases.gates.readings import absent, file_reading, stated_tag


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    version = facts.evidence.candidate
    if version is None:
        return unknown(gate, "MLflow has no such version.")
    named, read, trouble = _named(gate, version)
    if not named:
        return result(gate, "unknown", trouble or "No licence is named.", read)
    try:
        allowed = is_licence_allowed(named, gate.allowed)
    except LicenceError as error:
        return result(gate, "unknown", f"The licence “{named[:80]}” can't be read: {error}.", read)
    verdict: Verdict = "passed" if allowed else "failed"
    word = "allowed" if allowed else "not among those that are allowed"
    return result(gate, verdict, f"The licence {named[:80]} is {word}.", read, named[:80])


def _named(gate: GateTerms, version: Version) -> tuple[str, JsonValue, str]:
    """The licence, what it was read from, and why there is none."""
    if gate.tag:
        value, trouble = stated_tag(version, gate.tag)
        return value, {"tag": gate.tag, "licence": value, "trouble": trouble}, trouble or _no(gate.tag)
    if not gate.file:
        said = version.card.licence
        return said, {"card": said}, "The model card's front matter names no licence."
    (order,) = files_of(gate)
    found, trouble = file_reading(version, order)
    if found is None:
        return "", {"trouble": trouble}, trouble
    read: JsonValue = found.model_dump(mode="json")
    return (
        found.found.get(NAMED, ""),
        read,
        absent(order) if found.absent else f"{order.file} names no licence.",
    )


def _no(tag: str) -> str:
    return f"Neither the version nor its run has the tag {tag}."


LICENCE = GateKind("licence", _evaluate)
