"""Everybody who made the version is known, so that none of them approves it: asked of every release."""

from collections.abc import Sequence

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import EvidenceSource, ReleaseTerms
from workflows.ports import Directory
from workflows.releases.authors import accounts_named, author_names
from workflows.releases.evidence import Evidence
from workflows.releases.gates.gate import Result, result, unknown

AUTHORS = "authors"
SOURCES: dict[EvidenceSource, str] = {
    "mlflow": "MLflow",
    "github": "GitHub",
    "sagemaker": "SageMaker",
    "unity-catalog": "Unity Catalog",
}
"""As people call them."""


def authors_gate(terms: ReleaseTerms, evidence: Evidence, directory: Directory) -> Result:
    gate = GateTerms(name=AUTHORS, kind="run")
    source = SOURCES[terms.source]
    if evidence.candidate is None:
        return unknown(gate, f"{source} has no such version.")
    if "run" in terms.authors.sources and evidence.candidate.run is None:
        return unknown(
            gate, evidence.candidate.troubles.get("run", f"This version's {source} run can't be read.")
        )
    names = author_names(evidence.candidate)
    asks = terms.source == "mlflow" and terms.authors.mlflow == "authenticated"
    read: JsonValue = [[list(pair) for pair in names], evidence.login if asks else "claimed"]
    for role in terms.authors.sources:
        if trouble := _why_unknown(role, names, terms, directory):
            return result(gate, "unknown", trouble, read)
    if asks and evidence.login != "required":
        return result(gate, "unknown", _NO_LOGIN, read)
    known = _KNOWN if asks or terms.source != "mlflow" else _CLAIMED
    return result(gate, "passed", known, read)


_KNOWN = "All authors are known, and none of them can approve."


_CLAIMED = (
    "All authors named by MLflow are known, and none of them can approve. MLflow doesn't verify these names."
)


_NO_LOGIN = (
    "MLflow doesn't require a login, or Daypass can't tell, so the authors could have been set by anyone. "
    "Turn on MLflow's login, or accept unverified names in the policy (authors: mlflow: claimed)."
)


def _why_unknown(
    role: str, names: Sequence[tuple[str, str]], terms: ReleaseTerms, directory: Directory
) -> str:
    """What is missing for everybody of this source to be known; empty if nothing is."""
    if role == "requester":
        return ""
    found = [name for of, name in names if of == role]
    if not found:
        return f"{SOURCES[terms.source]} names no author for the {role}."
    strangers = (name for name in found if name not in terms.authors.machines)
    unknown = next((name for name in strangers if not accounts_named(name, directory)), None)
    if unknown is None:
        return ""
    return (
        f"{SOURCES[terms.source]} names “{unknown[:80]}” as author ({role}), who is unknown here. Add the name to people.yaml, "
        "or to the service's machines."
    )
