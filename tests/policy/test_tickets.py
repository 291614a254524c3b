"""Tickets in a policy: what a rule may say of them, and what it says to one that was seen."""

from pathlib import Path

import pytest

from tests.builders import MONDAY, changed_bundle, world_of
from tests.people import ADA
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.assess import Ask, Assessment, assess
from workflows.policy.evaluation.bundle_tests import run_bundle_tests
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors
from workflows.policy.terms.tickets import TicketTerms, stricter_ticket
from workflows.policy.tickets import TicketReading
from workflows.workflow import World

RULES = "resources/feature-warehouse.yaml"
ANCHOR = "      shortest: 10s"
LOOKED_UP = "required: true, source: jira, pattern: '[A-Z]+-[0-9]+'"
WHY = "to see why the churn model drifts since Monday"


def ticket(fields: str) -> tuple[str, str, str]:
    return RULES, ANCHOR, f"      ticket: {{{fields}}}\n{ANCHOR}"


PROJECTS = ("groups.yaml", "  scientists:\n", "  scientists:\n    ticket_projects: [DS, ML]\n")


def loaded(tmp_path: Path, *changes: tuple[str, str, str], **files: str) -> Bundle:
    return changed_bundle(tmp_path / "bundle", *changes, files=files)


def seen(status: str = "open", project: str = "OPS", source: str = "jira", said: str = "") -> TicketReading:
    return TicketReading.model_validate(
        {
            "source": source,
            "status": status,
            "key": "OPS-12",
            "project": project,
            "said": said,
            "why": "Away.",
        }
    )


def asked(world: World, found: TicketReading | None, typed: str = "OPS-12") -> Assessment:
    ask = Ask(ADA, "warehouse", 3_600, WHY, typed, ticket_found=found)
    return assess(world.bundle, world.directory, ask, MONDAY)


def codes(world: World, found: TicketReading | None, typed: str = "OPS-12") -> list[str]:
    return [one.code for one in asked(world, found, typed).problems]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(loaded(tmp_path_factory.mktemp("tickets"), ticket(LOOKED_UP)))


class TestARuleThatLooksTicketsUp:
    def test_lets_an_open_one_through(self, world: World) -> None:
        assert codes(world, seen()) == []

    def test_says_why_another_doesn_t_do(self, world: World) -> None:
        (closed,) = asked(world, seen("closed", said="Won't do")).problems
        assert (closed.field, closed.code) == ("ticket", "ticket-closed")
        assert "OPS-12 is closed (Won't do)" in closed.sentence
        assert codes(world, seen("missing")) == ["no-ticket"]

    @pytest.mark.parametrize("found", [None, seen("unreadable"), seen(source="github")])
    def test_takes_nothing_for_a_yes_but_having_seen_it(
        self, world: World, found: TicketReading | None
    ) -> None:
        assert codes(world, found) == ["ticket-unseen"]

    def test_still_asks_for_one_of_the_right_form(self, world: World) -> None:
        assert codes(world, None, "") == ["missing"]
        assert codes(world, seen(), "just because") == ["wrong-form"]

    def test_records_what_it_saw_and_none_of_its_words(self, world: World) -> None:
        found = seen().model_copy(update={"title": "Ada's salary"})
        facts = asked(world, found).facts()
        assert facts["ticket"] == {"source": "jira", "status": "open", "project": "OPS"}
        assert "salary" not in str(facts)


def test_a_closed_ticket_does_where_the_rule_says_so(tmp_path: Path) -> None:
    world = world_of(loaded(tmp_path, ticket(f"{LOOKED_UP}, must_be_open: false")))
    assert codes(world, seen("closed")) == []
    assert codes(world, seen("missing")) == ["no-ticket"]


def test_a_ticket_has_to_be_in_one_of_the_projects(tmp_path: Path) -> None:
    world = world_of(loaded(tmp_path, ticket(f"{LOOKED_UP}, projects: [DS, ops]")))
    assert codes(world, seen(project="OPS")) == []
    assert codes(world, seen(project="HR")) == ["other-project"]


def test_a_ticket_has_to_be_in_a_project_of_the_requester_s_groups(tmp_path: Path) -> None:
    world = world_of(loaded(tmp_path, PROJECTS, ticket(f"{LOOKED_UP}, own_project: true")))
    assert codes(world, seen(project="ML")) == []
    assert codes(world, seen(project="OPS")) == ["other-project"]


