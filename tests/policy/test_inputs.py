"""What an entitlement asks for besides a reason: declared, read in one place, usable in conditions and parameters."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.changes import RULES, STAGE
from tests.lanes import examples
from tests.policy.test_assess import MONDAY, ask
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.assess import Assessment, assess
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.evaluation.inputs import filled_in, fits, read_inputs
from workflows.policy.inputs.pattern import is_safe
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import Problem
from workflows.policy.terms.inputs import InputTerms
from workflows.ports import Directory

Change = Callable[[str, str, str], Path]
Faults = Callable[[str, str, str], list[Problem]]
RISK = "    risk: moderate # low"
DATASET = "dataset: {title: Dataset, type: choice, options: [eu, us]}"
INPUTS = f"""    inputs:
      {DATASET}
      rows: {{title: Rows, type: number, most: 1000, default: 10}}
      schema: {{title: Schema, type: text, pattern: "[a-z][a-z0-9_]{{0,30}}", default: public}}
      day: {{title: Day, type: date, earliest: "2026-01-01", default: "2026-03-01"}}
      dry_run: {{title: Dry run, type: yes-no, default: true}}
{RISK}"""
DAYS = "Enter a date such as 2026-12-31 from 2026-01-01."
ONE = f"    inputs:\n      {DATASET}\n{RISK}"
DECLARED = (
    InputTerms(name="dataset", title="Dataset", type="choice", options=("eu", "us")),
    InputTerms(name="rows", title="Rows", type="number", most=1000, default="10"),
    InputTerms(name="schema", title="Schema", type="text", pattern="[a-z][a-z0-9_]{0,30}"),
    InputTerms(name="day", title="Day", type="date", earliest="2026-01-01", default="2026-03-01"),
    InputTerms(name="dry_run", title="Dry run", type="yes-no", default="yes"),
)
ALL = {"dataset": "eu", "rows": "10", "schema": "public", "day": "2026-03-01", "dry_run": "yes"}


def one(declared: InputTerms, typed: str) -> str:
    """The value as recorded, or the code and the sentence of what is wrong with it."""
    reading = read_inputs([declared], {declared.name: typed})
    if reading.problems:
        (problem,) = reading.problems
        assert problem.field == f"inputs.{declared.name}"
        return f"{problem.code}: {problem.sentence}"
    return reading.values[declared.name]


CHOICE, NUMBER, TEXT, DAY, YES_NO = DECLARED


class TestReading:
    @pytest.mark.parametrize(
        ("declared", "typed", "read"),
        [
            (CHOICE, "eu", "eu"),
            (CHOICE, " EU ", "eu"),
            (CHOICE, "apac", "input-invalid: “apac” isn't allowed for “Dataset”. Choose eu or us."),
            (CHOICE, "", "input-missing: “Dataset” is required. Choose eu or us."),
            (NUMBER, "007", "7"),
            (NUMBER, "1000", "1000"),
            (
                NUMBER,
                "1001",
                "input-invalid: “1001” isn't allowed for “Rows”. Enter a whole number from 0 to 1000.",
            ),
            (
                NUMBER,
                "-1",
                "input-invalid: “-1” isn't allowed for “Rows”. Enter a whole number from 0 to 1000.",
            ),
            (
                NUMBER,
                "１",
                "input-invalid: “１” isn't allowed for “Rows”. Enter a whole number from 0 to 1000.",
            ),
            (NUMBER, "", "10"),
            (TEXT, "sales", "sales"),
            (
                TEXT,
                "sales;",
                "input-invalid: “sales;” isn't allowed for “Schema”. It has to match [a-z][a-z0-9_]{0,30}.",
            ),
            (DAY, "2026-02-28", "2026-02-28"),
            (
                DAY,
                "2026-02-29",
                f"input-invalid: “2026-02-29” isn't allowed for “Day”. {DAYS}",
            ),
            (
                DAY,
                "2025-12-31",
                f"input-invalid: “2025-12-31” isn't allowed for “Day”. {DAYS}",
            ),
            (YES_NO, "Yes", "yes"),
            (YES_NO, "false", "no"),
            (YES_NO, "maybe", "input-invalid: “maybe” isn't allowed for “Dry run”. Say yes or no."),
        ],
    )
    def test_each_type_has_one_spelling_or_a_sentence(
        self, declared: InputTerms, typed: str, read: str
    ) -> None:
        assert one(declared, typed) == read

    def test_what_isn_t_declared_is_refused_never_dropped(self) -> None:
        reading = read_inputs(DECLARED, {**ALL, "datast": "eu"})
        assert [problem.code for problem in reading.problems] == ["input-unknown"]
        assert "Did you mean “dataset”?" in reading.problems[0].sentence
        assert read_inputs((), {"dataset": "eu"}).problems

    @given(given=st.dictionaries(st.text(max_size=40), st.text(max_size=300), max_size=6))
    @settings(max_examples=examples(50, 2_000), deadline=None)
    def test_nothing_that_is_typed_makes_it_raise_and_what_is_read_fits(self, given: dict[str, str]) -> None:
        reading = read_inputs(DECLARED, given)
        assert all(map(is_safe, reading.values.values()))
        assert fits(DECLARED, reading.values) == (set(reading.values) == set(ALL))


class TestParameters:
    TEMPLATE: ClassVar = {
        "schema": "{inputs.schema}",
        "note": "x-{inputs.dataset}-{inputs.rows}",
        "dry": "{inputs.dry_run}",
    }

    def test_values_stand_where_the_bundle_names_them(self) -> None:
        assert filled_in(self.TEMPLATE, DECLARED, ALL) == {
            "schema": "public",
            "note": "x-eu-10",
            "dry": "true",
        }
        assert filled_in({"plain": "{x}"}, (), {}) == {"plain": "{x}"}

    @given(given=st.dictionaries(st.sampled_from(sorted(ALL)), st.text(max_size=120)))
    @settings(max_examples=examples(50, 2_000), deadline=None)
    def test_nothing_gets_into_them_that_could_mean_anything_else(self, given: dict[str, str]) -> None:
        """Whatever is typed: a value is of harmless characters, or there is no credential."""
        values = {**ALL, **given}
        if not fits(DECLARED, values):
            with pytest.raises(ValueError, match="declares"):
                filled_in(self.TEMPLATE, DECLARED, values)
        else:
            assert all(is_safe(text) for text in filled_in(self.TEMPLATE, DECLARED, values).values())

    def test_one_that_is_missing_or_too_much_gives_nothing(self) -> None:
        for values in ({}, {**ALL, "other": "x"}, {**ALL, "dataset": "apac"}):
            with pytest.raises(ValueError, match="declares"):
                filled_in(self.TEMPLATE, DECLARED, values)


def asks_for(change: Change, inputs: str) -> Path:
    """The example with these inputs of `warehouse`, without the playbook, which gives none."""
    bundle = change(RULES, RISK, inputs)
    rmtree(bundle / "playbooks")
    return bundle


@pytest.fixture
def with_inputs(change: Change) -> Bundle:
    return load_bundle(asks_for(change, INPUTS))


def seen(bundle: Bundle, directory: Directory, **inputs: str) -> Assessment:
    return assess(bundle, directory, replace(ask(), inputs=inputs), MONDAY)


class TestAssessing:
    def test_defaults_stand_in_and_all_is_recorded(self, with_inputs: Bundle, directory: Directory) -> None:
        found = seen(with_inputs, directory, dataset="EU")
        assert found.allowed
        assert found.inputs == ALL
        assert found.facts()["inputs"] == ALL
        assert found.terms is not None
        assert [one.name for one in found.terms.inputs] == list(ALL)

    def test_what_is_wrong_is_told_at_its_field_and_isn_t_recorded(
        self, with_inputs: Bundle, directory: Directory
    ) -> None:
        found = seen(with_inputs, directory, dataset="apac", **{"rm -rf": "x"})
        assert [(one.field, one.code) for one in found.problems] == [
            ("inputs.dataset", "input-invalid"),
            ("inputs.unknown", "input-unknown"),
        ]
        assert "apac" not in str(found.facts())
        assert "rm -rf" not in str(found.facts())

    def when(self, change: Change, condition: str) -> Bundle:
        when = f"      when:\n        - {{name: datasets, allow: {condition}, because: Not this one.}}\n"
        rule = f"    rule:\n{when}      shortest: 10s"
        asks_for(change, INPUTS)
        return load_bundle(change(RULES, "    rule:\n      shortest: 10s", rule))

    @pytest.mark.parametrize(
        ("condition", "given", "allowed"),
        [
            ('inputs.dataset == "eu"', {"dataset": "eu"}, True),
            ('inputs.dataset == "eu"', {"dataset": "us"}, False),
            ('inputs.dataset in ["us"] || inputs.rows < 5', {"dataset": "eu", "rows": "4"}, True),
            ("inputs.dry_run && inputs.rows <= 10", {"dataset": "eu"}, True),
            ("inputs.day < now", {"dataset": "eu", "day": "2027-01-01"}, False),
            ('inputs.schema.startsWith("pub")', {"dataset": "eu"}, True),
        ],
    )
    def test_conditions_see_them_with_their_types(
        self, change: Change, directory: Directory, condition: str, given: dict[str, str], allowed: bool
    ) -> None:
        found = seen(self.when(change, f"'{condition}'"), directory, **given)
        assert [one.code for one in found.problems] == ([] if allowed else ["datasets"])

    def test_a_missing_one_is_told_once_and_not_as_a_failing_condition(
        self, change: Change, directory: Directory
    ) -> None:
        found = seen(self.when(change, "'inputs.dataset == \"eu\"'"), directory)
        assert [one.code for one in found.problems] == ["input-missing"]
        assert [one.result for one in found.conditions] == ["error"]

    def test_a_stage_is_needed_while_an_input_is_missing(self, change: Change, directory: Directory) -> None:
        stage = "        - name: second-look\n          approvers: [security]\n          when: 'inputs.dataset == \"us\"'\n"
        asks_for(change, INPUTS)
        bundle = load_bundle(change(RULES, STAGE, f"{STAGE}{stage}"))
        for typed, needed in (({"dataset": "us"}, 2), ({"dataset": "eu"}, 1), ({}, 2)):
            terms = seen(bundle, directory, **typed).terms
            assert terms is not None
            assert len(terms.stages) == needed


@pytest.mark.parametrize(
    ("inputs", "where", "what", "meant"),
    [
        ("dataset: {title: D, type: choise, options: [eu]}", "type", "“choise” isn't valid", "“choice”?"),
        ("dataset: {title: D, type: choice}", "dataset", "needs “options”", "add options"),
        ("dataset: {title: D, type: choice, options: []}", "dataset", "no option", "at least one"),
        (
            "dataset: {title: D, type: choice, options: [eu/west]}",
            "options[0]",
            "can't be an option",
            "letters",
        ),
        ("dataset: {title: D, type: choice, options: [eu, eu]}", "options", "listed twice", "once"),
        (
            "dataset: {title: D, type: choice, options: [eu], most: 3}",
            "dataset",
            "doesn't accept “most”",
            "options",
        ),
        (
            "dataset: {title: D, type: choice, options: [eu], default: us}",
            "dataset",
            "“us” can't be the default",
            "Choose eu",
        ),
        ("rows: {title: R, type: number, least: 5, most: 3}", "rows", "at least 5 and at most 3", "correct"),
        (
            "rows: {title: R, type: number, most: 3, default: 4}",
            "rows",
            "“4” can't be the default",
            "from 0 to 3",
        ),
        ("schema: {title: S, type: text, pattern: '.*'}", "pattern", "lets every character through", "class"),
        ('schema: {title: S, type: text, pattern: "[a-z\']+"}', "pattern", "can't be used", "classes"),
        ("schema: {title: S, type: text, pattern: '[a-z./]+'}", "pattern", "“/” can't be used", "classes"),
        ("day: {title: D, type: date, earliest: tomorrow}", "earliest", "isn't a date", "2026-12-31"),
        ("Data-Set: {title: D, type: yes-no}", "Data-Set", "isn't valid", "underscores"),
    ],
)
def test_each_fault_of_a_declaration_has_its_place_and_remedy(
    faults: Faults, inputs: str, where: str, what: str, meant: str
) -> None:
    found = faults(RULES, RISK, f"    inputs:\n      {inputs}\n{RISK}")
    (problem,) = [one for one in found if "inputs" in one.field]
    assert problem.file == RULES
    assert problem.field.endswith(where)
    assert what in problem.what
    assert meant in problem.meant


@pytest.mark.parametrize(
    ("condition", "what", "meant"),
    [
        ('inputs.datset == "eu"', "“inputs.datset” isn't defined", "“inputs.dataset”?"),
        ("inputs.dataset == 3", "no matching overload", "same type"),
        ('inputs.dataset == "euu"', "“euu” isn't an option of inputs.dataset", "“eu”?"),
        ('"uss" != inputs.dataset', "“uss” isn't an option", "“us”?"),
        ('inputs.dataset in ["eu", "usa"]', "“usa” isn't an option", "“us”?"),
        ("inputs.dataset", "gives string", "comparison"),
    ],
)
def test_a_wrong_name_type_or_option_in_a_condition_is_an_error_of_the_check(
    change: Change, faults: Faults, condition: str, what: str, meant: str
) -> None:
    asks_for(change, ONE)
    rule = f"    rule:\n      when:\n        - {{name: n, allow: '{condition}', because: B.}}\n      shortest: 10s"
    (problem,) = faults(RULES, "    rule:\n      shortest: 10s", rule)
    assert what in problem.what
    assert meant in problem.meant


def test_a_rule_above_can_t_look_at_what_an_entitlement_doesn_t_ask_for(faults: Faults) -> None:
    rule = "  credentials: 20\n  when:\n    - {name: n, allow: 'inputs.dataset == \"eu\"', because: B.}\n"
    found = faults(RULES, "  credentials: 20\n", rule)
    assert found
    assert all("“inputs.dataset” isn't defined" in one.what for one in found)


@pytest.mark.parametrize(
    ("parameter", "what", "meant"),
    [
        ("{inputs.datset}", "no input “datset”", "“dataset”?"),
        ("{inputs.}", "no input “”", "dataset"),
        ("{inputs.dataset", "isn't an input's place", "{inputs.dataset}"),
    ],
)
def test_a_parameter_names_only_what_is_declared(
    change: Change, faults: Faults, parameter: str, what: str, meant: str
) -> None:
    asks_for(change, ONE)
    policy = "      policy: grant-warehouse-read\n"
    (problem,) = faults(RULES, policy, f"{policy}      parameters: {{schema: '{parameter}'}}\n")
    assert problem.field.endswith("parameters.schema")
    assert what in problem.what
    assert meant in problem.meant


def test_a_path_or_policy_takes_no_input(change: Change, faults: Faults) -> None:
    asks_for(change, ONE)
    found = faults(RULES, "path: database/creds/warehouse-read", 'path: "database/creds/{inputs.dataset}"')
    assert found[0].field.endswith("vault.path")


def test_a_playbook_can_t_give_what_requires_an_input(faults: Faults) -> None:
    found = faults(RULES, RISK, ONE)
    assert any("requires inputs" in one.what and one.file.startswith("playbooks/") for one in found)


def test_the_bundle_s_own_tests_give_them(change: Change) -> None:
    change(
        RULES, RISK, f"    inputs:\n      {DATASET.replace('[eu, us]}', '[eu, us], default: eu}')}\n{RISK}"
    )
    same = "groups: [scientists], entitlement: warehouse, duration: 1h"
    tests = f"""tests:
  - {{name: eu, {same}, inputs: {{dataset: us}}, expect: {{outcome: allowed}}}}
  - {{name: other, {same}, inputs: {{dataset: apac}}, expect: {{outcome: refused, code: input-invalid}}}}
"""
    results = run_bundle_tests(load_bundle(change("tests/inputs.yaml", "", tests)))
    assert [one.differences for one in results if one.name in ("eu", "other")] == [(), ()]
