"""Every kind of gate on a real MLflow server: passed, failed, and what can't be evaluated isn't passed."""

import pytest

from integrations.mlflow import AliasTarget, MLflow, MLflowLogin, MLflowRegistry, open_mlflow
from integrations.mlflow.card import read_card
from tests.builders import MONDAY
from tests.lab import CARD
from tests.releases.gates import (
    ARTIFACT,
    CHAMPION,
    METRIC,
    MODEL_CARD,
    NO_STAGES,
    NOW,
    RUN,
    WELL,
    Going,
    result,
)
from workflows.policy.terms.releases import FreezeTerms, ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.gates import evaluate
from workflows.releases.performers import Moved, read_for

NAN = float("nan")
ELSEWHERE = {"source": "s3://models/elsewhere"}
"""Nobody's run, and not where MLflow serves artifacts."""


@pytest.mark.parametrize(
    ("gate", "trained", "verdict", "says"),
    [
        (RUN, {}, "passed", "FINISHED"),
        (RUN, {"status": "FAILED"}, "failed", "FAILED"),
        (RUN, {"status": "RUNNING"}, "failed", "RUNNING"),
        (RUN, ELSEWHERE, "unknown", "no run"),
        (ARTIFACT, {}, "passed", "2 files"),
        (ARTIFACT, {"files": ("MLmodel",)}, "failed", "missing model/weights.bin"),
        (ARTIFACT, {"files": ()}, "failed", "is missing"),
        (
            ARTIFACT,
            ELSEWHERE,
            "unknown",
            "s3://models/elsewhere",
        ),
        (METRIC, {}, "passed", "ndcg is 0.9"),
        (METRIC, {"metrics": {"ndcg": [0.7499999]}}, "failed", "at least 0.75"),
        (METRIC, {"metrics": {}}, "unknown", "wasn't logged"),
        (METRIC, {"metrics": {"ndcg": [NAN]}}, "unknown", "NaN"),
        (METRIC, {"metrics": {"ndcg": [0.9, 0.9]}}, "unknown", "logged 2 times"),
        (METRIC, ELSEWHERE, "unknown", "no run"),
        (METRIC | {"at_least": None, "at_most": "0.5"}, {}, "failed", "at most 0.5"),
        (CHAMPION, {}, "passed", "nothing to compare with"),
        (MODEL_CARD, {}, "passed", "every required section"),
        (MODEL_CARD, {"card": CARD.replace("Clicks.\n", "")}, "failed", "“Data”"),
        (MODEL_CARD, {"card": ""}, "failed", "“Intended use”"),
        ({"kind": "freeze"}, {}, "passed", "No freeze"),
    ],
)
async def test_a_gate(client, terms, lab, gate, trained, verdict, says):
    found = await result(client, terms, lab.trained(**trained), **gate)
    assert (found.verdict, says in found.sentence) == (verdict, True), found


@pytest.mark.parametrize("gate", [RUN, ARTIFACT, METRIC, CHAMPION, MODEL_CARD])
async def test_of_a_version_that_isn_t_there_nothing_can_be_evaluated(client, terms, lab, gate):
    assert (await result(client, terms, "9", **gate)).verdict == "unknown"


@pytest.mark.parametrize(
    ("champion", "candidate", "verdict"),
    [
        ({"ndcg": [0.8]}, 0.9, "passed"),
        ({"ndcg": [0.8]}, 0.791, "passed"),
        ({"ndcg": [0.8]}, 0.789, "failed"),
        ({}, 0.9, "unknown"),
        ({"ndcg": [NAN]}, 0.9, "unknown"),
    ],
)
async def test_what_is_live_is_what_it_is_compared_with(client, terms, lab, champion, candidate, verdict):
    lab.make_live(lab.trained(champion))
    found = await result(client, terms, lab.trained({"ndcg": [candidate]}), **CHAMPION)
    assert found.verdict == verdict, found
    if verdict != "unknown":
        assert (found.value, found.champion) == (str(candidate), "0.8")


@pytest.mark.parametrize(
    ("live", "verdict"), [([0.8], "passed"), ([0.5], "failed"), (None, "unknown"), ([NAN], "unknown")]
)
async def test_a_check_reads_the_newest_finished_run_about_the_version(client, terms, lab, live, verdict):
    version = lab.trained()
    experiment = f"{lab.model}-live"
    lab.run({"ndcg_live": [0.1]}, experiment="live", about="another")
    lab.run({"ndcg_live": [0.1]}, experiment="live", about=version, status="RUNNING")
    if live:
        lab.run({"ndcg_live": [0.1]}, experiment="live", about=version)
        lab.run({"ndcg_live": live}, experiment="live", about=version)
    gate = {"kind": "metric", "metric": "ndcg_live", "at_least": "0.75", "observed_in": experiment}
    assert (await result(client, terms, version, **gate)).verdict == verdict


