"""A stand-in for GitHub's REST API: it knows the runs of one repository, and keeps to what GitHub publishes.

Each request and each answer is held against the published description; a fault of either side fails the test.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.releases.github_published import check_answer, check_request, example

REPOSITORY = "northwind/web"
ENVIRONMENT = "production"
APP = "Iv23liDaypass"
State = Literal["waiting", "begun", "refused", "completed"]


@dataclass
class GitHubRun:
    """One run, as of its newest attempt."""

    number: int
    sha: str
    attempt: int = 1
    state: State = "waiting"
    actor: str = "ada"
    starter: str = "ada"
    pulls: tuple[str, ...] = ()
    checks: tuple[tuple[str, str | None], ...] = ()
    approvals: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def version(self) -> str:
        return f"{self.sha[:12]}.{self.number}.{self.attempt}"


@dataclass
class GitHubServer:
    """`faults` are statuses to answer with, by the start of a path's template. `held` keeps a run from beginning."""

    key: RSAKey
    runs: dict[int, GitHubRun] = field(default_factory=dict)
    commits: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Login and address of who wrote a commit."""
    faults: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    held: bool = False
    begun: list[int] = field(default_factory=list)
    """Runs in the order in which GitHub began to deploy them."""
    calls: list[str] = field(default_factory=list)
    tokens: int = 0
    problems: list[str] = field(default_factory=list)
    _valid: set[str] = field(default_factory=set)

    def push(self, login: str = "ada", address: str = "ada@northwind.example", **about: Any) -> GitHubRun:
        """A commit, and a run of it that wants to deploy."""
        number = 1_000 + len(self.runs)
        sha = f"{number:040x}"[::-1]
        self.commits[sha] = (login, address)
        self.runs[number] = GitHubRun(number, sha, **about)
        return self.runs[number]

    def begin(self, run: GitHubRun) -> None:
        """Begin to deploy, as GitHub does when the protection rules let it, or an administrator bypasses them."""
        run.state = "begun"
        self.begun.append(run.number)

    def bypass(self, run: GitHubRun, who: str = "root-admin") -> None:
        """An administrator lets it deploy."""
        environment = example("approval")["environments"][0] | {"name": ENVIRONMENT}
        user = example("approval")["user"] | {"login": who}
        run.approvals.append(
            {"state": "approved", "comment": "hotfix", "environments": [environment], "user": user}
        )
        self.begin(run)

    def forget_tokens(self) -> None:
        self._valid.clear()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            return await self._checked(request)
        except Exception as problem:
            self.problems.append(f"{request.method} {request.path}: {problem}")
            raise

    async def _checked(self, request: web.Request) -> web.Response:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        template = check_request(request.method, request.path, dict(request.query), body)
        self.calls.append(f"{request.method} {template}")
        for start, status in self.faults.items():
            if template.startswith(start):
                return web.json_response({"message": "no"}, status=status, headers=self.headers)
        if not self._let_in(request, template):
            return web.json_response({"message": "Bad credentials"}, status=401)
        status, document = self._document(template, request, body)
        if status < 300:
            check_answer(request.method, request.path, status, document)
        if document is None:
            return web.Response(status=status)
        return web.json_response(document, status=status)

    def _let_in(self, request: web.Request, template: str) -> bool:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if not (template.endswith("/installation") or template.endswith("/access_tokens")):
            return token in self._valid
        try:
            claims = jwt.decode(token, self.key, algorithms=["RS256"]).claims
        except Exception:
            return False
        return claims["iss"] == APP and claims["exp"] - claims["iat"] <= 600

    def _document(self, template: str, request: web.Request, body: Any) -> tuple[int, Any]:
        place = template.removeprefix("/repos/{owner}/{repo}")
        if template.startswith("/app/"):
            return self._token(body)
        if not request.path.startswith(f"/repos/{REPOSITORY}/"):
            return 404, {"message": "Not Found"}
        numbers = [int(one) for one in re.findall(r"/([0-9]+)(?=/|$)", request.path)]
        run = self.runs.get(numbers[0]) if numbers else None
        match place:
            case "/installation":
                return 200, example("installation")
            case "/actions/runs":
                waiting = [self._run(one) for one in self._newest_first() if one.state == "waiting"]
                return 200, {"total_count": len(waiting), "workflow_runs": waiting}
            case "/deployments":
                return 200, [self._deployment(one) for one in self._in_order()]
            case "/deployments/{deployment_id}/statuses":
                return 200, self._statuses(self.runs[numbers[0]])
            case "/actions/jobs/{job_id}":
                return 200, self._job(self.runs[numbers[0]])
            case "/commits/{ref}":
                return 200, self._commit(request.path.rsplit("/", 1)[1])
            case "/compare/{basehead}":
                return 200, self._compare(request)
            case "/commits/{ref}/check-runs" | "/commits/{commit_sha}/pulls":
                return 200, self._of_commit(request.path.split("/")[-2], place)
        if run is None or (len(numbers) > 1 and numbers[1] > run.attempt):
            return 404, {"message": "Not Found"}
        return self._of_run(place, run, body)

    def _of_run(self, place: str, run: GitHubRun, body: Any) -> tuple[int, Any]:
        if place.endswith("/pending_deployments"):
            environment = example("pending")["environment"] | {"name": ENVIRONMENT}
            return 200, [
                example("pending", environment=environment, reviewers=[])
            ] if run.state == "waiting" else []
        if place.endswith("/approvals"):
            return 200, run.approvals
        if place.endswith("/deployment_protection_rule"):
            return self._answered(run, body)
        return 200, self._run(run)

    def _answered(self, run: GitHubRun, body: Any) -> tuple[int, Any]:
        if run.state != "waiting" or body["environment_name"] != ENVIRONMENT or len(body["comment"]) > 1_024:
            return 422, {"message": "No pending deployment requests to approve or reject"}
        run.answers.append(body)
        if body.get("state") == "approved" and not self.held:
            self.begin(run)
        if body.get("state") == "rejected":
            run.state = "refused"
        return 204, None

    def _token(self, body: Any) -> tuple[int, Any]:
        self.tokens += 1
        token = f"ghs_{self.tokens}"
        self._valid.add(token)
        until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert body["repositories"] == ["web"]
        return 201, example("token", token=token, expires_at=until)

    def _newest_first(self) -> list[GitHubRun]:
        return sorted(self.runs.values(), key=lambda one: -one.number)

    def _in_order(self) -> list[GitHubRun]:
        """The newest deployment first: what waits was made last."""
        rest = [one for one in self._newest_first() if one.number not in self.begun]
        return [*rest, *(self.runs[number] for number in reversed(self.begun))]

    def _run(self, run: GitHubRun) -> Any:
        status = {"waiting": "waiting", "begun": "in_progress"}.get(run.state, "completed")
        user = example("run")["actor"]
        return example(
            "run",
            id=run.number,
            head_sha=run.sha,
            run_attempt=run.attempt,
            status=status,
            run_started_at=f"2026-01-{run.attempt:02}T10:00:{run.number % 60:02}Z",
            display_title="Better on Mondays",
            html_url=f"https://github.com/{REPOSITORY}/actions/runs/{run.number}",
            actor=user | {"login": run.actor},
            triggering_actor=user | {"login": run.starter},
        )

    def _deployment(self, run: GitHubRun) -> Any:
        return example("deployment", id=run.number, sha=run.sha, environment=ENVIRONMENT)

    def _statuses(self, run: GitHubRun) -> Any:
        link = f"https://github.com/{REPOSITORY}/actions/runs/{run.number}/job/{run.number}"
        states = {"begun": ["in_progress", "pending"], "refused": ["failure", "pending"]}
        told = states.get(run.state, ["pending"])
        return [example("status", state=one, log_url=link, target_url=link) for one in told]

    def _job(self, run: GitHubRun) -> Any:
        made = {"id": run.number, "run_id": run.number, "head_sha": run.sha, "run_attempt": run.attempt}
        return example("job", created_at="2026-01-01T10:00:00Z", **made)

    def _commit(self, sha: str) -> Any:
        login, address = self.commits[sha]
        made = example("commit", files=[])
        """Without the example's files, which lack fields that the description requires."""
        made["sha"], made["author"]["login"] = sha, login
        made["commit"]["author"]["email"] = address
        made["committer"]["login"] = "web-flow"
        return made

    def _compare(self, request: web.Request) -> Any:
        base, head = request.path.rsplit("/", 1)[1].split("...")
        order = list(self.commits)
        shas = order[order.index(base) + 1 : order.index(head) + 1]
        size = int(request.query["per_page"])
        start = (int(request.query["page"]) - 1) * size
        commits = [self._commit(sha) for sha in shas[start : start + size]]
        return example("compare", commits=commits, total_commits=len(shas), files=[])

    def _of_commit(self, sha: str, place: str) -> Any:
        run = next(one for one in self.runs.values() if one.sha == sha)
        if place.endswith("/pulls"):
            user = example("pull")["user"]
            return [example("pull", user=user | {"login": login}, requested_teams=[]) for login in run.pulls]
        runs = [
            example("check", name=name, conclusion=how, status="completed" if how else "in_progress")
            for name, how in run.checks
        ]
        return {"total_count": len(runs), "check_runs": runs}
