"""Gates that go by what a version's makers wrote down: what each accepts, refuses, and can't evaluate."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import MONDAY
from tests.releases.test_gate_kinds import (
    CLICKS,
    COMMIT,
    NOTHING,
    REPORT,
    facts,
    gate,
    having,
    reading,
    recorded,
    reported,
    sliced,
    version,
)
from workflows.releases.evidence import Metric
from workflows.releases.gates import GATE_KINDS
from workflows.releases.source_records import MAX_DATA_SETS, MAX_MATCHED, MatchedMetrics, Tag


def judged(kind: str, written: dict, seen) -> tuple[str, str]:
    found = GATE_KINDS[kind].evaluate(gate(kind, written), seen)
    return found.verdict, found.sentence


def tags(**values: str) -> tuple[Tag, ...]:
    return tuple(Tag(key=key.replace("__", "."), value=value) for key, value in values.items())


SOURCE = "mlflow.source.git."


class TestLineage:
    @pytest.mark.parametrize(
        ("records", "verdict", "says"),
        [
            ({}, "passed", "Data: clicks (d1). Code: commit cccccccccccc."),
            ({"data_sets": ()}, "failed", "names no data set."),
            ({"data_sets": (CLICKS.model_copy(update={"digest": ""}),)}, "failed", "clicks has no digest"),
            (
                {"data_sets": (CLICKS.model_copy(update={"contexts": ()}),)},
                "failed",
                "no data set for training",
            ),
            ({"data_sets": (CLICKS,) * (MAX_DATA_SETS + 1)}, "unknown", "more than 20 data sets"),
            ({"tags": ()}, "failed", "names no commit"),
            ({"tags": (Tag(key=COMMIT.key, value="main"),)}, "failed", "isn't a commit"),
            ({"tags": (Tag(key=COMMIT.key, value="c" * 12),)}, "failed", "isn't a commit"),
            ({"tags": (COMMIT, Tag(key=f"{SOURCE}dirty", value="True"))}, "failed", "weren't committed"),
        ],
    )
    def test_is_data_with_digests_and_a_commit(self, records, verdict, says):
        seen = recorded(**({"data_sets": (CLICKS,), "tags": (COMMIT,)} | records))
        found = judged("lineage", {"contexts": ["training"]}, seen)
        assert (found[0], says in found[1]) == (verdict, True), found

    def test_may_have_to_be_from_repositories_of_the_policy(self):
        own = "https://git.example/ranking"
        for where, verdict in ((own, "passed"), (own + "-fork", "failed"), ("", "failed")):
            code = (COMMIT, Tag(key=f"{SOURCE}repoURL", value=where))
            seen = recorded(data_sets=(CLICKS,), tags=code)
            assert judged("lineage", {"repositories": [own]}, seen)[0] == verdict


BY_CARD = {"allowed": ["MIT"]}
BY_FILE = {"allowed": ["MIT"], "file": "README.md"}


class TestLicence:
    def card(self, licence):
        made = version()
        return facts(made.model_copy(update={"card": made.card.model_copy(update={"licence": licence})}))

    @pytest.mark.parametrize(
        ("licence", "verdict"),
        [("mit", "passed"), ("Apache-2.0", "failed"), ("", "unknown"), ("other", "unknown")],
    )
    def test_is_the_model_card_s_unless_the_policy_says_where_it_is(self, licence, verdict):
        assert judged("licence", BY_CARD, self.card(licence))[0] == verdict

    @pytest.mark.parametrize(
        ("found", "verdict", "says"),
        [
            ({"found": {"licence": "MIT"}}, "passed", "MIT is allowed"),
            ({"found": {}}, "unknown", "README.md names no licence"),
            ({"absent": True}, "unknown", "The artifact has no README.md"),
            ({"trouble": "README.md is too large: …"}, "unknown", "too large"),
        ],
    )
    def test_may_be_in_a_file(self, found, verdict, says):
        said = judged("licence", BY_FILE, having(reading(BY_FILE, "licence", **found)))
        assert (said[0], says in said[1]) == (verdict, True), said

    def test_that_version_and_run_name_differently_can_t_be_told(self):
        seen = recorded(tags=tags(licence="MIT"))
        made = seen.evidence.candidate.model_copy(update={"tags": tags(licence="Apache-2.0")})
        assert judged("licence", {"allowed": ["MIT"], "tag": "licence"}, facts(made))[0] == "unknown"

    @pytest.mark.parametrize("wrong", ["Apache", "MIT OR ISC", "other", ""])
    def test_that_spdx_doesn_t_list_is_refused_in_the_bundle(self, wrong):
        with pytest.raises(ValueError, match="allowed"):
            gate("licence", {"allowed": [wrong]})


class TestSlices:
    @pytest.mark.parametrize(
        ("written", "values", "verdict", "says"),
        [
            ({"at_least": 0.7}, ("0.9", "0.7"), "passed", "2 slices. Lowest: auc/1 with 0.7"),
            ({"at_least": 0.7}, ("0.9", "0.6"), "failed", "Lowest: auc/1 with 0.6 (required: at least 0.7)"),
            ({"at_most": 0.7}, ("0.9", "0.6"), "failed", "Highest: auc/0 with 0.9"),
            ({"max_gap": 0.2}, ("0.9", "0.7"), "passed", "Largest gap: 0.2"),
            ({"max_gap": 0.2}, ("0.9", "0.69"), "failed", "Largest gap: 0.21, at auc/1 (limit: 0.2)"),
            ({"at_least": 0.6, "max_gap": 0.2}, ("0.9", "0.69"), "failed", "Largest gap"),
            ({"at_least": 0.7}, ("0.9",), "unknown", "has 1 metrics auc/*; at least 2"),
            ({"at_least": 0.7, "min_slices": 3}, ("0.9", "0.9"), "unknown", "at least 3 are needed"),
            ({"at_least": 0.7}, ("0.9", "NaN"), "unknown", "auc/1 is NaN"),
            ({"at_least": 0.7}, ("0.9", "Infinity"), "unknown", "isn't a number"),
            ({"at_least": 0.7}, ("0.5", "-Infinity"), "unknown", "isn't a number"),
            ({"at_least": 0.7}, (), "unknown", "has 0 metrics"),
        ],
    )
    def test_are_held_to_bounds(self, written, values, verdict, says):
        found = judged("slices", {"slices": "auc/*", **written}, sliced(*values))
        assert (found[0], says in found[1]) == (verdict, True), found

    def test_one_of_which_was_logged_twice_can_t_be_evaluated(self):
        seen = sliced("0.9", "0.9")
        ran = seen.evidence.candidate.run
        twice = Metric(key="auc/1", count=2, values=("0.9", "0.9"))
        made = ran.model_copy(update={"metrics": (ran.metrics[0], twice)})
        found = judged("slices", {"slices": "auc/*", "at_least": 0.7}, facts(version(ran=made)))
        assert found == ("unknown", "The metric auc/1 was logged 2 times; log it once.")

    def test_that_are_too_many_can_t_be_evaluated(self):
        many = MatchedMetrics(pattern="auc/*", count=MAX_MATCHED + 1, names=())
        found = judged("slices", {"slices": "auc/*", "at_least": 0.7}, recorded(matched=(many,)))
        assert found == ("unknown", "The run has 65 metrics auc/*; the limit is 64.")

    @pytest.mark.parametrize("pattern", ["auc", "a*c*", "*[a]", "a\n*", ""])
    def test_are_named_with_one_star(self, pattern):
        with pytest.raises(ValueError, match="slices"):
            gate("slices", {"slices": pattern, "at_least": 0.7})


class TestAReport:
    @pytest.mark.parametrize(
        ("rate", "made", "verdict", "says"),
        [
            ("0.05", "2026-03-02T08:00:00Z", "passed", "/rate is 0.05"),
            ("0.051", "2026-03-02T08:00:00Z", "failed", "/rate is 0.051 (required: at most 0.05)"),
            ("NaN", "2026-03-02T08:00:00Z", "unknown", "“NaN”, which isn't a number"),
            ("1e999", "2026-03-02T08:00:00Z", "unknown", "isn't a number"),
            ("0.01", f"{MONDAY - timedelta(days=1):%Y-%m-%dT%H:%M:%S}+00:00", "passed", "red-team.json of"),
            (
                "0.01",
                f"{MONDAY - timedelta(days=1, seconds=1):%Y-%m-%dT%H:%M:%S}Z",
                "failed",
                "more than 1 day",
            ),
            ("0.01", f"{MONDAY + timedelta(minutes=6):%Y-%m-%dT%H:%M:%S}Z", "unknown", "in the future"),
            ("0.01", "2026-03-02T08:00:00", "unknown", "doesn't say at /made when"),
            ("0.01", "yesterday", "unknown", "doesn't say at /made when"),
            ("0.01", "9999-12-31T23:59:59-23:59", "unknown", "doesn't say"),
        ],
    )
    def test_is_of_this_run_s_time_and_within_bounds(self, rate, made, verdict, says):
        found = judged("report", REPORT, reported(rate, made))
        assert (found[0], says in found[1]) == (verdict, True), found

    def test_that_lacks_a_number_can_t_be_evaluated(self):
        seen = having(reading(REPORT, "report", found={"/made": "2026-03-02T08:00:00Z"}))
        assert judged("report", REPORT, seen) == ("unknown", "red-team.json says nothing at /rate.")

    def test_that_isn_t_there_fails(self):
        seen = having(reading(REPORT, "report", absent=True))
        assert judged("report", REPORT, seen) == ("failed", "The artifact has no red-team.json.")

    def test_of_a_run_that_goes_on_can_t_be_evaluated(self):
        assert judged("report", REPORT, reported("0.01", ended_at=None))[0] == "unknown"

    def test_with_the_same_words_in_other_bytes_is_other_evidence(self):
        once, other = (
            GATE_KINDS["report"].evaluate(
                gate("report", REPORT),
                having(
                    reading(
                        REPORT, "report", found={"/rate": "0", "/made": "2026-03-02T08:00:00Z"}
                    ).model_copy(update={"digest": digest * 64})
                ),
            )
            for digest in "ab"
        )
        assert (once.verdict, other.verdict) == ("passed", "passed")
        assert once.evidence != other.evidence

    def test_needs_a_bound_for_each_field(self):
        with pytest.raises(ValueError, match="no bound"):
            gate("report", REPORT | {"bounds": [{"field": "/rate"}]})


BY_METRIC = {"metric": "ndcg", "at_most": 0.9, "unit": "EUR per 1,000 predictions"}
BY_TAG = {"tag": "cost", "at_most": 0.9, "unit": "EUR per 1,000 predictions"}


class TestCost:
    @pytest.mark.parametrize(
        ("unit", "verdict", "says"),
        [
            ("EUR per 1,000 predictions", "passed", "ndcg is 0.8 EUR per 1,000 predictions (limit: 0.9)"),
            ("USD per 1,000 predictions", "unknown", "counted in USD per 1,000 predictions"),
            ("", "unknown", "Set the run's tag ndcg.unit"),
        ],
    )
    def test_by_a_metric_is_counted_in_what_a_tag_says(self, unit, verdict, says):
        found = judged("cost", BY_METRIC, recorded(tags=tags(ndcg__unit=unit)))
        assert (found[0], says in found[1]) == (verdict, True), found

    @pytest.mark.parametrize(
        ("tag", "verdict"),
        [
            ("0.9 EUR per 1,000 predictions", "passed"),
            ("0.91 EUR per  1,000 predictions", "failed"),
            ("0.1 USD per 1,000 predictions", "unknown"),
            ("0.1", "unknown"),
            ("0,1 EUR per 1,000 predictions", "unknown"),
            ("NaN EUR per 1,000 predictions", "unknown"),
            ("-1 EUR per 1,000 predictions", "unknown"),
            ("", "unknown"),
        ],
    )
    def test_by_a_tag_has_its_unit_behind_the_number(self, tag, verdict):
        assert judged("cost", BY_TAG, recorded(tags=tags(cost=tag)))[0] == verdict

    def test_is_in_the_evidence_with_its_unit(self):
        seen = [recorded(tags=tags(ndcg__unit=unit)) for unit in ("EUR", "USD")]
        terms = gate("cost", BY_METRIC)
        assert len({GATE_KINDS["cost"].evaluate(terms, one).evidence for one in seen}) == 2

    def test_has_one_source(self):
        with pytest.raises(ValueError, match="both “tag” and “metric”"):
            gate("cost", BY_TAG | {"metric": "ndcg"})


@pytest.mark.parametrize("kind", ["lineage", "slices", "cost", "report", "checks"])
def test_of_a_deleted_run_nothing_can_be_evaluated(kind):
    """Of such a run the evidence has only the reason."""
    written = {
        "lineage": {},
        "slices": {"slices": "auc/*", "at_least": 0.7},
        "cost": BY_METRIC,
        "report": REPORT | {"kept_in": "run"},
        "checks": {"junit": ["junit.xml"], "kept_in": "run"},
    }[kind]
    gone = version().model_copy(update={"run": None, "troubles": {"run": "This version's run was deleted."}})
    assert judged(kind, written, facts(gone)) == ("unknown", "This version's run was deleted.")


def test_what_isn_t_there_yet_isn_t_passed():
    for kind in ("report", "checks"):
        written = REPORT if kind == "report" else {"junit": ["junit.xml"]}
        assert judged(kind, written, replace(NOTHING, evidence=facts().evidence))[0] == "unknown"
