"""Checks of the commit have succeeded on GitHub, by their names: a check by every app that runs one of that name."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown

SUCCESS = "success"


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    candidate = facts.evidence.candidate
    if candidate is None:
        return unknown(gate, "GitHub knows no such attempt of a workflow run.")
    found = {one.name: one.conclusions for one in candidate.checks}
    read: JsonValue = [[name, [*found.get(name, ())]] for name in gate.names]
    for name in gate.names:
        conclusions = found.get(name, ())
        if not conclusions or "" in conclusions:
            return result(gate, "unknown", f"The check “{name[:80]}” hasn't finished on this commit.", read)
        if bad := next((one for one in conclusions if one != SUCCESS), None):
            return result(gate, "failed", f"The check “{name[:80]}” ended as {bad}.", read, bad)
    return result(gate, "passed", "All checks of the commit succeeded.", read, SUCCESS)


COMMIT_CHECKS = GateKind("commit-checks", _evaluate)
"""A check that isn't there, or runs, isn't evaluated; skipped and neutral ones haven't succeeded."""
