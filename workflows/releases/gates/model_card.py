"""The model card has its sections, each with text under it."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    evidence = facts.evidence
    version = evidence.candidate
    if version is None:
        return unknown(gate, "The registry doesn't have this version.")
    if version.card.trouble:
        return unknown(gate, version.card.trouble)
    there = {section.casefold() for section in version.card.sections}
    missing = [section for section in gate.sections if section.casefold() not in there]
    read: JsonValue = {"card": version.card.digest}
    if missing:
        lacks = ", ".join(f"“{section}”" for section in missing)
        return result(gate, "failed", f"The model card lacks {lacks}, with text under it.", read)
    return result(gate, "passed", "The model card has every section that is asked for.", read)


MODEL_CARD = GateKind("model-card", _evaluate)
