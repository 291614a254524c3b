"""What GitHub knows of a version: its run, the commits that it brings, who made them, and the checks of the commit."""

from datetime import datetime
from typing import Any

from pydantic import JsonValue

from integrations.github.client import GitHub, Missing, plausible
from integrations.github.runs import (
    MAX_NAME_CHARS,
    Attempt,
    attempt_of,
    login_of,
    waiting_attempts,
)
from integrations.github.version import RunVersion
from workflows.ports import Permanent
from workflows.releases.evidence import (
    Artifact,
    Author,
    AuthorSource,
    CommitCheck,
    Evidence,
    Login,
    ModelCard,
    Order,
    Run,
    Version,
    digest_of,
)
from workflows.text import one_line

MAX_COMMITS = 1_000
"""Since what is live; of more, the authors can't be told."""
MAX_CHECKS = 1_000
ROLES: tuple[tuple[str, AuthorSource], ...] = (("author", "registrant"), ("committer", "other"))
"""Of a commit, and as what they count."""
NO_CARD = ModelCard(sections=(), digest="", trouble="A commit has no model card.")
NO_SUCH_RUN = "GitHub knows no such attempt of a workflow run of this commit."


class GitHubRegistry:
    """The `Registry` of services whose model is a repository."""

    def __init__(self, github: GitHub, max_commits: int = MAX_COMMITS) -> None:
        self._github = github
        self._max_commits = max_commits

    async def read(self, order: Order, live: str | None) -> Evidence:
        """The version's evidence; authors are those of every commit since `live`. Raises Retryable or Permanent."""
        found = await self._attempt(order.model, order.version)
        candidate = await self._version(order, found, live) if found else None
        return Evidence(candidate=candidate, live=live, login="required")

    async def versions(self, model: str) -> list[str]:
        """What waits to be deployed, the newest first. Raises Retryable or Permanent."""
        try:
            return [str(one.version) for one in await waiting_attempts(self._github, model)]
        except Missing:
            return []

    async def artifact(self, model: str, version: str, since: datetime) -> Artifact:
        """What identifies the version: repository, commit, run and attempt. Raises Retryable or Permanent."""
        found = await self._attempt(model, version)
        if found is None:
            raise Permanent(NO_SUCH_RUN)
        return _artifact(model, found)

    async def login(self) -> Login:
        """GitHub lets nobody start a run without a login."""
        return "required"

    async def _attempt(self, repository: str, text: str) -> Attempt | None:
        version = RunVersion.read(text)
        return await attempt_of(self._github, repository, version) if version else None

    async def _version(self, order: Order, found: Attempt, live: str | None) -> Version:
        authors = [Author(source="run", name=name) for name in found.actors]
        commits = await self._commits(order.model, found, live)
        with plausible():
            authors += [author for commit in commits for author in _authors(commit)]
        authors += await self._of_pull_requests(order.model, found.sha)
        return Version(
            version=order.version,
            status="READY",
            authors=tuple(dict.fromkeys(authors)),
            card=NO_CARD,
            run=Run(id=f"{found.version.run}.{found.version.attempt}", status="FINISHED", metrics=()),
            artifact=_artifact(order.model, found),
            checks=await self._checks(order, found.sha) if order.checks else (),
        )

    async def _commits(self, repository: str, found: Attempt, live: str | None) -> list[Any]:
        """The commit itself and all since what is live, as far as that is known."""
        before = await self._attempt(repository, live) if live else None
        commits = [await self._github.get(repository, f"commits/{found.sha}")]
        if before is None or before.sha == found.sha:
            return commits
        path = f"compare/{before.sha}...{found.sha}"
        try:
            return commits + await self._github.pages(repository, path, "commits", self._max_commits)
        except Missing:
            return commits

    async def _of_pull_requests(self, repository: str, sha: str) -> list[Author]:
        found = await self._github.get(repository, f"commits/{sha}/pulls", per_page=100)
        with plausible():
            names = [login_of(one["user"]) for one in found]
        return [Author(source="other", name=name) for name in names if name]

    async def _checks(self, order: Order, sha: str) -> tuple[CommitCheck, ...]:
        path = f"commits/{sha}/check-runs"
        found = await self._github.pages(order.model, path, "check_runs", MAX_CHECKS, filter="latest")
        with plausible():
            ended = [(str(one["name"]), str(one["conclusion"] or "")[:40]) for one in found]
        return tuple(
            CommitCheck(name=name, conclusions=tuple(sorted(how for of, how in ended if of == name)))
            for name in order.checks
        )


def _authors(commit: dict[str, Any]) -> list[Author]:
    """Who wrote a commit, and who committed it; by login where GitHub knows one, and by address always."""
    found = []
    for role, source in ROLES:
        login = login_of(commit.get(role))
        address = one_line(str((commit["commit"].get(role) or {}).get("email") or ""), MAX_NAME_CHARS)
        if login or address:
            found.append(Author(source=source, name=login or address))
        if login and address:
            found.append(Author(source="other", name=address))
    return found


def _artifact(repository: str, found: Attempt) -> Artifact:
    """What an approval is bound to in place of bytes: a commit's hash covers its content."""
    subject: JsonValue = {
        "repository": repository,
        "sha": found.sha,
        "run": str(found.version.run),
        "attempt": found.version.attempt,
    }
    return Artifact(files=(), count=1, size=0, digest=digest_of(subject))
