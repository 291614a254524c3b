"""The run names the data that it read, with digests, and the commit that it ran.

What they name isn't looked up: neither the data nor the repository is opened.
"""

import re

from pydantic import JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.releases.evidence import Run
from workflows.releases.gates.asked import COMMIT, DIRTY, REPOSITORY
from workflows.releases.gates.gate import Facts, GateKind, Result, result, unknown
from workflows.releases.gates.readings import candidate_run, why_no_run
from workflows.releases.source_records import MAX_DATA_SETS, DataSet

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""Of a commit, whole: by SHA-1, or by SHA-256."""


def _evaluate(gate: GateTerms, facts: Facts) -> Result:
    run = candidate_run(facts.evidence)
    if run is None:
        return unknown(gate, why_no_run(facts.evidence.candidate))
    sets, tags = run.data_sets, {tag.key: tag.value for tag in run.tags}
    read: JsonValue = {
        "run": run.id,
        "data": [one.model_dump(mode="json") for one in sets],
        "code": [[name, tags.get(name, "")] for name in (COMMIT, REPOSITORY, DIRTY)],
    }
    if len(sets) > MAX_DATA_SETS:
        return result(gate, "unknown", f"The run names more than {MAX_DATA_SETS} data sets.", read)
    why = _why_not_data(gate, sets) or _why_not_code(gate, run, tags)
    if why:
        return result(gate, "failed", why, read)
    commit = tags[COMMIT][:12]
    return result(gate, "passed", f"Data: {_listed(sets)}. Code: commit {commit}.", read, commit)


def _why_not_data(gate: GateTerms, sets: tuple[DataSet, ...]) -> str:
    if not sets:
        return "The run names no data set. Log it as an input, with mlflow.log_input."
    if bare := next((one for one in sets if not one.digest), None):
        return f"The data set {bare.name[:80]} has no digest."
    named = {context for one in sets for context in one.contexts}
    lacks = next((context for context in gate.contexts if context not in named), None)
    return f"The run names no data set for {lacks}." if lacks else ""


def _why_not_code(gate: GateTerms, run: Run, tags: dict[str, str]) -> str:
    commit, repository = tags.get(COMMIT, ""), tags.get(REPOSITORY, "")
    if not _HASH.fullmatch(commit):
        return f"The run's tag {COMMIT} isn't a commit." if commit else "The run names no commit."
    if tags.get(DIRTY, "").casefold() == "true":
        return "The code had changes that weren't committed when the run began."
    if gate.repositories and repository not in gate.repositories:
        where = repository[:100] or "a repository that isn't named"
        return f"The code is from {where}, which isn't among those of the policy."
    return ""


def _listed(sets: tuple[DataSet, ...]) -> str:
    told = ", ".join(f"{one.name[:40]} ({one.digest[:12]})" for one in sets[:3])
    return f"{told} and {len(sets) - 3} more" if len(sets) > 3 else told


LINEAGE = GateKind("lineage", _evaluate)
