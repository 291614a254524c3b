"""Risk tiers in a bundle: which answers lead to which tier, and what a release in it has to meet."""

import pytest

from bot.cli.commands import main
from tests.builders import changed_bundle
from tests.tiers import HIGH, LOW, MODERATE, TIERS, asked_otherwise, tiered_bundle
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.evaluation.explain_tiers import explain_answers, explain_tiers
from workflows.policy.evaluation.tiers import gates_of_all_tiers, in_highest_tier, in_tier, tier_of
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors

SERVICE = "services/ranking-model.yaml"


@pytest.fixture(scope="module")
def terms(tmp_path_factory):
    return tiered_bundle(tmp_path_factory.mktemp("tiered") / "bundle").services["ranking-model"]


class TestAnswers:
    @pytest.mark.parametrize(
        ("answers", "tier", "because"),
        [
            (LOW, "low", ()),
            (MODERATE, "moderate", ('inputs.audience == "company"',)),
            ({**LOW, "people": "1000"}, "low", ()),
            ({**LOW, "people": "1001"}, "moderate", ("inputs.people > 1000",)),
            (HIGH, "high", ('inputs.audience == "customers" && inputs.personal_data',)),
            ({**HIGH, "people": "5000"}, "high", ('inputs.audience == "customers" && inputs.personal_data',)),
            ({**HIGH, "personal_data": "no"}, "low", ()),
        ],
    )
    def test_lead_to_the_highest_tier_of_which_a_condition_is_true(self, terms, answers, tier, because):
        found = tier_of(terms.tiering, answers)
        assert (found.tier, found.because) == (tier, because)
        assert tier_of(terms.tiering, answers, only_sure=True) == found

    @pytest.mark.parametrize("missing", [{}, {**HIGH, "audience": "everybody"}])
    def test_that_are_missing_or_wrong_lead_as_high_as_they_could_and_a_draft_s_lead_nowhere(
        self, terms, missing
    ):
        assert tier_of(terms.tiering, missing).tier == "high"
        assert tier_of(terms.tiering, missing, only_sure=True).tier == "low"

    def test_that_are_missing_in_a_draft_hide_nothing_that_is_answered(self, terms):
        assert tier_of(terms.tiering, {"people": "2000"}, only_sure=True).tier == "moderate"


class TestTerms:
    def test_of_a_tier_have_its_gates_and_stages_and_those_of_the_tiers_below(self, terms):
        own = [gate.name for gate in terms.gates]
        found = {name: in_tier(terms, name) for name in ("low", "moderate", "high")}
        gates = {name: [gate.name for gate in one.gates] for name, one in found.items()}
        assert gates == {"low": own, "moderate": [*own, "small"], "high": [*own, "small", "limits"]}
        stages = {name: [(one.name, one.quorum) for one in two.stages] for name, two in found.items()}
        assert stages["low"] == stages["moderate"] == [("data-owners", 1)]
        assert stages["high"] == [("data-owners", 2), ("incident-command", 1)]

    def test_of_a_tier_keep_the_stages_of_the_tiers_below(self, tmp_path):
        more = (
            "    stages:\n      - {name: security, approvers: [security]}\n    gates:\n      - {name: small"
        )
        tiers = TIERS.replace("    gates:\n      - {name: small", more)
        terms = tiered_bundle(tmp_path / "bundle", tiers=tiers).services["ranking-model"]
        names = [one.name for one in in_tier(terms, "high").stages]
        assert names == ["data-owners", "security", "incident-command"]

    def test_keep_a_stage_that_was_added_to_one_release(self, terms):
        high = in_tier(terms, "high")
        added = high.stages[0].model_copy(update={"name": "exception"})
        excepted = high.model_copy(update={"stages": (*high.stages, added)})
        assert in_tier(excepted, "low").stages == (*in_tier(terms, "low").stages, added)

    def test_of_one_tier_become_those_of_another(self, terms):
        there_and_back = in_tier(in_tier(terms, "high"), "low")
        assert there_and_back == in_tier(terms, "low")
        assert in_tier(terms, "nobody knows") == in_highest_tier(terms) == in_tier(terms, "high")
        assert gates_of_all_tiers(there_and_back) == in_highest_tier(terms).gates

    def test_keep_what_a_tightened_stage_says_otherwise(self, terms):
        before, after = terms.stages[0], in_tier(terms, "high").stages[0]
        assert (after.approvers, after.escalate_to, after.channel) == (
            before.approvers,
            before.escalate_to,
            before.channel,
        )

    def test_stay_as_they_are_without_tiers(self, tmp_path):
        plain = changed_bundle(tmp_path / "plain").services["ranking-model"]
        assert (plain.tiering, in_highest_tier(plain), gates_of_all_tiers(plain)) == (
            None,
            plain,
            plain.gates,
        )
        out = (SERVICE, "risk: moderate", "tiered: false\nrisk: moderate")
        assert tiered_bundle(tmp_path / "out", out).services["ranking-model"].tiering is None


