"""Judges on a real MLflow server: what one version of a judge said of a version, counted row by row."""

from collections.abc import Awaitable, Callable

import pytest

from integrations.mlflow import JudgeAlias, JudgeRegistry, PromptRegistry
from tests.builders import MONDAY
from tests.prompts import JudgeLab, PromptLab, new_judge, new_prompt
from tests.releases.gates import NOW
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import TargetTerms
from workflows.ports import Permanent
from workflows.releases.gates import evaluate_gates
from workflows.releases.gates.gate import Result
from workflows.releases.performers import order_of

pytestmark = pytest.mark.server


@pytest.fixture
def prompt(lab) -> PromptLab:
    made = new_prompt(lab)
    assert made.register("Be kind.") == "1"
    return made


@pytest.fixture
def judge(lab) -> JudgeLab:
    made = new_judge(lab)
    assert (made.register("please"), made.register("thank")) == ("1", "2")
    return made


@pytest.fixture
def judged(client, prompt, judge, world) -> Callable[..., Awaitable[Result]]:
    """What the gate makes of the prompt's only version."""
    service = world.bundle.services["ranking-model"]
    terms = service.model_copy(update={"model": prompt.name, "source": "mlflow-prompts"})

    async def evaluating(**more: object) -> Result:
        written = {"judge": judge.judge, "judge_version": 1, "observed_in": judge.experiment, **more}
        gate = GateTerms.model_validate({"name": "kind", "kind": "judge", "at_least": "0.75", **written})
        evidence = await PromptRegistry(client).read(order_of(terms, "1", (gate,), NOW()), None)
        return evaluate_gates((gate,), (), evidence, MONDAY)[0]

    return evaluating


class TestAJudge:
    async def test_passes_or_fails_by_the_mean_of_its_scores(self, judge, judged, prompt):
        judge.evaluated(f"{prompt.name}/1", ["yes", True, "no", 1])
        passed, failed = await judged(), await judged(at_least="0.76")
        assert (passed.verdict, passed.sentence) == (
            "passed",
            "polite, version 1, gave 0.75 on 4 rows (required: at least 0.75).",
        )
        assert (failed.verdict, passed.value) == ("failed", "0.75")
        assert passed.evidence == (await judged()).evidence

    async def test_of_another_version_counts_for_nothing(self, judge, judged, prompt):
        judge.evaluated(f"{prompt.name}/1", ["yes"], version="2")
        found = await judged()
        assert (found.verdict, found.sentence) == (
            "unknown",
            "polite judged in version 2, and the policy asks for 1.",
        )
        run = judge.evaluated(f"{prompt.name}/1", ["yes"])
        assert (await judged()).verdict == "passed"
        judge.judge_row(run, judge.row(run), "yes", version=None)
        assert "isn't registered" in (await judged()).sentence

    async def test_counts_in_the_newest_finished_run_about_this_version_alone(self, judge, judged, prompt):
        assert "No finished run" in (await judged()).sentence
        judge.evaluated(f"{prompt.name}/2", ["yes"])
        judge.evaluated(f"{prompt.name}/1", ["yes"], status="RUNNING")
        assert "No finished run" in (await judged()).sentence
        judge.evaluated(f"{prompt.name}/1", ["yes"])
        judge.evaluated(f"{prompt.name}/1", ["no"])
        assert (await judged()).verdict == "failed"

    @pytest.mark.parametrize(
        ("rows", "says"),
        [
            (["yes", None], "gave no score for 1 of 2 rows"),
            (["yes", "maybe"], "“maybe”, which is neither a number nor yes or no"),
            ([[1]], "neither a number"),
            ([], "judged nothing"),
        ],
    )
    async def test_that_gave_no_score_somewhere_can_t_be_gone_by(self, judge, judged, prompt, rows, says):
        judge.evaluated(f"{prompt.name}/1", rows)
        found = await judged()
        assert (found.verdict, says in found.sentence) == ("unknown", True), found

    async def test_whose_score_somebody_added_to_or_whose_rows_are_its_own_traces(
        self, judge, judged, prompt
    ):
        run = judge.evaluated(f"{prompt.name}/1", [])
        judge.row(run, **{"mlflow.trace.sourceScorer": "polite"})
        row = judge.row(run)
        judge.judge_row(run, row, "yes", "1")
        assert (await judged()).sentence.startswith("polite, version 1, gave 1 on 1 row (")
        judge.judge_row(run, row, "yes", "1")
        assert "gave 2 scores for one row" in (await judged()).sentence

    async def test_that_is_changed_under_its_number_changes_the_evidence(self, judge, judged, prompt):
        judge.evaluated(f"{prompt.name}/1", ["yes"], version="2")
        before = await judged(judge_version=2)
        judge.delete("2")
        assert "no version 2 of polite" in (await judged(judge_version=2)).sentence
        assert judge.register("sorry") == "2"
        after = await judged(judge_version=2)
        assert (before.verdict, after.verdict) == ("passed", "passed")
        assert before.evidence != after.evidence

    async def test_that_goes_live_itself_is_named_by_a_tag_and_shows_what_it_changes(
        self, judge, client, world
    ):
        target = TargetTerms(kind="judge-alias", alias="production")
        service = world.bundle.services["ranking-model"]
        own = {"model": judge.name, "source": "mlflow-judges", "target": target, "gates": ()}
        terms = service.model_copy(update=own)
        alias = JudgeAlias(client)
        await alias.move(terms, None, "1")
        with pytest.raises(Permanent, match="no version 9"):
            await alias.move(terms, "1", "9")
        evidence = await JudgeRegistry(client).read(order_of(terms, "2", (), NOW()), "1")
        changed = [line for line in evidence.difference.splitlines() if line[0] in "+-"]
        assert changed == ['-  "pattern": "please"', '+  "pattern": "thank"']
        await alias.move(terms, "1", None)
        assert await alias.live(terms) is None
