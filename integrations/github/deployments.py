"""The deployments of an environment: what GitHub has begun to deploy there, and Daypass's verdict on what waits."""

from collections.abc import Mapping
from typing import Any, Literal

from integrations.github.client import GitHub, Missing, Unprocessable, plausible
from integrations.github.runs import (
    Attempt,
    attempt_of,
    login_of,
    newest_attempt,
    waiting_attempts,
    waits_for,
)
from integrations.github.version import SHA_CHARS, RunVersion, job_of, sha_of
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.deployments import Deployable, GitHubVerdict
from workflows.releases.performers import Moved, is_there
from workflows.text import one_line

MAX_COMMENT_CHARS = 1_024
"""Of a status report; GitHub refuses more."""
MAX_APPROVAL_CHARS = 200
LOOKED_AT = 10
"""Newest deployments of an environment that are looked at: all that waits is newer than what was begun."""
BEGUN = ("in_progress", "success")
"""What a deployment's status is at some time once the job runs, and never before the protection rules let it."""


class GitHubDeployments:
    """Both the `Target` and the `Deployments` of services that GitHub deploys."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._approved: set[tuple[str, str, str]] = set()

    async def live(self, terms: ReleaseTerms) -> str | None:
        """What GitHub began to deploy last in this environment, whether that worked or not."""
        path, query = "deployments", {"environment": terms.target.environment}
        found = await self._github.get(terms.model, path, per_page=LOOKED_AT, **query)
        with plausible():
            deployments = [(int(one["id"]), sha_of(one["sha"])) for one in found]
        for number, sha in deployments:
            if (begun := await self._begun(terms.model, number)) is not None:
                return await self._version(terms.model, sha, begun)
        return None

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Let the run deploy, and return only once it has begun to."""
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        version = RunVersion.read(to or "")
        if version is None:
            raise Permanent(
                "Daypass can't undo what GitHub deployed. Run the workflow for the earlier version again."
            )
        run = await newest_attempt(self._github, terms.model, version.run)
        if run is None or run.version != version or run.completed:
            raise Moved(found)
        await self._approve(terms, version, why)
        if await self.live(terms) != to:
            raise Retryable(
                "GitHub has the approval and hasn't begun to deploy. Another protection rule may still hold it back."
            )

    async def report(self, terms: ReleaseTerms, version: str, sentence: str) -> None:
        """Show how things stand on the run's page. Nothing is said where nothing waits. Raises Retryable or Permanent."""
        await self._answer(terms, RunVersion.read(version), None, sentence)

    async def reject(self, terms: ReleaseTerms, version: str, sentence: str) -> None:
        """Refuse the deployment, if it waits. Raises Retryable or Permanent."""
        await self._answer(terms, RunVersion.read(version), "rejected", sentence)

    async def waiting(self, terms: ReleaseTerms) -> list[Deployable]:
        """What waits for this environment. Raises Retryable or Permanent."""
        name = terms.target.environment
        return [
            _deployable(one)
            for one in await waiting_attempts(self._github, terms.model)
            if await waits_for(self._github, terms.model, one.version.run, name)
        ]

    async def of_run(self, terms: ReleaseTerms, run: int) -> Deployable | None:
        """The newest attempt of the run, if it waits for this environment. Raises Retryable or Permanent."""
        found = await newest_attempt(self._github, terms.model, run)
        if found is None or not await waits_for(self._github, terms.model, run, terms.target.environment):
            return None
        return _deployable(found)

    async def of_version(self, terms: ReleaseTerms, version: str) -> Deployable | None:
        """The attempt of this name, whatever became of it. Raises Retryable or Permanent."""
        asked = RunVersion.read(version)
        found = await attempt_of(self._github, terms.model, asked) if asked else None
        return _deployable(found) if found else None

    async def verdicts(self, terms: ReleaseTerms, version: str) -> tuple[GitHubVerdict, ...]:
        """What was decided on GitHub itself about the run in this environment. Raises Retryable or Permanent."""
        asked = RunVersion.read(version)
        if asked is None:
            return ()
        try:
            found = await self._github.get(terms.model, f"actions/runs/{asked.run}/approvals")
        except Missing:
            return ()
        with plausible():
            return tuple(
                GitHubVerdict(
                    login_of(one["user"]), str(one["state"]), one_line(one["comment"], MAX_APPROVAL_CHARS)
                )
                for one in found
                if any(each.get("name") == terms.target.environment for each in one["environments"])
            )

    async def _begun(self, repository: str, number: int) -> Mapping[str, Any] | None:
        """The status by which a deployment was begun; None if it wasn't yet, or was refused."""
        found = await self._github.get(repository, f"deployments/{number}/statuses", per_page=100)
        with plausible():
            return next((one for one in found if one["state"] in BEGUN), None)

    async def _version(self, repository: str, sha: str, status: Mapping[str, Any]) -> str:
        """By the job that deploys; only the commit, if that wasn't a job of GitHub Actions."""
        job = job_of(status.get("log_url")) or job_of(status.get("target_url"))
        if job is None:
            return sha[:SHA_CHARS]
        try:
            found = await self._github.get(repository, f"actions/jobs/{job}")
        except Missing:
            return sha[:SHA_CHARS]
        with plausible():
            return str(RunVersion.of(found["head_sha"], found["run_id"], found.get("run_attempt") or 1))

    async def _approve(self, terms: ReleaseTerms, version: RunVersion, why: str) -> None:
        """Once for each process: while another rule holds the run back, GitHub needn't hear it again."""
        key = (terms.model, str(version), terms.target.environment)
        if key not in self._approved:
            await self._post(terms, version, "approved", why)
            self._approved.add(key)

    async def _answer(
        self,
        terms: ReleaseTerms,
        version: RunVersion | None,
        state: Literal["rejected"] | None,
        sentence: str,
    ) -> None:
        """The newest attempt is answered for, so an older one never is."""
        if version is None:
            return
        run = await newest_attempt(self._github, terms.model, version.run)
        if run is None or run.version != version or run.completed:
            return
        await self._post(terms, version, state, sentence)

    async def _post(
        self,
        terms: ReleaseTerms,
        version: RunVersion,
        state: Literal["approved", "rejected"] | None,
        sentence: str,
    ) -> None:
        body = {"environment_name": terms.target.environment, "comment": sentence[:MAX_COMMENT_CHARS]}
        if state is not None:
            body["state"] = state
        try:
            await self._github.post(
                terms.model, f"actions/runs/{version.run}/deployment_protection_rule", body
            )
        except (Missing, Unprocessable):
            return


def _deployable(found: Attempt) -> Deployable:
    return Deployable(str(found.version), found.started_at, found.title, found.link)
