"""What GitHub is told of a release, what only runs forward, and what counts as a bypass: pure, without GitHub."""

from datetime import UTC, datetime

import pytest

from tests.builders import changed_bundle
from tests.people import ADA, GRACE
from tests.releases.github_service import SERVICE, terms_in, web_world
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.gates import GateTerms
from workflows.releases.bypass import bypass_sentence, is_bypass
from workflows.releases.commands import Restore, RollBack
from workflows.releases.decide import decide
from workflows.releases.deployments import (
    REPORTS,
    Deployable,
    GitHubVerdict,
    approval_of,
    deployment_effects,
    proposal_of,
    standing_of,
)
from workflows.releases.events import (
    ApprovalVoided,
    Approved,
    Lapsed,
    Proposed,
    Rejected,
    Superseded,
    Withdrawn,
)
from workflows.releases.evidence import CommitCheck, Evidence, ModelCard, Version
from workflows.releases.evolve import evolve
from workflows.releases.gates import evaluate_gates
from workflows.releases.refusals import ONLY_FORWARD
from workflows.releases.state import EVERY, Release, Review
from workflows.workflow import Actor

AT = datetime(2026, 1, 1, 10, tzinfo=UTC)
FOUND = Deployable(
    "4f9c2e1a0b3c.1000.1", AT, "Better on Mondays", "https://github.com/northwind/web/actions/runs/1000"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return web_world(tmp_path_factory.mktemp("web"))


@pytest.fixture
def terms(world):
    return terms_in(world)


@pytest.fixture
def state(world, terms) -> Release:
    """As it is proposed by the machine that the bundle names."""
    decision = decide(None, proposal_of(terms, FOUND), Actor.machine(terms.target.machine), world, AT)
    (event,) = decision
    assert isinstance(event, Proposed)
    return evolve(None, event)


def with_status(state: Release, status: str, **changes: object) -> Release:
    return state.model_copy(update={"status": status, **changes})


def kinds(state: Release, event) -> list[str]:
    return [one.kind for one in deployment_effects(state, event)]


class TestAProposal:
    def test_is_the_same_however_often_it_is_found(self, terms):
        assert proposal_of(terms, FOUND) == proposal_of(terms, FOUND)
        again = Deployable("4f9c2e1a0b3c.1000.2", AT, FOUND.title, FOUND.link)
        assert proposal_of(terms, again).subject != proposal_of(terms, FOUND).subject

    def test_is_answered_for_by_who_answers_for_the_machine(self, state, world):
        assert state.behind == (ADA,)
        assert ADA in state.excluded(world.directory)

    def test_is_reported_and_refused_where_it_ends(self, state):
        proposed = Proposed.model_construct(action="proposed")
        assert kinds(state, proposed) == ["report-deployment"]
        for event in (Rejected(at=AT), Lapsed(at=AT), Withdrawn(at=AT), Superseded(at=AT, live=None)):
            assert kinds(state, event) == ["reject-deployment"], event
        assert kinds(state, Approved(at=AT)) == [], "the approval is the release's move"

    def test_reports_no_more_often_than_github_takes(self, state):
        voided = ApprovalVoided(changed=("evidence",), reviewers=(GRACE,))
        told = [kinds(with_status(state, "proposed", round=number), voided) for number in range(1, 30)]
        assert sum(map(len, told)) + 1 <= REPORTS < 10

    def test_of_another_service_tells_github_nothing(self, state, world):
        other = state.model_copy(update={"terms": world.bundle.services["ranking-model"]})
        assert kinds(other, Rejected(at=AT)) == []

    @pytest.mark.parametrize("status", EVERY)
    def test_is_told_of_in_every_status_without_what_people_typed(self, state, status):
        said = standing_of(with_status(state, status, note="<@everyone>", reason="secret"))
        assert state.id in said
        assert len(said) < 300
        assert "secret" not in said and "everyone" not in said

    def test_names_who_approved_it(self, state, world):
        review = Review(reviewer=GRACE, verdict="approve", at=AT, digest="d")
        said = approval_of(with_status(state, "approved", reviews=(review,)), world.directory)
        assert said == f"Approved in Slack by {world.directory.name_of(GRACE)}. Daypass release {state.id}"


class TestWhatOnlyRunsForward:
    @pytest.mark.parametrize("command", [RollBack, Restore])
    def test_is_not_put_back_by_daypass(self, state, world, command):
        live = with_status(state, "live", drifted=True, found="1")
        asked = command(state.id, "it is slow") if command is RollBack else command(state.id)
        assert decide(live, asked, Actor.person(GRACE), world, AT) == ONLY_FORWARD

    def test_has_no_button_for_it(self, state):
        from bot.slack.releases.repairs import repairs

        live = with_status(state, "live", drifted=True, found="1", checked_at=AT)
        assert [one.action_id for one in repairs(live)] == ["release.check-again"]


class TestABypass:
    @pytest.mark.parametrize(
        "status", ["proposed", "pending", "approved", "rejected", "lapsed", "withdrawn", "superseded"]
    )
    def test_is_whatever_is_live_and_was_never_let_through(self, state, status):
        assert is_bypass(with_status(state, status), stands=False)

    @pytest.mark.parametrize("status", ["live", "evaluated", "replaced"])
    def test_is_nothing_that_daypass_let_through(self, state, status):
        assert not is_bypass(with_status(state, status), stands=True)

    def test_is_a_run_that_daypass_was_never_asked_about_once_it_is_asked_at_all(self):
        assert is_bypass(None, stands=True)
        assert not is_bypass(None, stands=False), "it was deployed before Daypass was set up"

    def test_says_who_and_what_to_do(self, terms, state):
        found = bypass_sentence(
            terms, FOUND.version, state, (GitHubVerdict("root-admin", "approved", "hotfix"),)
        )
        for words in (FOUND.version, "Web shop", "production", "proposed", "root-admin (approved)", "bypass"):
            assert words in found


class TestTheCheckOfACommit:
    @pytest.mark.parametrize(
        ("conclusions", "verdict"),
        [
            (("success",), "passed"),
            (("success", "success"), "passed"),
            (("failure", "success"), "failed"),
            (("skipped",), "failed"),
            (("neutral",), "failed"),
            (("", "success"), "unknown"),
            ((), "unknown"),
        ],
    )
    def test_passes_only_where_each_run_of_it_succeeded(self, conclusions, verdict):
        gate = GateTerms(name="tested", kind="commit-checks", names=("tests",))
        checks = (CommitCheck(name="tests", conclusions=conclusions),)
        card = ModelCard(sections=(), digest="")
        version = Version(version="1", status="READY", authors=(), card=card, checks=checks)
        (found,) = evaluate_gates((gate,), (), Evidence(candidate=version, live=None), AT)
        assert found.verdict == verdict


class TestAServiceThatGitHubDeploys:
    @pytest.mark.parametrize(
        ("old", "new", "what"),
        [
            ("source: github", "source: mlflow", "belong together"),
            ("  deployment: production\n", "  alias: champion\n", "belong together"),
            ("  machine: nightly-training\n", "", "belong together"),
            ("  machine: nightly-training\n", "  machine: nightly-trainin\n", "no machine “nightly-trainin”"),
            ("  deployment: production\n", "  deployment: production\n  alias: champion\n", "exactly one"),
            ("model: northwind/web", "model: northwind", "its repository"),
            ("model: northwind/web", "model: northwind/..", "its repository"),
            (
                "kind: commit-checks\n    names: [tests]",
                "kind: run",
                "can't be evaluated for what GitHub deploys",
            ),
        ],
    )
    def test_is_refused_where_it_does_not_fit_together(self, tmp_path, old, new, what):
        assert old in SERVICE
        with pytest.raises(BundleErrors, match=what):
            changed_bundle(tmp_path / "bundle", files={"services/web.yaml": SERVICE.replace(old, new)})
