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
        runs = [as_text(about.get("run_id") or ""), *_RUN_ID.findall(places)]
    for model in dict.fromkeys(_MODEL_ID.findall(places)):
        names, made_by = await _logged_model(mlflow, model)
        found |= {("run", name) for name in names}
        runs.append(made_by)
    found |= {("run", name) for name in await _of_runs(mlflow, runs)}
    return tuple(Author(source=source, name=name) for source, name in sorted(found))


async def _of_runs(mlflow: MLflow, runs: list[str]) -> set[str]:
    names: set[str] = set()
    left, seen = [run for run in runs if run], set[str]()
    while left and len(seen) < MAX_RUNS:
        run = left.pop(0)
        if run in seen:
            continue
        seen.add(run)
        found = await mlflow.find("runs/get", run_id=run)
        if found is None:
            continue
        with plausible():
            tags = tags_of(found["run"].get("data", {}))
            names |= set(_named(found["run"]["info"], tags, "user_id"))
            left += [parent] if (parent := tags.get("mlflow.parentRunId")) else []
    return names


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
