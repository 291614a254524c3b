"""A metric isn't worse than that of what is live."""

from decimal import Decimal

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Run
from workflows.releases.gates.gate import Facts, GateKind, Result, Verdict, result, unknown
from workflows.releases.gates.numbers import EXACT, spell
from workflows.releases.gates.readings import candidate_run, logged_values, single_value, why_no_run


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    run = candidate_run(evidence)
    if run is None:
        return unknown(gate, why_no_run(evidence.candidate))
    value, trouble = single_value(run, gate.metric)
    if value is None:
        return result(gate, "unknown", trouble, {"logged": logged_values(run, gate.metric)})
    if evidence.live is None:
        read: JsonValue = {"run": run.id, "value": spell(value), "champion": None}
        return result(
            gate, "passed", "Nothing is live yet, so there is nothing to be worse than.", read, spell(value)
        )
    theirs = evidence.champion.run if evidence.champion else None
    best, why = single_value(theirs, gate.metric) if theirs else (None, why_no_run(evidence.champion))
    if theirs is None or best is None:
        return unknown(gate, f"Version {evidence.live}, which is live, can't be compared with: {why}")
    return _compared(gate, run, theirs, value, best, evidence.live)


def _compared(gate: GateTerms, run: Run, theirs: Run, value: Decimal, best: Decimal, live: str) -> Result:
    worse = EXACT.subtract(best, value) if gate.better == "higher" else EXACT.subtract(value, best)
    read: JsonValue = {
        "metric": gate.metric,
        "run": run.id,
        "logged": logged_values(run, gate.metric),
        "champion": live,
        "champion_run": theirs.id,
        "champion_logged": logged_values(theirs, gate.metric),
    }
    allowed = f", worse by {gate.worse_by} at most" if Decimal(gate.worse_by) else ""
    sentence = f"{gate.metric} is {spell(value)}; version {live}, which is live, has {spell(best)}{allowed}."
    verdict: Verdict = "failed" if worse > Decimal(gate.worse_by) else "passed"
    return result(gate, verdict, sentence, read, spell(value), spell(best))


CHAMPION = GateKind("champion", _evaluate, compares_with_live=True)
