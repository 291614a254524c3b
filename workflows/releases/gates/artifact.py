"""The artifact is there, with the files that it has to have."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import why_no_artifact


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    version = evidence.candidate
    if version is None or version.artifact is None:
        return unknown(gate, why_no_artifact(version))
    artifact = version.artifact
    read: JsonValue = {"digest": artifact.digest, "size": artifact.size}
    missing = [name for name in gate.files if name not in artifact.files]
    if not artifact.count or missing:
        lacks = f"is missing {', '.join(missing)}" if missing else "is empty"
        return result(gate, "failed", f"The artifact {lacks}.", read)
    if not artifact.digest:
        return result(
            gate, "passed", f"{artifact.count} files. Their bytes are checked when it is proposed.", read
        )
    sentence = f"{artifact.count} files, SHA-256 {artifact.digest[:12]}."
    return result(gate, "passed", sentence, read)


ARTIFACT = GateKind("artifact", _evaluate)
