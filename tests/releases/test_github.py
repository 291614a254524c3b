"""What Daypass reads from GitHub, and how it answers, against a stand-in that keeps to what GitHub publishes."""

from collections.abc import AsyncIterator

import pytest

from integrations.github import GitHub, GitHubDeployments, GitHubRegistry
from integrations.github.deployments import MAX_COMMENT_CHARS
from tests.releases.github_server import GitHubServer
from tests.releases.github_service import github, new_key, terms_in, web_world
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Evidence
from workflows.releases.performers import Moved, order_of

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def terms(tmp_path_factory) -> ReleaseTerms:
    return terms_in(web_world(tmp_path_factory.mktemp("web")))


@pytest.fixture
def server(key) -> GitHubServer:
    return GitHubServer(key)


@pytest.fixture
async def api(server, tmp_path) -> AsyncIterator[GitHub]:
    async with github(server, tmp_path) as api:
        yield api


@pytest.fixture
def deployments(api) -> GitHubDeployments:
    return GitHubDeployments(api)


async def read(api: GitHub, terms: ReleaseTerms, version: str, live: str | None = None) -> Evidence:
    return await GitHubRegistry(api).read(order_of(terms, version, terms.gates, None), live)


def named(evidence: Evidence) -> set[tuple[str, str]]:
    assert evidence.candidate
    return {(one.source, one.name) for one in evidence.candidate.authors}


class TestEvidence:
    async def test_names_who_started_the_run_wrote_commits_and_opened_the_pull_request(
        self, server, api, terms
    ):
        run = server.push(
            "alovelace", "ada@northwind.example", actor="grace", starter="edsger", pulls=("radia",)
        )
        assert named(await read(api, terms, run.version)) == {
            ("run", "grace"),
            ("run", "edsger"),
            ("registrant", "alovelace"),
            ("other", "ada@northwind.example"),
            ("other", "web-flow"),
            ("other", "mona@github.com"),
            ("other", "radia"),
        }

    async def test_takes_the_authors_of_every_commit_since_what_is_live(self, server, api, terms):
        live, _between, run = server.push("old"), server.push("between"), server.push("new")
        server.begin(live)
        found = {
            name
            for source, name in named(await read(api, terms, run.version, live.version))
            if source == "registrant"
        }
        assert found == {"between", "new"}

    async def test_is_not_read_where_there_are_too_many_commits_to_tell_the_authors(self, server, api, terms):
        live = server.push()
        for number in range(101):
            server.commits[f"{number:040d}"] = ("ada", "ada@northwind.example")
        order = order_of(terms, server.push().version, (), None)
        with pytest.raises(Permanent, match="more than 100 "):
            await GitHubRegistry(api, max_commits=100).read(order, live.version)

    async def test_is_bound_to_commit_run_and_attempt(self, server, api, terms):
        run = server.push()
        first = (await read(api, terms, run.version)).candidate
        run.attempt = 2
        second = (await read(api, terms, run.version)).candidate
        assert first and second and first.artifact and second.artifact
        assert first.artifact.digest != second.artifact.digest
        run.sha = run.sha[:12] + "f" * 28
        server.commits[run.sha] = ("ada", "ada@northwind.example")
        other = (await read(api, terms, run.version)).candidate
        assert other and other.artifact and other.artifact.digest != second.artifact.digest

    async def test_has_the_checks_that_were_asked_for(self, server, api, terms):
        run = server.push(checks=(("tests", "success"), ("tests", None), ("lint", "failure")))
        found = await read(api, terms, run.version)
        assert found.candidate and [(one.name, one.conclusions) for one in found.candidate.checks] == [
            ("tests", ("", "success"))
        ]

    @pytest.mark.parametrize("version", ["7", "0" * 12 + ".1000.1", "0" * 12 + ".9.1", ""])
    async def test_makes_nothing_up_of_a_run_that_is_not_there(self, server, api, terms, version):
        server.push()
        assert (await read(api, terms, version)).candidate is None