@pytest.mark.parametrize(
    ("going", "verdict", "says"),
    [
        (WELL, "passed", "No open incident"),
        (Going(wrong=("sev3 inc_1",)), "passed", "No open incident"),
        (Going(wrong=("sev3 inc_1", "sev2 inc_2")), "failed", "sev2 inc_2"),
        (Going(wrong=None), "unknown", "can't be read"),
    ],
)
async def test_a_severe_incident_on_the_service_stops_its_releases(client, terms, lab, going, verdict, says):
    found = await result(client, terms, lab.trained(), going, kind="incidents", severities=("sev1", "sev2"))
    assert (found.verdict, says in found.sentence) == (verdict, True), found


async def test_an_incident_that_stops_releases_is_a_freeze(client, terms, lab):
    stopped = await result(client, terms, lab.trained(), Going(stopping=("inc_1",)), kind="freeze")
    assert (stopped.verdict, "inc_1" in stopped.sentence) == ("failed", True), stopped


async def test_a_freeze_holds_in_its_window_alone(client, terms, lab):
    window = FreezeTerms(name="now", because="Easter.", weekdays=("monday",))
    frozen = terms.model_copy(update={"freezes": (window,)})
    assert (await result(client, frozen, lab.trained(), kind="freeze")).verdict == "failed"


@pytest.mark.parametrize(
    ("user", "verdict"),
    [("alovelace", "passed"), ("training-pipeline", "passed"), ("somebody", "unknown"), ("", "unknown")],
)
async def test_authors_have_to_be_known(client, terms, lab, world, user, verdict):
    version = lab.trained(user=user)
    parts = {"mlflow": MLflowRegistry(client, NOW)}, {"alias": AliasTarget(client)}, WELL, NO_STAGES
    evidence = await read_for(*parts, terms, version, (), NOW())
    assert evaluate(terms, evidence, world.directory, MONDAY)[0].verdict == verdict


ADA, GRACE, EDSGER = (f"{who}@northwind.example" for who in ("ada", "grace", "edsger"))


async def names(client: MLflow, terms: ReleaseTerms, version: str) -> set[tuple[str, str]]:
    parts = {"mlflow": MLflowRegistry(client, NOW)}, {"alias": AliasTarget(client)}, WELL, NO_STAGES
    evidence = await read_for(*parts, terms, version, (), NOW())
    assert evidence.candidate
    return {(one.source, one.name) for one in evidence.candidate.authors}


class TestAnAuthor:
    """Wherever a name stands: who forges one of them is still named by the others."""

    async def test_is_named_by_tag_and_by_field(self, client, terms, lab):
        info = lab.run({}, user=ADA, user_id=GRACE)
        version = lab.register(info["run_id"], f"{info['artifact_uri']}/model")
        assert await names(client, terms, version) == {("run", ADA), ("run", GRACE)}

    async def test_is_who_made_the_run_s_parents(self, client, terms, lab):
        first = lab.run({}, user=EDSGER)
        second = lab.run({}, user=GRACE, parent=first["run_id"])
        third = lab.run({}, user=ADA, parent=second["run_id"])
        version = lab.register(third["run_id"], f"{third['artifact_uri']}/model")
        assert await names(client, terms, version) == {("run", ADA), ("other", GRACE), ("other", EDSGER)}

    async def test_is_whom_the_version_s_own_tag_names(self, client, terms, lab):
        info = lab.run({}, user=ADA)
        version = lab.register(info["run_id"], f"{info['artifact_uri']}/model", {"mlflow.user": GRACE})
        assert await names(client, terms, version) == {("run", ADA), ("registrant", GRACE)}

    async def test_is_nobody_whom_a_run_in_a_circle_of_parents_names_for_ever(self, client, terms, lab):
        info = lab.run({}, user=ADA)
        lab.call(
            "POST", "runs/set-tag", run_id=info["run_id"], key="mlflow.parentRunId", value=info["run_id"]
        )
        version = lab.register(info["run_id"], f"{info['artifact_uri']}/model")
        assert await names(client, terms, version) == {("run", ADA)}

    async def test_can_be_anybody_while_mlflow_asks_for_no_login(self, client):
        assert await MLflowRegistry(client, NOW).login() == "none"


@pytest.mark.parametrize("value", [1e22, 1.7e308, 5e-324, -1e300])
async def test_a_metric_of_any_size_is_compared(client, terms, lab, value):
    found = await result(client, terms, lab.trained({"ndcg": [value]}), **METRIC)
    assert found.verdict == ("passed" if value > 1 else "failed"), found


async def test_a_description_of_a_megabyte_is_told(client, terms, lab):
    version = lab.trained()
    try:
        lab.call(
            "PATCH", "model-versions/update", name=lab.model, version=version, description="# a\n" * 250_000
        )
    except AssertionError:
        pytest.skip("this MLflow takes none")
    found = await result(client, terms, version, **MODEL_CARD)
    assert (found.verdict, "1,000,000 characters" in found.sentence) == ("unknown", True), found


