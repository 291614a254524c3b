"""Gates that go by what a version's makers wrote down, on a real MLflow."""

import pytest

from tests.builders import MONDAY
from tests.releases.gates import result
from tests.releases.test_gate_kinds import REPORT

pytestmark = pytest.mark.server
EVERY_RECORD = {
    "lineage": {"contexts": ("training",)},
    "licence": {"allowed": ("MIT",)},
    "slices": {"slices": "auc/slice/*", "at_least": "0.7", "max_gap": "0.2"},
    "report": REPORT | {"max_age": 60, "bounds": ({"field": "/rate", "at_most": "0.05"},), "kept_in": "run"},
    "checks": {"junit": ("junit.xml",), "sarif": ("scan.sarif",)},
    "cost": {"metric": "cost", "at_most": "0.5", "unit": "EUR"},
}


async def test_all_of_them_on_a_real_mlflow(lab, client, terms):
    """Passed, then failed or not evaluable as one thing after the other changes there."""
    logged = {"auc/slice/old": [0.8], "auc/slice/young": [0.75], "cost": [0.4]}
    number = lab.trained(logged, card="---\nlicense: mit\n---\n# Model\n")
    ran = lab.run_of(number)
    report = f"{lab.experiment_of(number)}/{ran}/artifacts/red-team.json"
    made = MONDAY.isoformat()

    def tag(key, value):
        lab.call("POST", "runs/set-tag", run_id=ran, key=key, value=value)

    def sets(name, digest, context):
        about = {"name": name, "digest": digest, "source_type": "http", "source": "{}"}
        said = [{"key": "mlflow.data.context", "value": context}]
        lab.call("POST", "runs/log-inputs", run_id=ran, datasets=[{"dataset": about, "tags": said}])

    async def judge(kind, **more):
        found = await result(client, terms, number, kind=kind, **{**EVERY_RECORD[kind], **more})
        return found.verdict, found.sentence

    async def judge_all():
        return {kind: (await judge(kind))[0] for kind in EVERY_RECORD}

    assert await judge_all() == {
        "lineage": "failed",
        "licence": "passed",
        "slices": "passed",
        "report": "failed",
        "checks": "failed",
        "cost": "unknown",
    }
    tag("mlflow.source.git.commit", "c" * 40)
    tag("cost.unit", "EUR")
    sets("clicks", "d1", "training")
    lab.upload(report, f'{{"made": "{made}", "rate": 0.01}}'.encode())
    lab.put(number, "junit.xml", b'<testsuite><testcase name="a"/></testsuite>')
    lab.put(number, "scan.sarif", b'{"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": []}]}')
    assert await judge_all() == dict.fromkeys(EVERY_RECORD, "passed")

    for kind, more, verdict, says in (
        ("lineage", {"contexts": ("evaluation",)}, "failed", "no data set for evaluation"),
        ("licence", {"allowed": ("Apache-2.0",)}, "failed", "not among"),
        ("licence", {"file": "MLmodel"}, "unknown", "MLmodel"),
        ("slices", {"min_slices": 3}, "unknown", "has 2 metrics"),
        ("report", {"kept_in": "model"}, "failed", "The artifact has no red-team.json"),
        ("report", {"file": "../../0/red-team.json"}, "unknown", "invalid path"),
        ("cost", {"unit": "USD"}, "unknown", "counted in EUR"),
    ):
        found = await judge(kind, **more)
        assert (found[0], says in found[1]) == (verdict, True), found

    lab.log_metric(ran, "auc/slice/young", 0.9, 1)
    lab.upload(report, f'{{"made": "{made}", "rate": 0.06}}'.encode())
    lab.put(number, "junit.xml", b" " * 4_000_001)
    tag("cost.unit", "EUR per hour")
    assert (await judge("slices"))[1] == "The metric auc/slice/young was logged 2 times; log it once."
    assert (await judge("report"))[0] == "failed"
    assert (await judge("checks"))[1] == "junit.xml is too large: the limit is 4,000,000 bytes."
    assert (await judge("cost"))[0] == "unknown"
    lab.call("POST", "runs/delete", run_id=ran)
    assert set((await judge_all()).values()) == {"unknown", "passed"}
    assert (await judge("report"))[0] == "unknown"