class TestTheVerdict:
    async def test_is_given_once_and_read_back(self, server, deployments, terms):
        run = server.push()
        await deployments.move(terms, None, run.version, "Approved by Grace")
        await deployments.move(terms, None, run.version, "Approved by Grace")
        assert await deployments.live(terms) == run.version
        assert run.answers == [
            {"environment_name": "production", "state": "approved", "comment": "Approved by Grace"}
        ]

    async def test_is_not_taken_for_live_while_another_rule_holds_the_run_back(
        self, server, deployments, terms
    ):
        run, server.held = server.push(), True
        for _ in range(2):
            with pytest.raises(Retryable, match="Another protection rule"):
                await deployments.move(terms, None, run.version)
        assert len(run.answers) == 1
        server.begin(run)
        await deployments.move(terms, None, run.version)

    async def test_after_a_crash_finds_what_it_had_said(self, server, api, terms):
        run = server.push()
        await GitHubDeployments(api).move(terms, None, run.version)
        await GitHubDeployments(api).move(terms, None, run.version)
        assert len(run.answers) == 1

    async def test_is_for_the_attempt_that_was_approved_and_no_other(self, server, deployments, terms):
        run = server.push()
        approved = run.version
        run.attempt = 2
        with pytest.raises(Moved):
            await deployments.move(terms, None, approved)
        await deployments.reject(terms, approved, "no")
        assert run.answers == []

    @pytest.mark.parametrize("gone", [True, False])
    async def test_is_over_when_the_run_is_gone_or_cancelled(self, server, deployments, terms, gone):
        live, run = server.push(), server.push()
        server.begin(live)
        run.state = "completed"
        if gone:
            del server.runs[run.number]
        with pytest.raises(Moved) as moved:
            await deployments.move(terms, live.version, run.version)
        assert moved.value.found == live.version

    async def test_is_not_given_when_something_else_went_live(self, server, deployments, terms):
        live, run = server.push(), server.push()
        server.begin(live)
        with pytest.raises(Moved):
            await deployments.move(terms, None, run.version)
        assert run.answers == []

    async def test_never_goes_back(self, server, deployments, terms):
        live = server.push()
        server.begin(live)
        with pytest.raises(Permanent, match="Run the workflow"):
            await deployments.move(terms, live.version, None)

    async def test_of_a_rejection_is_final_and_harmless_twice(self, server, deployments, terms):
        run = server.push()
        await deployments.reject(terms, run.version, "Rejected in Slack.")
        await deployments.reject(terms, run.version, "Rejected in Slack.")
        assert [one["state"] for one in run.answers] == ["rejected"]
        assert await deployments.live(terms) is None, "a refused deployment was never begun"

    async def test_status_reports_have_no_verdict_and_fit(self, server, deployments, terms):
        run = server.push()
        await deployments.report(terms, run.version, "é" * 2_000)
        (said,) = run.answers
        assert "state" not in said
        assert len(said["comment"]) == MAX_COMMENT_CHARS

    async def test_of_people_on_github_is_read_for_its_environment_alone(self, server, deployments, terms):
        run = server.push()
        server.bypass(run, "root-admin")
        (found,) = await deployments.verdicts(terms, run.version)
        assert (found.who, found.state, found.comment) == ("root-admin", "approved", "hotfix")
        run.approvals[0]["environments"][0]["name"] = "staging"
        assert await deployments.verdicts(terms, run.version) == ()


class TestWhatWaits:
    async def test_is_listed_newest_first(self, server, api, deployments, terms):
        first, second = server.push(), server.push()
        begun = server.push()
        server.begin(begun)
        assert await GitHubRegistry(api).versions(terms.model) == [second.version, first.version]
        found = await deployments.waiting(terms)
        assert [one.version for one in found] == [second.version, first.version]
        assert found[0].link.endswith(f"/actions/runs/{second.number}")

    async def test_is_known_by_its_run(self, server, deployments, terms):
        run = server.push()
        found = await deployments.of_run(terms, run.number)
        assert found and found.version == run.version
        server.begin(run)
        assert await deployments.of_run(terms, run.number) is None
        assert await deployments.of_run(terms, 5) is None


class TestTheLogin:
    async def test_is_kept_until_shortly_before_its_end(self, server, api, terms):
        run = server.push()
        for _ in range(3):
            await read(api, terms, run.version)
        assert server.tokens == 1

    async def test_is_renewed_when_github_forgets_it(self, server, api, terms):
        run = server.push()
        await read(api, terms, run.version)
        server.forget_tokens()
        await read(api, terms, run.version)
        assert server.tokens == 2

    async def test_follows_a_rotated_key_without_a_restart(self, server, api, terms, tmp_path):
        run = server.push()
        rotated = new_key()
        server.key = rotated
        with pytest.raises(Permanent, match="DAYPASS_GITHUB_KEY_FILE"):
            await read(api, terms, run.version)
        (tmp_path / "app.pem").write_bytes(rotated.as_pem(private=True))
        assert (await read(api, terms, run.version)).candidate

    async def test_with_a_broken_key_says_which_setting(self, server, api, terms, tmp_path):
        run = server.push()
        (tmp_path / "app.pem").write_text("nothing of the kind")
        with pytest.raises(Permanent, match="DAYPASS_GITHUB_KEY_FILE"):
            await read(api, terms, run.version)

    async def test_asks_only_for_the_repository_and_the_permissions_that_it_needs(self, server, api, terms):
        await read(api, terms, server.push().version)
        assert server.calls[:2] == [
            "GET /repos/{owner}/{repo}/installation",
            "POST /app/installations/{installation_id}/access_tokens",
        ]


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("status", "headers", "error"),
        [
            (403, {}, Permanent),
            (403, {"x-ratelimit-remaining": "0"}, Retryable),
            (429, {"retry-after": "7"}, Retryable),
            (500, {}, Retryable),
            (404, {}, Permanent),
        ],
    )
    async def test_of_refusal_is_told_apart(self, server, api, terms, status, headers, error):
        server.push()
        server.faults["/repos/{owner}/{repo}/installation"] = status
        server.headers = headers
        with pytest.raises(error) as found:
            await GitHubDeployments(api).live(terms)
        if "retry-after" in headers:
            assert found.value.pause == 7
            calls = len(server.calls)
            with pytest.raises(Retryable, match="asked Daypass to wait"):
                await GitHubDeployments(api).live(terms)
            assert len(server.calls) == calls, "nothing is asked before that"

    @pytest.mark.parametrize("status", [404, 422])
    async def test_that_nothing_waits_ends_a_rejection(self, server, deployments, terms, status):
        run = server.push()
        server.faults["/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule"] = status
        await deployments.reject(terms, run.version, "no")

    async def test_of_another_shape_is_refused(self, server, api, terms):
        run = server.push()
        run.sha = "not a hash"
        with pytest.raises(Permanent, match="invalid answer"):
            await GitHubDeployments(api).of_run(terms, run.number)

    async def test_never_follows_a_redirect(self, server, api, terms):
        server.push()
        server.faults["/repos/{owner}/{repo}/installation"] = 302
        server.headers = {"Location": "http://127.0.0.1:9/elsewhere"}
        with pytest.raises(Permanent, match="302"):
            await GitHubDeployments(api).live(terms)
