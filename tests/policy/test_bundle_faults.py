"""A broken bundle is refused with file, line, field, what is wrong, and what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.policy.document import FILE_LIMIT
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors, Problem

Faults = Callable[[str, str, str], list[Problem]]
Change = Callable[[str, str, str], Path]

WAREHOUSE = "resources/feature-warehouse.yaml"
SERVICE = "services/ranking-model.yaml"
LAST_LINE = "ends: 2026-01-04T00:00:00Z"
PLAYBOOK = "playbooks/stale-features.yaml"
INCIDENTS = "incidents.yaml"
EXAMPLE = Path(__file__).parents[2] / "examples" / "bundle"

# file, what is replaced, by what, the text on whose line the fault is found, field, what, meant
ONE_FAULT = [
    (WAREHOUSE, "shortest: 10s", "shortst: 10s", "shortst", "shortst", "no field “shortst”", "“shortest”?"),
    (
        WAREHOUSE,
        "shortest: 10s",
        "shortest: soon",
        "shortest: soon",
        "shortest",
        "isn't a duration",
        "30m, 1h30m",
    ),
    (
        WAREHOUSE,
        "shortest: 10s",
        "shortest: 10",
        "shortest: 10",
        "shortest",
        "10 isn't a duration",
        "use a number with a unit, such as",
    ),
    (WAREHOUSE, "risk: high", "risk: hgh", "risk: hgh", "risk", "“hgh” isn't valid here", "“high”?"),
    (
        WAREHOUSE,
        "quorum: 1",
        "quorum: one",
        "quorum: one",
        "quorum",
        "“one” isn't valid here",
        "use a whole number",
    ),
    (
        WAREHOUSE,
        "quorum: 1",
        "quorum: 4",
        "quorum: 4",
        "quorum",
        "it needs 4 approvals, but its",
        "at most 3",
    ),
    (WAREHOUSE, "required: true", "required: yes", "required: yes", "required", "“yes”", "true or false"),
    (
        WAREHOUSE,
        "approvers: [data-owners]",
        "approvers: [data-owner]",
        "approvers: [data-owner]",
        "approvers[0]",
        "no group",
        "“data-owners”?",
    ),
    (WAREHOUSE, "[incident-command]", "[x]", "to: [x]", "to[0]", "no group", "choose from auditors,"),
    (WAREHOUSE, "notify: both", "channel: alrms", "channel: alrms", "channel", "no channel", "“alarms”?"),
    (
        WAREHOUSE,
        "environment: production",
        "environment: prod",
        "environment: prod",
        "environment",
        "no env",
        "pro",
    ),
    (
        WAREHOUSE,
        "path: database",
        "path: /database",
        "path: /database",
        "path",
        "“/database/creds/warehouse-read”",
        "database/creds",
    ),
    (
        WAREHOUSE,
        "policy: grant-",
        "policy: ",
        "policy: warehouse-read",
        "policy",
        "“warehouse-read” isn't valid",
        "grant-",
    ),
    (
        WAREHOUSE,
        "policy: grant-high-warehouse-write",
        "policy: grant-warehouse-write",
        "policy: grant-warehouse-write",
        "policy",
        "this is high",
        "grant-high-",
    ),
    (
        WAREHOUSE,
        "risk: moderate",
        "risk: critical",
        "policy: grant-warehouse-read",
        "policy",
        "this is critical",
        "second login",
    ),
    (
        WAREHOUSE,
        "${WAREHOUSE_HOST}",
        "${WAREHOUS_HOST}",
        "${WAREHOUS_HOST}",
        "connect.postgresql.host",
        "${WAREHOUS_HOST} has no value",
        "WAREHOUSE_HOST",
    ),
    (
        WAREHOUSE,
        "[features, feature-store]",
        "[warehouse]",
        "[warehouse]",
        "aliases[0]",
        "“warehouse” is already used at",
        "choose another name",
    ),
    (
        WAREHOUSE,
        "warehouse-pii:",
        "warehouse-write:",
        "",
        "entitlements.warehouse-write",
        "written twice",
        "line 68",
    ),
    (
        WAREHOUSE,
        "resource: feature-warehouse",
        "resource: Feature",
        "resource: Feature",
        "resource",
        "“Feature” isn't valid",
        "use lowercase letters, digits and",
    ),
    (WAREHOUSE, '"[A-Z]{2,8}', '"(', 'pattern: "(', "pattern", "invalid regular expression", "RE2"),
    (
        WAREHOUSE,
        "default: 30m",
        "default: 2h",
        "default: 2h",
        "default",
        "outside",
        "use 1 minute to 1 hour",
    ),
    (
        WAREHOUSE,
        "decision: automatic",
        "lapse: 1h",
        "rule:\n      longest: 30m",
        "stages",
        "it has no stages on any level",
        "auto",
    ),
    (
        WAREHOUSE,
        "decision: automatic",
        "decision: auto",
        "decision: auto",
        "decision",
        "“auto” isn't valid here",
        "“automatic”?",
    ),
    (
        WAREHOUSE,
        "          deny:",
        "          allow: 'true'\n          deny:",
        "",
        "when[1]",
        "exactly one",
        "one CEL",
    ),
    (
        "environments.yaml",
        "longest: 8h",
        "lapse: 8h",
        "",
        "longest",
        "it has no time limit on any level",
        "set longest, such as 8h, here or",
    ),
    (
        "environments.yaml",
        "eligible: [scientists, data-owners]",
        "lapse: 4h",
        "",
        "eligible",
        "nobody",
        "eligible",
    ),
    ("groups.yaml", "- radia@northwind.example", "- radia", "- radia", "members[0]", "“radia”", "e-mail"),
    (
        "groups.yaml",
        "    members:\n      - ada",
        "    members: ada",
        "members: ada",
        "members",
        "“ada@northwind.example” isn't",
        "a list",
    ),
    ("daypass.yaml", '"#access-alarms"', "#access-alarms", "alarms: #", "alarms", "missing", "needs quotes"),
    ("daypass.yaml", "name: Northwind", "nam: Northwind", "nam:", "nam", "no field “nam”", "“name”?"),
    (
        "daypass.yaml",
        "lapse: 4h",
        "lapse: 4h\n  lapse: 5h",
        "  lapse: 5h",
        "lapse",
        "written twice",
        "line 36",
    ),
    (
        "daypass.yaml",
        "name: Northwind",
        "name: [Northwind",
        "",
        "file",
        "this isn't valid YAML: expected",
        "quotes",
    ),
    (
        "tests/warehouse.yaml",
        "entitlement: warehouse\n",
        "entitlement: warehous\n",
        "warehous\n",
        "",
        "no ent",
        "“wa",
    ),
    (
        "tests/warehouse.yaml",
        "groups: [scientists]",
        "groups: [scientist]",
        "[scientist]",
        "groups[0]",
        "no g",
        "“sc",
    ),
    (
        "tests/warehouse.yaml",
        "outcome: allowed",
        "outcome: granted",
        "granted",
        "outcome",
        "“granted” isn't valid here",
        "allowed",
    ),
    (PLAYBOOK, "owner: commander", "owner: comander", "owner: comander", "owner", "no role", "“commander”?"),
    (
        PLAYBOOK,
        "freeze: ranking-model",
        "freeze: rank",
        "freeze: rank",
        "action.freeze",
        "no service",
        "ranking",
    ),
    (
        PLAYBOOK,
        "grant: warehouse",
        "grant: warehose",
        "warehose",
        "action.grant",
        "no entitlement",
        "“warehouse",
    ),
    (PLAYBOOK, "to: responder", "to: respondr", "respondr", "action.to", "no role", "“responder”?"),
    (
        PLAYBOOK,
        "lasting: 30m",
        "lasting: 9h",
        "lasting: 9h",
        "lasting",
        "“warehouse-sample” can't last",
        "at most",
    ),
    (
        PLAYBOOK,
        "drill: warehouse-sample",
        "drill: warehouse",
        "drill: w",
        "drill",
        "isn't marked",
        "drill: true",
    ),
    (
        PLAYBOOK,
        "channel: incidents",
        "channel: news",
        "channel: news",
        "channel",
        "no channel",
        "choose from alarms, approvals,",
    ),
    (
        PLAYBOOK,
        "[incident-command]",
        "[commanders]",
        "[commanders]",
        "escalate.to[0]",
        "no group",
        "choose from auditors,",
    ),
    (
        PLAYBOOK,
        "revoke: warehouse",
        "revoke: sample",
        "revoke: s",
        "revoke",
        "no earlier step grants “sample”",
        "add the grant before this step",
    ),
    (PLAYBOOK, "freeze: ranking-model", "freezer: x", "freezer", "freezer", "no field", "“freeze”?"),
    (
        PLAYBOOK,
        "name: tell",
        "name: look-inside",
        "",
        "",
        "two steps have the name",
        "give each its own name",
    ),
    (
        PLAYBOOK,
        "roll_back: ranking-model",
        "roll_back: no",
        "roll_back: no",
        "roll_back",
        "no service",
        "choose from ranking-model",
    ),
    (
        PLAYBOOK,
        "services: [ranking-model]",
        "services: [x]",
        "[x]",
        "services[0]",
        "no service",
        "choose from ranking-model",
    ),
    (PLAYBOOK, "          lasting: 30m\n", "", "", "action", "“grant” needs a duration", "lasting: 30m"),
    (
        INCIDENTS,
        "announce: incidents",
        "announce: x",
        "announce: x",
        "announce",
        "no channel",
        "choose from alarms, approvals,",
    ),
    (INCIDENTS, "  commander:", "  boss:", "", "", "no role “commander”", "add commander"),
    (INCIDENTS, "failed_check: sev3", "failed_check: sev9", "sev9", "failed_check", "no severity", "sev"),
    (
        INCIDENTS,
        "declare: [scientists",
        "declare: [scientist",
        "[scientist,",
        "declare[0]",
        "no group",
        "“sc",
    ),
    (INCIDENTS, "private: [security]", "private: [secret]", "[secret]", "private[0]", "no group", "“sec"),
    (
        WAREHOUSE,
        "approver: commander",
        "approver: x",
        "approver: x",
        "in_incident.approver",
        "no role",
        "choose from commander,",
    ),
    (WAREHOUSE, "severities: [sev1, sev2]", "severities: [sev7]", "[sev7]", "severities[0]", "no sev", "sev"),
    (
        "tests/warehouse.yaml",
        "2026-03-06T16:00:00Z",
        "Friday",
        "Friday",
        "now",
        "'Friday' isn't a date and time",
        "2026-03-02",
    ),
    (
        SERVICE,
        LAST_LINE,
        f"{LAST_LINE}\n    repeats: FREQ=WEEKLY;BYDAY=MO",
        "end-of-year",
        "freezes[0]",
        "its first time isn't",
        "begin on a day of it",
    ),
    (
        SERVICE,
        LAST_LINE,
        f"{LAST_LINE}\n    left_out: [2026-04-03]",
        "end-of-year",
        "freezes[0]",
        "needs a freeze that repeats",
        "add repeats",
    ),
    (
        SERVICE,
        LAST_LINE,
        f"{LAST_LINE}\n    left_out: [Easter]",
        "Easter",
        "freezes[0].left_out[0]",
        "'Easter' isn't a date",
        "2026-04-03",
    ),
    (
        SERVICE,
        "kind: freeze #",
        "kind: stage\n    earlier: ranking-stagin #",
        "ranking-stagin",
        "gates",
        "no service “ranking-stagin”",
        "ranking-model",
    ),
    (
        SERVICE,
        "kind: freeze #",
        "kind: stage\n    earlier: ranking-model #",
        "earlier:",
        "gates",
        "“ranking-model” comes after “ranking-model” itself",
        "doesn't wait for this one",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "where", "field", "what", "meant"), ONE_FAULT)
def test_each_fault_is_found_at_its_line(
    faults: Faults,
    change: Change,
    file: str,
    old: str,
    new: str,
    where: str,
    field: str,
    what: str,
    meant: str,
) -> None:
    found = faults(file, old, new)
    fitting = [one for one in found if field in one.field and what in one.what and meant in one.meant]
    assert fitting, found
    if where:
        text = (change(file, new, new) / file).read_text()
        assert text[: text.index(where)].count("\n") + 1 in {one.line for one in fitting}
    assert str(fitting[0]).startswith(f"{fitting[0].file}:{fitting[0].line}: ")


def test_a_problem_is_one_line_with_file_line_field_fault_and_meaning(faults: Faults) -> None:
    found = faults(WAREHOUSE, "      shortest: 10s", "      shortst: 10s")
    assert [str(one) for one in found] == [
        "resources/feature-warehouse.yaml:31: entitlements.warehouse.rule.shortst: "
        "there is no field “shortst” — did you mean “shortest”?"
    ]
    assert found[0].column == 7


def test_all_faults_of_all_files_are_told_at_once(change: Change, faults: Faults) -> None:
    change("groups.yaml", "- ada@northwind.example", "- ada")
    change("daypass.yaml", "lapse: 4h", "lapse: never")
    found = faults(WAREHOUSE, "risk: high", "risk: hgh")
    assert [one.file for one in found] == ["daypass.yaml", "groups.yaml", WAREHOUSE]


LOOSER = [
    (
        "      shortest: 10s # so",
        "      longest: 9h # so",
        "entitlements.warehouse.rule.longest",
        "use at most 8 hours",
    ),
    (
        "min_length: 40",
        "min_length: 4",
        "entitlements.warehouse-pii.rule.justification.min_length",
        "use at least 10",
    ),
    (
        "      credentials: 3",
        "      credentials: 30",
        "entitlements.warehouse-pii.rule.credentials",
        "use at most 20",
    ),
    (
        "      shortest: 10s # so",
        "      eligible: [auditors] # so",
        "entitlements.warehouse.rule.eligible",
        "use only groups from scientists, data-owners",
    ),
    ("  credentials: 20", "  longest: 9h", "rule.longest", "use at most 8 hours"),
]


@pytest.mark.parametrize(("old", "new", "field", "meant"), LOOSER)
def test_a_lower_level_that_loosens_is_named_with_its_line(
    faults: Faults, change: Change, old: str, new: str, field: str, meant: str
) -> None:
    found = faults(WAREHOUSE, old, new)
    text = (change(WAREHOUSE, new, new) / WAREHOUSE).read_text()
    assert [(one.field, one.line, one.meant) for one in found] == [
        (field, text[: text.index(new)].count("\n") + 1, meant)
    ]
    assert "a lower level may only tighten" in found[0].what


def test_no_entitlement_is_automatic_where_its_environment_asks_for_approval(faults: Faults) -> None:
    stages = "longest: 8h\n      stages: [{name: all, approvers: [security]}]"
    found = faults("environments.yaml", "longest: 8h", stages)
    assert ("entitlements.warehouse-sample.rule.decision", 149) in [(one.field, one.line) for one in found]


STAGE = "{name: data-owners, approvers: [data-owners, security], quorum: 2}"


@pytest.mark.parametrize(
    ("lower", "field"),
    [
        ("quorum: 1", "quorum"),
        ("approvers: [incident-command]", "approvers"),
        ("escalate: {after: 1h, to: [incident-command]}", "escalate.to"),
    ],
)
def test_a_stage_is_only_tightened_by_a_lower_level(
    change: Change, faults: Faults, lower: str, field: str
) -> None:
    change(WAREHOUSE, "decision: automatic", "lapse: 1h")
    change("environments.yaml", "longest: 8h", f"longest: 8h\n      stages: [{STAGE}]")
    new = f"shortest: 10s\n      stages: [{{name: data-owners, {lower}}}]\n      unused:"
    text = (EXAMPLE / WAREHOUSE).read_text()
    start = text.index("shortest: 10s")
    end = text.index("  warehouse-write:")
    found = faults(WAREHOUSE, text[start:end], new.replace("\n      unused:", "\n\n"))
    assert f"entitlements.warehouse.rule.stages[0].{field}" in {one.field for one in found}


CEL_FAULTS = [
    (
        'weekday != "saturday"',
        'weekdy != "saturday"',
        "“weekdy” isn't defined",
        "did you mean “weekday”?",
        "weekdy",
    ),
    (
        'weekday != "saturday"',
        'weekday != 6 || weekday != "saturday"',
        "no matching overload",
        "same type",
        "!= 6",
    ),
    ('ticket == ""', "has(now.year)", "“has()” isn't allowed here", "always set", "has("),
    ('ticket == ""', 'dyn(ticket) == ""', "“dyn()” isn't allowed here", "always false", "dyn("),
]


@pytest.mark.parametrize(("old", "new", "what", "meant", "at"), CEL_FAULTS)
def test_a_faulty_condition_is_found_with_line_and_column(
    faults: Faults, change: Change, old: str, new: str, what: str, meant: str, at: str
) -> None:
    (found,) = faults(WAREHOUSE, old, new)
    lines = (change(WAREHOUSE, new, new) / WAREHOUSE).read_text().splitlines()
    assert what in found.what
    assert meant in found.meant
    assert lines[found.line - 1][found.column - 1 :].startswith(at)


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("duration_minutes", "gives int, not true or false"),
        ("'\"true\"'", "gives string, not true or false"),
        ("1 / 0 == 1", "fails for every request"),
        ("ticket.matches('(')", "fails for every request"),
        ("hour >", "Syntax error"),
        ("true" + " || true" * 200, "characters"),
    ],
)
def test_a_condition_that_can_not_work_is_refused_at_load(faults: Faults, expression: str, what: str) -> None:
    (found,) = faults(WAREHOUSE, 'weekday != "saturday" && weekday != "sunday"', expression)
    assert what in found.what
    assert found.field == "entitlements.warehouse-pii.rule.when[0].allow"


def test_inside_a_block_of_text_the_position_is_that_of_the_very_line(faults: Faults, change: Change) -> None:
    new = '|\n            weekday != "saturday" &&\n            weekdya != "sunday"'
    (found,) = faults(WAREHOUSE, 'weekday != "saturday" && weekday != "sunday"', new)
    lines = (change(WAREHOUSE, new, new) / WAREHOUSE).read_text().splitlines()
    assert lines[found.line - 1][found.column - 1 :].startswith("weekdya")


def test_a_bundle_can_not_exhaust_memory_by_aliases(faults: Faults) -> None:
    levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    levels += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True)]
    (found,) = faults("groups.yaml", "", "\n".join(levels))
    assert "aliases" in found.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("groups: &a [*a]", "too deep or circular"),
        ("[" * 3_000, "too deep or circular"),
        ("groups: !!python/object/apply:os.system [ls]", "isn't valid here"),
        ("groups: !!python/name:os.system x", "the tag"),
        ("a: {<<: {b: 1}}", "this key isn't allowed"),
        ("- a", "isn't valid here"),
        ("# nothing", "missing"),
        ("#" * (FILE_LIMIT + 1), "larger than 256 KiB"),
    ],
)
def test_yaml_that_is_no_plain_data_is_refused(faults: Faults, text: str, what: str) -> None:
    found = faults("groups.yaml", "", text)
    assert all(one.file == "groups.yaml" for one in found)
    assert what in found[0].what


def test_a_file_that_is_not_utf8_is_refused_with_its_line(change: Change) -> None:
    copy = change("groups.yaml", "", "groups:\n")
    (copy / "groups.yaml").write_bytes(b"groups:\n  a: \xff\n")
    with pytest.raises(BundleErrors, match=r"groups\.yaml:2: file: the file isn't UTF-8"):
        load_bundle(copy)


def test_a_missing_and_a_misplaced_file_are_named(change: Change, faults: Faults) -> None:
    copy = change("daypass.yaml", "Northwind", "Northwind")
    (copy / "groups.yaml").rename(copy / "group.yaml")
    found = faults("daypass.yaml", "Northwind", "Northwind")
    assert [(one.file, one.what) for one in found] == [
        ("group.yaml", "unexpected file"),
        ("groups.yaml", "the file is missing"),
    ]
    assert "groups.yaml" in found[0].meant


def test_a_directory_that_is_not_there_is_one_clear_problem(tmp_path: Path) -> None:
    with pytest.raises(BundleErrors, match="this directory doesn't exist"):
        load_bundle(tmp_path / "nowhere")


def test_a_playbook_that_no_entry_of_the_log_could_hold_is_refused(faults: Faults) -> None:
    steps = "".join(
        f"      - name: step-{number}\n        title: Say it\n        owner: commander\n"
        f"        action:\n          post: {'word ' * 190}\n"
        for number in range(50)
    )
    found = faults(PLAYBOOK, "      - name: tell\n", f"{steps}      - name: tell\n")
    assert [one.field for one in found] == ["phases"]
    assert "one event of the log" in found[0].what
