"""Everybody who made the version is known, so that none of them approves it: asked of every release."""

from collections.abc import Sequence

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory
from workflows.releases.authors import accounts_named, author_names
from workflows.releases.evidence import Evidence
from workflows.releases.gates.gate import Result, result, unknown

AUTHORS = "authors"


def authors_gate(terms: ReleaseTerms, evidence: Evidence, directory: Directory) -> Result:
    gate = GateTerms(name=AUTHORS, kind="run")
    if evidence.candidate is None:
        return unknown(gate, "MLflow has no such version.")
    if "run" in terms.authors.sources and evidence.candidate.run is None:
        return unknown(
            gate, evidence.candidate.troubles.get("run", "This version's MLflow run can't be read.")
        )
    names = author_names(evidence.candidate)
    asks = terms.authors.mlflow == "authenticated"
    read: JsonValue = [[list(pair) for pair in names], evidence.login if asks else "claimed"]
    for source in terms.authors.sources:
        if trouble := _why_unknown(source, names, terms, directory):
            return result(gate, "unknown", trouble, read)
    if asks and evidence.login != "required":
        return result(gate, "unknown", _NO_LOGIN, read)
    return result(gate, "passed", _KNOWN if asks else _CLAIMED, read)


_KNOWN = "All authors are known, and none of them can approve."


_CLAIMED = (
    "All authors named by MLflow are known, and none of them can approve. MLflow doesn't verify these names."
)


_NO_LOGIN = (
    "MLflow doesn't require a login, or Daypass can't tell, so the authors could have been set by anyone. "
    "Turn on MLflow's login, or accept unverified names in the policy (authors: mlflow: claimed)."
)


def _why_unknown(
    source: str, names: Sequence[tuple[str, str]], terms: ReleaseTerms, directory: Directory
) -> str:
    """What is missing for everybody of this source to be known; empty if nothing is."""
    if source == "requester":
        return ""
    found = [name for of, name in names if of == source]
    if not found:
        return f"MLflow names no author for the {source}."
    strangers = (name for name in found if name not in terms.authors.machines)
    unknown = next((name for name in strangers if not accounts_named(name, directory)), None)
    if unknown is None:
        return ""
    return (
        f"MLflow names “{unknown[:80]}” as author ({source}), who is unknown here. Add the name to people.yaml, or to "
        "the service's machines."
    )
