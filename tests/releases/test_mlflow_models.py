"""Evidence is of the version's own model, and of nothing that was deleted, on a real MLflow server."""

import json
from dataclasses import replace

import pytest

from integrations.mlflow.lineage import LoggedModel, lineage_named, why_unclear
from tests.lab import Lab
from tests.releases.gates import ARTIFACT, CHAMPION, METRIC, MODEL_CARD, RUN, result

GATES = (RUN, ARTIFACT, METRIC, CHAMPION)


def two_checkpoints(lab: Lab, first: float, second: float) -> tuple[str, str]:
    """Versions of two models that one run has logged, each with a metric of its own."""
    run = lab.run({})
    models = [
        lab.logged_model(run, f"step-{n}", {"ndcg": [value]}) for n, value in enumerate((first, second))
    ]
    one, two = (lab.register_model(model, run["run_id"]) for model in models)
    return one, two


class TestOfSeveralModelsInOneRun:
    async def test_each_version_is_measured_by_its_own_metric(self, client, terms, lab):
        lab.make_live(lab.trained({"ndcg": [0.9]}))
        good, bad = two_checkpoints(lab, 0.95, 0.10)
        for gate in (METRIC, CHAMPION):
            found = [await result(client, terms, one, **gate) for one in (good, bad)]
            assert [(one.verdict, one.value) for one in found] == [("passed", "0.95"), ("failed", "0.1")]

    async def test_a_champion_is_measured_by_its_own_metric_too(self, client, terms, lab):
        live, _ = two_checkpoints(lab, 0.95, 0.10)
        lab.make_live(live)
        found = await result(client, terms, lab.trained({"ndcg": [0.5]}), **CHAMPION)
        assert (found.verdict, found.champion) == ("failed", "0.95")

    async def test_what_was_logged_of_the_run_alone_is_no_model_s(self, client, terms, lab):
        run = lab.run({"ndcg": [0.95]})
        model = lab.logged_model(run, "measured-nowhere")
        lab.logged_model(run, "another")
        found = await result(client, terms, lab.register_model(model, run["run_id"]), **METRIC)
        assert (found.verdict, "several models" in found.sentence) == ("unknown", True), found

    async def test_what_was_logged_of_a_run_with_one_model_is_that_model_s(self, client, terms, lab):
        run = lab.run({"ndcg": [0.95]})
        version = lab.register_model(lab.logged_model(run, "only"), run["run_id"])
        found = await result(client, terms, version, **METRIC)
        assert (found.verdict, found.value) == ("passed", "0.95")

    async def test_a_run_that_measures_another_model_beside_its_own_is_unclear(self, client, terms, lab):
        """As `mlflow.evaluate` does with what is live: that model is an input of the run."""
        other = lab.logged_model(lab.run({}), "live")
        run = lab.run({})
        version = lab.register_model(lab.logged_model(run, "only"), run["run_id"])
        lab.call("POST", "runs/log-inputs", run_id=run["run_id"], models=[{"model_id": other}])
        lab.log_metric(run["run_id"], "ndcg", 0.95, model_id=other)
        found = await result(client, terms, version, **METRIC)
        assert (found.verdict, "several models" in found.sentence) == ("unknown", True), found

    async def test_two_models_that_an_older_client_logged_are_unclear(self, client, terms, lab):
        """MLflow 2 writes them into a tag of the run, and its metrics name no model."""
        version = lab.trained({"ndcg": [0.95]})
        history = [{"artifact_path": path, "model_uuid": path} for path in ("model", "baseline")]
        told = {"key": "mlflow.log-model.history", "value": json.dumps(history)}
        lab.call("POST", "runs/set-tag", run_id=lab.run_of(version), **told)
        found = await result(client, terms, version, **METRIC)
        assert (found.verdict, "several models" in found.sentence) == ("unknown", True), found

    async def test_two_values_of_one_model_are_unclear_whatever_they_were_measured_on(
        self, client, terms, lab
    ):
        run = lab.run({})
        model = lab.logged_model(run, "only")
        for data, value in (("train", 0.99), ("test", 0.40)):
            lab.log_metric(
                run["run_id"], "ndcg", value, model_id=model, dataset_name=data, dataset_digest=data
            )
        found = await result(client, terms, lab.register_model(model, run["run_id"]), **METRIC)
        assert (found.verdict, "2 times" in found.sentence) == ("unknown", True), found

    async def test_a_version_that_names_another_run_than_its_model_s_is_unclear(self, client, terms, lab):
        made, praised = lab.run({}), lab.run({"ndcg": [0.95]})
        version = lab.register_model(lab.logged_model(made, "only"), praised["run_id"])
        for gate in (RUN, METRIC, CHAMPION):
            found = await result(client, terms, version, **gate)
            assert (found.verdict, made["run_id"] in found.sentence) == ("unknown", True), found

    async def test_a_check_afterwards_reads_what_was_measured_of_the_version(self, client, terms, lab):
        one, two = two_checkpoints(lab, 0.95, 0.9)
        gate = {"kind": "metric", "metric": "ndcg_live", "at_least": "0.75"}
        watching = lab.run({}, experiment="live", about=two)
        for version, value in ((one, 0.95), (two, 0.10)):
            lab.log_metric(watching["run_id"], "ndcg_live", value, model_id=lab.model_of(version))
        found = await result(client, terms, two, observed_in=f"{lab.model}-live", **gate)
        assert (found.verdict, found.value) == ("failed", "0.1")


