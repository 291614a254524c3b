"""The artifact is signed, file by file, with a key that the policy trusts now."""

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Signature
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import why_no_artifact

_NAMED = 3


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    version = facts.evidence.candidate
    if version is None or version.artifact is None:
        return unknown(gate, why_no_artifact(version))
    found = next((one for one in version.artifact.signatures if one.file == gate.signature), None)
    if found is None:
        return unknown(gate, "The artifact's bytes weren't read yet.")
    if found.trouble:
        return unknown(gate, found.trouble)
    read: JsonValue = found.model_dump(mode="json")
    why = _why_not(gate, found, facts)
    if why:
        return result(gate, "failed", why, read)
    return result(gate, "passed", f"{found.file} signs every file, with a key of the policy.", read)


def _why_not(gate: GateTerms, found: Signature, facts: Facts) -> str:
    """A sentence; empty if a key that counts now signed exactly these files."""
    if found.absent:
        return f"The artifact has no {found.file}."
    signed = [one for one in gate.keys if one.key in found.signed_by]
    if not signed:
        return f"{found.file} isn't signed with a key of the policy."
    if not any(one.until is None or facts.now < one.until for one in signed):
        last = max(one.until for one in signed if one.until)
        return f"{found.file} is signed with a key that counted until {last:%Y-%m-%d %H:%M} UTC."
    differences = (("Changed", found.changed), ("Missing", found.missing), ("Not signed", found.added))
    told = [f"{word}: {_listed(names)}." for word, names in differences if names]
    return " ".join(["The files aren't those that were signed.", *told]) if told else ""


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(name[:80] for name in names[:_NAMED]) + more


SIGNATURE = GateKind("signature", _evaluate)
