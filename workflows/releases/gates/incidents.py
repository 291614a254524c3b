"""No incident of these severities is open on the service."""

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    if evidence.incidents is None:
        return unknown(gate, "Daypass can't tell which incidents are open on this service.")
    severe = [one for one in evidence.incidents if one.partition(" ")[0] in gate.severities]
    if severe:
        return result(gate, "failed", f"Open on this service: {', '.join(severe[:5])}.", list(severe))
    return result(gate, "passed", f"No open incident of {' or '.join(gate.severities)}.", [])


INCIDENTS = GateKind("incidents", _evaluate)
