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
        return unknown(gate, "The registry doesn't have this version.")
    if "run" in terms.authors.sources and evidence.candidate.run is None:
        return unknown(gate, evidence.candidate.troubles.get("run", "The run of this version can't be read."))
    names = author_names(evidence.candidate)
    asks = terms.authors.mlflow == "authenticated"
    read: JsonValue = [[list(pair) for pair in names], evidence.login if asks else "claimed"]
    for source in terms.authors.sources:
        if trouble := _why_unknown(source, names, terms, directory):
            return result(gate, "unknown", trouble, read)
    if asks and evidence.login != "required":
        return result(gate, "unknown", _NO_LOGIN, read)
    return result(gate, "passed", _KNOWN if asks else _CLAIMED, read)


_KNOWN = "Everybody who made this is known, and none of them can approve it."


_CLAIMED = (
    "Everybody whom MLflow names as author is known, and none of them can approve it. MLflow proves no names."
)


_NO_LOGIN = (
    "MLflow lets in whoever asks, or Daypass can't tell, so anybody could have named the authors. "
    "Give MLflow a login, or have the policy accept names as claimed (authors: mlflow: claimed)."
)


def _why_unknown(
    source: str, names: Sequence[tuple[str, str]], terms: ReleaseTerms, directory: Directory
) -> str:
    """What is missing for everybody of this source to be known; empty if nothing is."""
    if source == "requester":
        return ""
    found = [name for of, name in names if of == source]
    if not found:
        return f"MLflow doesn't say who the {source}'s author is."
    strangers = (name for name in found if name not in terms.authors.machines)
    unknown = next((name for name in strangers if not accounts_named(name, directory)), None)
    if unknown is None:
        return ""
    return (
        f"Nobody here is known as “{unknown[:80]}”, who MLflow names as author ({source}). Add the name to "
        "people.yaml, or to the service's machines."
    )