def test_other_questions_are_another_questionnaire_and_other_tiers_arent(tmp_path, terms):
    questionnaire = asked_otherwise("Decides about people", "Decides about persons")
    asked = tiered_bundle(tmp_path / "a", questionnaire=questionnaire)
    other_tiers = tiered_bundle(tmp_path / "b", tiers=TIERS.replace("people > 1000", "people > 500"))
    digests = [one.services["ranking-model"].tiering.questionnaire_digest for one in (asked, other_tiers)]
    assert digests[0] != terms.tiering.questionnaire_digest
    assert digests[1] == terms.tiering.questionnaire_digest


def test_conditions_look_at_what_has_to_be_answered_and_isn_t_free_text(tmp_path, terms):
    assert [one.name for one in terms.tiering.questions] == list(LOW)


FAULTS = {
    "looks beyond the answers": (
        'inputs.audience == "company"',
        'environment == "production"',
        "“environment” isn't known of a service",
    ),
    "an option that doesn't exist": ('== "company"', '== "nobody"', "“nobody” isn't an option"),
    "no condition": ("inputs.people > 1000", "inputs.people", "gives int, not true or false"),
    "two of a name": ("name: moderate", "name: low", "two tiers have the name “low”"),
    "nothing leads there": (
        '    when:\n      - inputs.audience == "customers" && inputs.personal_data\n',
        "",
        "nothing leads to the tier “high”",
    ),
    "the lowest has a condition": (
        "title: Low\n",
        "title: Low\n    when: [inputs.personal_data]\n",
        "“low” is the lowest tier",
    ),
    "answers count longer above": (
        "due_again: 90d",
        "due_again: 200d",
        "would count longer than in “moderate”",
    ),
    "a gate twice": ("name: limits", "name: small", "the tier “moderate” already has a gate “small”"),
    "a gate that the service has": ("name: small", "name: quality", "has a gate “quality”, too"),
    "a stage of promotion": (
        "kind: size, max_mb: 500",
        "kind: stage, earlier: staging",
        "belongs to one service",
    ),
    "a looser stage": (
        "{name: data-owners, quorum: 2}",
        "{name: data-owners, approvers: [scientists]}",
        "looser than the stage “data-owners”",
    ),
    "a stage that exceptions add": (
        "{name: data-owners, quorum: 2}",
        "{name: exception, approvers: [incident-command]}",
        "the stage that exceptions add",
    ),
    "a stage without approvers": ("approvers: [incident-command]", "quorum: 2", "has no approvers"),
    "an unknown group": ("[incident-command]", "[incident-commanders]", "there is no group"),
    "a conditional stage": (
        "approvers: [incident-command]",
        "approvers: [incident-command], when: hour > 1",
        "needs each of its stages",
    ),
    "an unknown questionnaire": (": risk-questionnaire", ": risk-questions", "no template “risk-questions”"),
    "a questionnaire of versions": (": risk-questionnaire", ": release-notes", "is about one version"),
    "a questionnaire without questions": (": risk-questionnaire", ": model-card", "has no required field"),
    "an answer that may be missing": ("inputs.people > 1000", 'inputs.explanation == "x"', "isn't defined"),
    "a document of no template": (
        "kind: size, max_mb: 500",
        "kind: document, template: monitoring",
        "there is no template “monitoring”",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_told_with_its_place(tmp_path, fault):
    old, new, told = FAULTS[fault]
    assert old in TIERS
    with pytest.raises(BundleErrors) as raised:
        tiered_bundle(tmp_path / "bundle", tiers=TIERS.replace(old, new))
    found = [one for one in raised.value.problems if told in one.what]
    assert found, str(raised.value)
    assert all(one.line > 1 or one.field == "file" for one in found)


OWN_TESTS = """
tiers:
  - name: a model for customers
    service: ranking-model
    answers: {audience: customers, personal_data: true, people: 10, decides_about_people: false,
      automatic: false, reversible: true}
    expect: {tier: high, approvals: 3}
  - name: a model for its team
    service: ranking-model
    answers: {audience: team, personal_data: false, people: 10, decides_about_people: false,
      automatic: false, reversible: true}
    expect: {tier: low, approvals: 1, gates: [trained, artifact, quality, better, card, no-freeze, no-incident]}
  - name: wrong throughout
    service: ranking-model
    answers: {audience: everybody, personal_data: true, people: 10, decides_about_people: false,
      automatic: false, reversible: true}
    expect: {tier: low, approvals: 2, gates: [trained]}
"""


def with_own_tests(target, tests=OWN_TESTS):
    tiered_bundle(target)
    (target / "tests").mkdir()
    (target / "tests" / "tiers.yaml").write_text(tests)
    return load_bundle(target)


def test_a_bundle_tests_its_own_tiers(tmp_path):
    right, other, wrong = run_bundle_tests(with_own_tests(tmp_path / "bundle"))
    assert (right.differences, other.differences) == ((), ())
    told = " ".join(wrong.differences)
    assert "“everybody” isn't allowed" in told
    assert "expected the tier low, but it is high" in told
    assert "expected 2 approvals, but it needs 3" in told
    assert "expected the gates trained, but there are trained, artifact" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("service: ranking-model", "service: ranking", "there is no service “ranking”"),
        ("tier: high", "tier: hihg", "there is no tier “hihg”"),
    ],
)
def test_own_tests_name_what_is_there(tmp_path, old, new, told):
    with pytest.raises(BundleErrors, match=told):
        with_own_tests(tmp_path / "bundle", OWN_TESTS.replace(old, new))


