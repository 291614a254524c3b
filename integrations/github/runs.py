"""One attempt of a workflow run, as GitHub answers about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.github.client import GitHub, Missing, plausible
from integrations.github.version import RunVersion, sha_of
from integrations.json_answers import moment
from workflows.text import one_line

MAX_NAME_CHARS = 140
MAX_TITLE_CHARS = 200
MAX_WAITING = 300
"""Runs that wait at once in one repository, at most."""


@dataclass(frozen=True)
class Attempt:
    """Who started it, what it deploys, and whether it is over. `sha` is the whole hash of the commit."""

    version: RunVersion
    sha: str
    started_at: datetime
    title: str
    link: str
    actors: tuple[str, ...]
    completed: bool


async def attempt_of(github: GitHub, repository: str, version: RunVersion) -> Attempt | None:
    """The attempt of this name; None if there is none, or if it is of another commit. Raises Retryable or Permanent."""
    path = f"actions/runs/{version.run}/attempts/{version.attempt}"
    try:
        found = _attempt(await github.get(repository, path))
    except Missing:
        return None
    return found if found.version == version else None


async def newest_attempt(github: GitHub, repository: str, run: int) -> Attempt | None:
    """The newest attempt of the run; None if GitHub knows no such run. Raises Retryable or Permanent."""
    try:
        return _attempt(await github.get(repository, f"actions/runs/{run}"))
    except Missing:
        return None


async def waiting_attempts(github: GitHub, repository: str) -> list[Attempt]:
    """Attempts that wait for a protection rule of any environment, the newest first. Raises Retryable or Permanent."""
    runs = await github.pages(repository, "actions/runs", "workflow_runs", MAX_WAITING, status="waiting")
    return [_attempt(run) for run in runs]


async def waits_for(github: GitHub, repository: str, run: int, environment: str) -> bool:
    """Whether the run waits for a protection rule of this environment. Raises Retryable or Permanent."""
    try:
        found = await github.get(repository, f"actions/runs/{run}/pending_deployments")
    except Missing:
        return False
    with plausible():
        return any(one["environment"].get("name") == environment for one in found)


def _attempt(run: Mapping[str, Any]) -> Attempt:
    with plausible():
        actors = [login_of(run.get(name)) for name in ("actor", "triggering_actor")]
        return Attempt(
            RunVersion.of(run["head_sha"], run["id"], run.get("run_attempt") or 1),
            sha_of(run["head_sha"]),
            moment(run.get("run_started_at") or run["created_at"]),
            one_line(str(run.get("display_title") or ""), MAX_TITLE_CHARS),
            one_line(str(run.get("html_url") or ""), MAX_TITLE_CHARS),
            tuple(dict.fromkeys(name for name in actors if name)),
            run.get("status") == "completed",
        )


def login_of(user: Any) -> str:
    """The login of a user of GitHub; empty if there is none."""
    return one_line(str(user["login"]), MAX_NAME_CHARS) if user and user.get("login") else ""
