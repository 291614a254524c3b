"""The artifact isn't larger than what serves it can load."""

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, Verdict, result, unknown
from workflows.releases.gates.readings import why_no_artifact

BYTES_PER_MB = 1_000_000


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    version = facts.evidence.candidate
    if version is None or version.artifact is None:
        return unknown(gate, why_no_artifact(version))
    size, most = version.artifact.size, gate.max_mb or 0
    sentence = f"The artifact has {_spell(size)} MB (limit: {most:,} MB)."
    verdict: Verdict = "passed" if size <= most * BYTES_PER_MB else "failed"
    return result(gate, verdict, sentence, {"size": size}, f"{_spell(size)} MB")


def _spell(size: int) -> str:
    """Megabytes with one decimal, rounded up, so that what is too large never looks as if it fitted."""
    tenths = -(-size * 10 // BYTES_PER_MB)
    return f"{tenths // 10:,}.{tenths % 10}"


SIZE = GateKind("size", _evaluate)
