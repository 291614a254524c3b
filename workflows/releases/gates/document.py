"""A document of a template is approved, and hasn't expired; a monitoring plan has thresholds."""

from datetime import datetime, timedelta

from workflows.durations import spell_duration
from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import DocumentEvidence
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    documents = facts.evidence.documents
    if documents is None:
        return unknown(gate, "The documents weren't read yet.")
    found = next((one for one in documents if one.template == gate.template), None)
    if found is None:
        return result(gate, "failed", f"No {gate.template} is approved.", {"document": None})
    read = found.model_dump(mode="json")
    why = _why_not(gate, found, facts.now)
    if why:
        return result(gate, "failed", why, read)
    until = f", until {found.expires_at:%Y-%m-%d}" if found.expires_at else ""
    return result(gate, "passed", f"{found.title}, text {found.number}, is approved{until}.", read)


def _why_not(gate: GateTerms, found: DocumentEvidence, now: datetime) -> str:
    """A sentence; empty if the document counts."""
    if found.expires_at is not None and now >= found.expires_at:
        return f"{found.title} expired at {found.expires_at:%Y-%m-%d %H:%M} UTC."
    if gate.max_age and now >= found.approved_at + timedelta(seconds=gate.max_age):
        allowed = spell_duration(gate.max_age)
        return f"{found.title} was approved on {found.approved_at:%Y-%m-%d}, more than {allowed} ago."
    if found.thresholds == 0:
        return f"{found.title} has no threshold for any metric."
    return ""


DOCUMENT = GateKind("document", _evaluate)
