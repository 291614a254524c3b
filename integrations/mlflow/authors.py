"""Whom MLflow names as the makers of a version: everybody, in whichever place it does.

All of it is what somebody wrote there. MLflow keeps no record of who uploaded an artifact's bytes.
"""

from collections.abc import Iterator
from typing import Any

from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text, tags_of
from integrations.mlflow.lineage import MAX_SOURCES, Lineage
from workflows.releases.evidence import Author, AuthorSource

NOBODY = ("", "unknown")
"""What MLflow's clients write when they don't know."""


async def authors_of(mlflow: MLflow, about: dict[str, Any], lineage: Lineage) -> tuple[Author, ...]:
    """Of the version that `about` describes and that comes from there. Raises Retryable or Permanent."""
    found: set[tuple[AuthorSource, str]]
    with plausible():
        found = {("registrant", name) for name in _named(about, tags_of(about), "user_id")}
        runs = [lineage.run, *lineage.runs]
        for model in lineage.models:
            found |= {("other", name) for name in _named(model.info, tags_of(model.info), "creator_id")}
            runs.append(model.run)
    found |= await _of_runs(mlflow, [run for run in dict.fromkeys(runs) if run])
    return tuple(Author(source=source, name=name) for source, name in sorted(found))


async def _of_runs(mlflow: MLflow, runs: list[str]) -> set[tuple[AuthorSource, str]]:
    """Of the runs themselves as `run`, of their parents as `other`."""
    found: set[tuple[AuthorSource, str]] = set()
    left = list(runs)
    for run in left:
        source: AuthorSource = "run" if run in runs else "other"
        names, parent = await _run(mlflow, run)
        found |= {(source, name) for name in names}
        if parent and parent not in left and len(left) < MAX_SOURCES:
            left.append(parent)
    return found


async def _run(mlflow: MLflow, run: str) -> tuple[set[str], str]:
    """Names, and the run's parent."""
    answer = await mlflow.find("runs/get", run_id=run)
    if answer is None:
        return set(), ""
    with plausible():
        tags = tags_of(answer["run"].get("data", {}))
        return set(_named(answer["run"]["info"], tags, "user_id")), tags.get("mlflow.parentRunId", "")


def _named(document: dict[str, Any], tags: dict[str, str], field: str) -> Iterator[str]:
    for name in (as_text(str(document.get(field) or "")), tags.get("mlflow.user", "")):
        if name.strip() not in NOBODY:
            yield name