class TestWhatWasDeleted:
    """Is no evidence, whatever MLflow still answers about it."""

    @pytest.mark.parametrize("deleted", ["run", "experiment"])
    async def test_passes_no_gate(self, client, terms, lab, deleted):
        version = lab.trained()
        if deleted == "run":
            lab.call("POST", "runs/delete", run_id=lab.run_of(version))
        else:
            lab.call("POST", "experiments/delete", experiment_id=lab.experiment_of(version))
        for gate in GATES:
            found = await result(client, terms, version, **gate)
            assert (found.verdict, "deleted" in found.sentence) == ("unknown", True), found

    async def test_nor_does_a_version_of_a_deleted_logged_model(self, client, terms, lab):
        version, _ = two_checkpoints(lab, 0.95, 0.95)
        lab.call("DELETE", f"logged-models/{lab.model_of(version)}")
        for gate in GATES:
            found = await result(client, terms, version, **gate)
            assert (found.verdict, "deleted" in found.sentence) == ("unknown", True), found

    async def test_nor_does_a_deleted_version(self, client, terms, lab):
        version = lab.trained()
        lab.call("DELETE", "model-versions/delete", name=lab.model, version=version)
        for gate in (*GATES, MODEL_CARD):
            assert (await result(client, terms, version, **gate)).verdict == "unknown"

    async def test_nothing_is_compared_with_a_champion_whose_run_is_deleted(self, client, terms, lab):
        live = lab.trained({"ndcg": [0.1]})
        lab.make_live(live)
        lab.call("POST", "runs/delete", run_id=lab.run_of(live))
        found = await result(client, terms, lab.trained(), **CHAMPION)
        assert (found.verdict, "deleted" in found.sentence) == ("unknown", True), found

    @pytest.mark.parametrize("deleted", ["run", "experiment"])
    async def test_nor_does_a_deleted_check_afterwards(self, client, terms, lab, deleted):
        version = lab.trained()
        watching = lab.run({"ndcg_live": [0.9]}, experiment="live", about=version)
        if deleted == "run":
            lab.call("POST", "runs/delete", run_id=watching["run_id"])
        else:
            lab.call("POST", "experiments/delete", experiment_id=watching["experiment_id"])
        gate = {"kind": "metric", "metric": "ndcg_live", "at_least": "0.75"}
        found = await result(client, terms, version, observed_in=f"{lab.model}-live", **gate)
        assert found.verdict == "unknown", found


class TestAnArtifactWithAHostInItsAddress:
    """`mlflow-artifacts://host:port/…`: MLflow's own server writes it where it is told its address."""

    async def test_is_read_if_the_host_is_this_mlflow(self, client, terms, lab):
        here = lab.url.replace("http://", "mlflow-artifacts://")
        version = lab.trained(artifacts=f"{here}/hosted")
        found = await result(client, terms, version, **ARTIFACT)
        assert (found.verdict, "2 files" in found.sentence) == ("passed", True), found

    @pytest.mark.parametrize("host", ["elsewhere.example:5000", "127.0.0.1:1", "127.0.0.1"])
    async def test_isn_t_if_it_is_another_one(self, client, terms, lab, host):
        version = lab.trained(artifacts=f"mlflow-artifacts://{host}/hosted")
        found = await result(client, terms, version, **ARTIFACT)
        assert (found.verdict, f"mlflow-artifacts://{host}/" in found.sentence) == ("unknown", True), found


RUNS = ["a" * 32, "b" * 32]
MODELS = [f"m-{run}" for run in RUNS]


@pytest.mark.parametrize(
    ("names", "at", "says"),
    [
        ({"run_id": RUNS[0]}, f"mlflow-artifacts:/1/{RUNS[0]}/artifacts/model", ""),
        ({"run_id": RUNS[0]}, f"mlflow-artifacts:/1/{RUNS[1]}/artifacts/model", f"in the folder of run {RUNS[1]}"),
        ({"run_id": RUNS[0]}, f"mlflow-artifacts:/1/{RUNS[0]}/artifacts/{RUNS[1]}", ""),
        ({"run_id": RUNS[0]}, f"s3://models/{RUNS[1]}", ""),
        ({}, f"mlflow-artifacts:/1/{RUNS[1]}/artifacts/model", ""),
        ({"source": f"models:/{MODELS[0]}"}, f"mlflow-artifacts:/1/models/{MODELS[1]}/artifacts", "several models"),
    ],
)  # fmt: skip
def test_a_version_and_the_place_of_its_bytes_have_to_name_the_same(names, at, says):
    """Servers before 3.17 take whatever run is named."""
    lineage = lineage_named(names, at)
    there = tuple(LoggedModel(id, {}, ()) for id in lineage.named)
    assert says in why_unclear(replace(lineage, models=there))
    assert bool(why_unclear(replace(lineage, models=there))) == bool(says)
