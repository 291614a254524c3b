"""A metric is good enough in every slice, such as each group of people, and not too different between them."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.numbers import EXACT, spell
from workflows.releases.gates.readings import candidate_run, logged_values, single_value, why_no_run
from workflows.releases.source_records import MAX_MATCHED


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    run = candidate_run(facts.evidence)
    if run is None:
        return unknown(gate, why_no_run(facts.evidence.candidate))
    matched = next((one for one in run.matched if one.pattern == gate.slices), None)
    if matched is None:
        return unknown(gate, f"The metrics {gate.slices} weren't read.")
    read: JsonValue = {
        "run": run.id,
        "count": matched.count,
        "logged": [[name, logged_values(run, name)] for name in matched.names],
    }
    if matched.count > MAX_MATCHED:
        sentence = f"The run has {matched.count} metrics {gate.slices}; the limit is {MAX_MATCHED}."
        return result(gate, "unknown", sentence, read)
    if matched.count < gate.min_slices:
        sentence = (
            f"The run has {matched.count} metrics {gate.slices}; at least {gate.min_slices} are needed."
        )
        return result(gate, "unknown", sentence, read)
    values: dict[str, Decimal] = {}
    for name in matched.names:
        value, trouble = single_value(run, name)
        if value is None:
            return result(gate, "unknown", trouble, read)
        values[name] = value
    return _compared(gate, values, read)


def _compared(gate: GateTerms, values: dict[str, Decimal], read: JsonValue) -> Result:
    lowest, highest = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    gap = EXACT.subtract(values[highest], values[lowest])
    failed, told = False, []
    if gate.at_least is not None:
        failed |= values[lowest] < Decimal(gate.at_least)
        told.append(
            f"Lowest: {lowest[-80:]} with {spell(values[lowest])} (required: at least {gate.at_least})."
        )
    if gate.at_most is not None:
        failed |= values[highest] > Decimal(gate.at_most)
        told.append(
            f"Highest: {highest[-80:]} with {spell(values[highest])} (required: at most {gate.at_most})."
        )
    if gate.max_gap is not None:
        failed |= gap > Decimal(gate.max_gap)
        told.append(f"Largest gap: {spell(gap)}, at {lowest[-80:]} (limit: {gate.max_gap}).")
    sentence = f"{len(values)} slices. {' '.join(told)}"
    worst = highest if gate.at_least is None and gate.at_most is not None else lowest
    return result(gate, "failed" if failed else "passed", sentence, read, spell(values[worst]))


SLICES = GateKind("slices", _evaluate)