class TestExplained:
    def test_are_what_leads_to_each_tier_and_what_it_asks_for(self, terms):
        first, low, moderate, high, last = explain_tiers(terms)
        assert "trained, artifact" in first
        assert low.startswith("low: when nothing leads higher. 1 approval: 1 from data-owners.")
        assert 'when inputs.audience == "company" or inputs.people > 1000' in moderate
        assert "small, besides those of the tiers below" in moderate
        assert (
            "3 approvals: 2 from data-owners and 1 from incident-command. Answers count for 90 days." in high
        )
        assert last == "Without approved answers that count, the highest tier counts: high."

    def test_are_the_answers_of_a_service(self, terms):
        led, needs = explain_answers(terms, MODERATE)
        assert led == 'These answers lead to the tier moderate, because inputs.audience == "company".'
        assert needs.startswith("1 approval: 1 from data-owners. Gates: trained")
        assert "small" in needs
        missing, *_ = explain_answers(terms, {**LOW, "reversible": ""})
        assert "“What it does can be undone within a day” is required." in missing

    def test_on_the_command_line(self, tmp_path, capsys):
        tiered_bundle(tmp_path / "bundle")
        command = ["policy", "explain", str(tmp_path / "bundle")]
        with pytest.raises(SystemExit, match="0"):
            main([*command, "ranking-model", "--answer", "audience=company"])
        told = capsys.readouterr().out
        assert "lead to the tier" in told.replace("\n", " ")
        with pytest.raises(SystemExit):
            main([*command, "ranking"])
        assert "did you mean “ranking-model”?" in capsys.readouterr().err.replace("\n", " ")
