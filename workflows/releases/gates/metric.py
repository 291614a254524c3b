"""A metric is good enough, in the version's own run or where it is observed."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.numbers import spell
from workflows.releases.gates.readings import (
    candidate_run,
    logged_values,
    observed_run,
    single_value,
    why_no_run,
)


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    run = observed_run(gate, evidence) if gate.observed_in else candidate_run(evidence)
    if run is None:
        if gate.observed_in:
            return unknown(gate, f"No finished run in “{gate.observed_in}” is about this version.")
        return unknown(gate, why_no_run(evidence.candidate))
    value, trouble = single_value(run, gate.metric)
    read: JsonValue = {"run": run.id, "metric": gate.metric, "logged": logged_values(run, gate.metric)}
    if value is None:
        return result(gate, "unknown", trouble, read)
    low = gate.at_least is not None and value < Decimal(gate.at_least)
    high = gate.at_most is not None and value > Decimal(gate.at_most)
    needs = " and ".join(
        f"{word} {limit}" for word, limit in (("at least", gate.at_least), ("at most", gate.at_most)) if limit
    )
    sentence = f"{gate.metric} is {spell(value)}; it has to be {needs}."
    return result(gate, "failed" if low or high else "passed", sentence, read, spell(value))


METRIC = GateKind("metric", _evaluate)