def test_a_stage_can_depend_on_the_ticket(tmp_path: Path) -> None:
    stage = "          notify: both # the channel, the approvers themselves (people), or both\n"
    more = f"{stage}        - name: security\n          approvers: [security]\n          when: ticket_project == 'SEC'\n"
    world = world_of(loaded(tmp_path, ticket(LOOKED_UP), (RULES, stage, more)))
    for project, stages in (("OPS", 1), ("SEC", 2)):
        terms = asked(world, seen(project=project)).terms
        assert terms
        assert len(terms.stages) == stages


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (ticket("projects: [OPS]"), "projects", "looked up"),
        (ticket("ends_access: true"), "ends_access", "set source"),
        (ticket(f"{LOOKED_UP}, own_project: true"), "own_project", "no group that can request this"),
        (ticket(f"{LOOKED_UP}, ends_access: true, must_be_open: false"), "ends_access", "end at once"),
        (ticket("source: Jira"), "source", "lowercase"),
        (ticket("source: jira, projects: ['a b']"), "projects", "as its system calls it"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    tmp_path: Path, change: tuple[str, str, str], field: str, said: str
) -> None:
    with pytest.raises(BundleErrors) as refused:
        loaded(tmp_path, change)
    found = [str(one) for one in refused.value.problems if one.file == RULES]
    assert any(f"rule.ticket.{field}" in one and said in one for one in found)


def test_a_lower_level_only_tightens(tmp_path: Path) -> None:
    above = "eligible: [scientists, data-owners]"
    upper = (
        f"{above}\n      ticket: {{source: jira, projects: [OPS, DS], own_project: false, ends_access: true}}"
    )
    lower = ticket("source: github, projects: [HR], ends_access: false")
    with pytest.raises(BundleErrors) as refused:
        loaded(tmp_path, ("environments.yaml", above, upper), lower)
    assert {str(one.field).rpartition(".")[2] for one in refused.value.problems} >= {
        "source",
        "projects",
        "ends_access",
    }


def test_of_two_rules_a_pending_request_meets_both() -> None:
    old = TicketTerms(source="jira", projects=("OPS", "DS"), must_be_open=False)
    new = TicketTerms(source="github", projects=("DS", "HR"), ends_access=True)
    both = stricter_ticket(old, new)
    assert (both.source, both.projects, both.must_be_open, both.ends_access) == (
        "github",
        ("DS",),
        True,
        True,
    )
    assert stricter_ticket(old, both) == both
    assert stricter_ticket(TicketTerms(projects=("A",)), TicketTerms(projects=("B",))).projects == ()


def test_a_rule_that_looks_no_ticket_up_doesn_t_tighten_one_that_does() -> None:
    looks = TicketTerms(source="jira", must_be_open=False)
    for other in (TicketTerms(), TicketTerms(required=True, patterns=("[A-Z]+-[0-9]+",))):
        assert not stricter_ticket(looks, other).must_be_open
        assert not stricter_ticket(other, looks).must_be_open
    assert stricter_ticket(looks, TicketTerms(source="jira")).must_be_open
    assert stricter_ticket(TicketTerms(must_be_open=False), TicketTerms()).must_be_open


def test_projects_are_the_same_in_any_case(tmp_path: Path) -> None:
    both = stricter_ticket(TicketTerms(projects=("OPS", "DS")), TicketTerms(projects=("ops", "HR")))
    assert both.projects == ("OPS",)
    above = "eligible: [scientists, data-owners]"
    upper = f"{above}\n      ticket: {{source: jira, projects: [OPS, DS]}}"
    bundle = loaded(tmp_path, ("environments.yaml", above, upper), ticket("projects: [ops]"))
    assert bundle.entitlements["warehouse"].rule.ticket.projects == ("ops",)


def test_the_bundle_s_own_tests_say_what_is_seen_of_a_ticket(tmp_path: Path) -> None:
    test = """tests:
  - name: {status} ticket of {project}
    requester: ada@northwind.example
    entitlement: warehouse
    duration: 1h
    ticket: OPS-12
    ticket_status: {status}
    ticket_project: {project}
    expect: {{outcome: {outcome}}}
"""
    bundle = loaded(tmp_path, ticket(f"{LOOKED_UP}, projects: [OPS]"))
    folder = tmp_path / "bundle" / "tests"
    folder.mkdir()
    cases = [("open", "OPS", "allowed"), ("open", "HR", "refused"), ("closed", "OPS", "refused")]
    for number, (status, project, outcome) in enumerate(cases):
        text = test.format(status=status, project=project, outcome=outcome)
        (folder / f"{number}.yaml").write_text(text)
    results = run_bundle_tests(load_bundle(tmp_path / "bundle"))
    assert [one.differences for one in results] == [()] * 3
    assert bundle.ticket_sources == {"jira"}
