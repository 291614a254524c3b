"""What the version costs, by a metric or a tag, is within budget, in the policy's own unit."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Version
from workflows.releases.gates.asked import unit_tag
from workflows.releases.gates.gate import Facts, GateKind, Result, Verdict, result, unknown
from workflows.releases.gates.numbers import number_in, spell
from workflows.releases.gates.readings import logged_values, single_value, stated_tag, why_no_run


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    version = facts.evidence.candidate
    if version is None or (gate.metric and version.run is None):
        return unknown(gate, why_no_run(version))
    value, unit, trouble = _by_metric(gate, version) if gate.metric else _by_tag(gate, version)
    logged = logged_values(version.run, gate.metric) if gate.metric and version.run else None
    read: JsonValue = {"logged": logged, "value": spell(value) if value is not None else None, "unit": unit}
    if value is None or trouble:
        return result(gate, "unknown", trouble, {"read": read, "trouble": trouble})
    name = gate.metric or gate.tag
    if unit != gate.unit:
        sentence = f"{name} is counted in {unit[:60]}, and the policy says {gate.unit}."
        return result(gate, "unknown", sentence, read)
    if value < 0:
        return result(gate, "unknown", f"{name} is {spell(value)}, which isn't a cost.", read)
    assert gate.at_most is not None
    verdict: Verdict = "passed" if value <= Decimal(gate.at_most) else "failed"
    sentence = f"{name} is {spell(value)} {unit} (limit: {gate.at_most})."
    return result(gate, verdict, sentence, read, f"{spell(value)} {unit}")


def _by_metric(gate: GateTerms, version: Version) -> tuple[Decimal | None, str, str]:
    """Value, unit, and why they can't be gone by."""
    assert version.run is not None
    value, trouble = single_value(version.run, gate.metric)
    unit, why = stated_tag(version, unit_tag(gate))
    missing = (
        "" if unit else f"Nothing says what {gate.metric} is counted in. Set the run's tag {unit_tag(gate)}."
    )
    return value, _plain(unit), trouble or why or missing


def _by_tag(gate: GateTerms, version: Version) -> tuple[Decimal | None, str, str]:
    """The same of a tag such as `0.42 EUR per 1,000 predictions`."""
    said, why = stated_tag(version, gate.tag)
    if not said:
        return None, "", why or f"Neither the version nor its run has the tag {gate.tag}."
    number, _, unit = said.partition(" ")
    value = number_in(number)
    wrong = "" if value is not None and unit else f"The tag {gate.tag} isn't a number with its unit."
    return value, _plain(unit), wrong


def _plain(unit: str) -> str:
    return " ".join(unit.split())


COST = GateKind("cost", _evaluate)
