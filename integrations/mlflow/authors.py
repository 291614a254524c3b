"""Whom MLflow names as the makers of a version: everybody, in whichever place it does.

All of it is what somebody wrote there. MLflow keeps no record of who uploaded an artifact's bytes.
"""

import re
from collections.abc import Iterator
from typing import Any

from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text, tags_of
from workflows.releases.evidence import Author, AuthorSource

MAX_RUNS = 8
"""Runs looked at for one version: its own, those whose folders its bytes are in, and their parents."""
NOBODY = ("", "unknown")
"""What MLflow's clients write when they don't know."""
_RUN_ID = re.compile(r"(?<![0-9a-zA-Z-])[0-9a-f]{32}(?![0-9a-zA-Z])")
_MODEL_ID = re.compile(r"(?<![0-9a-zA-Z])m-[0-9a-f]{32}(?![0-9a-zA-Z])")


async def authors_of(mlflow: MLflow, about: dict[str, Any], location: str) -> tuple[Author, ...]:
    """Of the version that `about` describes and whose bytes are at `location`. Raises Retryable or Permanent."""
    found: set[tuple[AuthorSource, str]]
    with plausible():
        found = {("registrant", name) for name in _named(about, tags_of(about), "user_id")}
        places = (
            f"{as_text(about.get('source', ''), 1_000)} {location} {as_text(about.get('model_id') or '')}"
        )
        runs = [as_text(about.get("run_id") or ""), *_RUN_ID.findall(places)[:MAX_RUNS]]
    for model in dict.fromkeys(_MODEL_ID.findall(places)[:MAX_RUNS]):
        names, made_by = await _logged_model(mlflow, model)
        found |= {("other", name) for name in names}
        runs.append(made_by)
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
        if parent and parent not in left and len(left) < MAX_RUNS:
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


async def _logged_model(mlflow: MLflow, model: str) -> tuple[set[str], str]:
    """Names, and the run that logged it (MLflow 3)."""
    found = await mlflow.find(f"logged-models/{model}")
    if found is None:
        return set(), ""
    with plausible():
        info = found["model"]["info"]
        return set(_named(info, tags_of(info), "creator_id")), as_text(info.get("source_run_id") or "")


def _named(document: dict[str, Any], tags: dict[str, str], field: str) -> Iterator[str]:
    for name in (as_text(str(document.get(field) or "")), tags.get("mlflow.user", "")):
        if name.strip() not in NOBODY:
            yield name