class TestTheBytes:
    async def test_are_read_again_no_sooner_than_is_asked(self, client, lab):
        """Names and sizes stay as they are, so nothing but a new reading finds it."""
        version, registry = lab.trained(), MLflowRegistry(client, NOW)
        begun = NOW()
        first = await registry.artifact(lab.model, version, begun)
        lab.overwrite(version, "model/weights.bin")
        assert (await registry.artifact(lab.model, version, begun)) == first
        assert (await registry.artifact(lab.model, version, NOW())).digest != first.digest

    async def test_are_not_read_for_a_preview_which_decides_nothing(self, client, lab):
        version, registry = lab.trained(), MLflowRegistry(client, NOW)
        seen, read = [await registry.artifact(lab.model, version, since) for since in (None, NOW())]
        assert (seen.digest, len(read.digest)) == ("", 64)
        assert (seen.count, seen.size) == (read.count, read.size)

    async def test_of_another_size_are_read_at_once(self, client, lab):
        version, registry = lab.trained(), MLflowRegistry(client, NOW)
        begun = NOW()
        first = await registry.artifact(lab.model, version, begun)
        lab.remove(version, "model/weights.bin")
        assert (await registry.artifact(lab.model, version, begun)).digest != first.digest

    async def test_of_a_number_that_was_given_away_again_are_others(self, client, lab):
        """MLflow gives a deleted version's number to no other, unless the whole model is deleted."""
        version, registry = lab.trained(), MLflowRegistry(client, NOW)
        begun = NOW()
        first = await registry.artifact(lab.model, version, begun)
        lab.call("DELETE", "registered-models/delete", name=lab.model)
        lab.call("POST", "registered-models/create", name=lab.model)
        assert lab.trained() == version
        assert (await registry.artifact(lab.model, version, begun)).digest != first.digest


async def test_an_artifact_s_digest_changes_with_one_byte_of_the_same_size(client, terms, lab):
    version = lab.trained()
    before = await result(client, terms, version, **ARTIFACT)
    lab.overwrite(version, "model/weights.bin")
    after = await result(client, terms, version, **ARTIFACT)
    assert before.evidence != after.evidence


async def test_the_evidence_is_the_same_as_long_as_nothing_changes(client, terms, lab):
    version = lab.trained()
    found = [await result(client, terms, version, **METRIC) for _ in range(2)]
    assert found[0] == found[1]


class TestTheAlias:
    async def test_says_what_is_live(self, client, terms, lab):
        assert await AliasTarget(client).live(terms) is None, "a missing alias is a 400 in MLflow"
        lab.make_live(lab.trained())
        assert await AliasTarget(client).live(terms) == "1"

    async def test_of_a_model_that_isn_t_there_is_none(self, client, terms):
        nothing = terms.model_copy(update={"model": "no-such-model"})
        assert await AliasTarget(client).live(nothing) is None

    async def test_moves_and_comes_back(self, client, terms, lab):
        target = AliasTarget(client)
        lab.trained()
        lab.trained()
        for expected, to in ((None, "1"), ("1", "2"), ("2", "1"), ("1", None)):
            await target.move(terms, expected, to)
            await target.move(terms, expected, to)
            assert lab.live() == to

    async def test_isn_t_moved_under_somebody_s_hands(self, client, terms, lab):
        for _ in range(3):
            lab.trained()
        lab.make_live("3")
        with pytest.raises(Moved) as moved:
            await AliasTarget(client).move(terms, "1", "2")
        assert moved.value.found == "3"
        assert lab.live() == "3"

    async def test_of_a_version_that_isn_t_there_is_refused(self, client, terms):
        with pytest.raises(Permanent, match="not found"):
            await AliasTarget(client).move(terms, None, "9")


class TestWithoutMLflow:
    async def test_that_is_away_it_is_tried_again(self, terms):
        async with open_mlflow("http://127.0.0.1:9", MLflowLogin()) as client:
            with pytest.raises(Retryable, match="can't be reached"):
                await AliasTarget(client).live(terms)

    async def test_but_something_else_there_it_says_so(self, terms, postgres, lab):
        async with open_mlflow(f"{lab.url}/nothing", MLflowLogin()) as client:
            with pytest.raises(Retryable, match="isn't MLflow"):
                await MLflowRegistry(client, NOW).versions("model")


async def test_a_model_card_s_sections_are_its_headings_with_text_under_them():
    text = "# Title\n\n## Empty\n\n## Data\nClicks.\n\nLimits\n------\n- none\n\n```\n# no heading\n```\n"
    assert (await read_card(text)).sections == ("Data", "Limits")
