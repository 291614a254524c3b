"""The version's run has finished, and the version is ready."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import candidate_run, why_no_run


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    version, run = evidence.candidate, candidate_run(evidence)
    if version is None or run is None:
        return unknown(gate, why_no_run(evidence.candidate))
    read: JsonValue = {"run": run.id, "status": run.status, "version": version.status}
    if run.status != "FINISHED":
        return result(gate, "failed", f"The run is {run.status}, not FINISHED.", read, run.status)
    if version.status != "READY":
        return result(gate, "failed", f"The version is {version.status}, not READY.", read, version.status)
    return result(gate, "passed", "The run has FINISHED.", read, run.status)


RUN = GateKind("run", _evaluate)
