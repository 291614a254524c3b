"""What every registered action of a playbook promises, whatever it does. A new kind needs a case here."""

from collections.abc import Iterator

import pytest

from tests.builders import changed_bundle, world_of
from tests.incidents.conftest import PLAYBOOK
from tests.incidents.desk import FIRST, Desk
from tests.people import ADA, MARGARET
from workflows.audit.replay import replay
from workflows.incidents import WORKFLOW
from workflows.incidents.actions import ACTIONS
from workflows.incidents.commands import RunStep
from workflows.incidents.events import Froze, SeverityChanged, StepDone
from workflows.policy.schema.actions import FIELDS, ActionBlock
from workflows.ports import Permanent, Retryable
from workflows.workflow import World

WRITTEN = {
    "grant": {"grant": "warehouse", "to": "responder", "lasting": "30m"},
    "revoke": {"revoke": "warehouse", "to": "responder"},
    "freeze": {"freeze": "ranking-model"},
    "roll-back": {"roll_back": "ranking-model"},
    "post": {"post": "We are looking into it.", "channel": "incidents"},
    "webhook": {"webhook": "https://pager.northwind.example/daypass"},
    "severity": {"severity": "sev1"},
}
"""Each kind of action, as a bundle writes it."""
STEPS = "".join(
    f"      - name: do-{kind}\n        title: Do it\n        owner: commander\n        action:\n"
    + "".join(f"          {name}: {value}\n" for name, value in written.items())
    for kind, written in WRITTEN.items()
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example's, its playbook with a step of each kind at its end."""
    before = "          revoke: warehouse\n          to: responder\n"
    directory = tmp_path_factory.mktemp("bundle") / "actions"
    return world_of(changed_bundle(directory, (PLAYBOOK, before, before + STEPS), playbooks=True))


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    found = Desk(world)
    yield found
    found.close()


def begin(desk: Desk, **how) -> Desk:
    """Version 2 is live; Ada has declared and responds, Margaret commands, the playbook runs."""
    desk.a_release_is_live()
    desk.declares(ADA, service="ranking-model", playbook="stale-features", **how)
    desk.all_done()
    desk.takes(ADA, "responder")
    desk.hands_over(ADA, "commander", MARGARET)
    desk.all_done()
    desk.outside.posts.clear()
    return desk


def could_have_happened(desk: Desk) -> bool:
    return replay(WORKFLOW, desk.logged[FIRST].story()).fault is None


def test_every_kind_of_the_policy_is_registered_and_has_a_case():
    fields = {what.replace("_", "-") for what in FIELDS}
    assert fields == set(ACTIONS) == set(WRITTEN)


@pytest.mark.parametrize("kind", ACTIONS)
class TestEveryAction:
    def test_is_done_once_and_leaves_a_story_that_could_have_happened(self, desk, kind):
        begin(desk)
        for _ in range(2):
            assert desk.steps(MARGARET, f"do-{kind}") == ""
        assert desk.step(f"do-{kind}") == "done"
        assert [one.run for one in desk.events(StepDone) if one.step == f"do-{kind}"] == [1]
        assert could_have_happened(desk)

    def test_is_run_by_nobody_without_a_role(self, desk, kind):
        begin(desk)
        assert desk.steps("UNOBODY", f"do-{kind}") != ""
        assert desk.step(f"do-{kind}") == "waiting"

    def test_of_a_drill_touches_nothing_outside(self, desk, kind):
        begin(desk, drill=True)
        assert desk.steps(MARGARET, f"do-{kind}") == ""
        assert desk.step(f"do-{kind}") == "done"
        elsewhere = [place for _, place in desk.outside.posts if place != desk.now.channel]
        touched = (desk.outside.moves, desk.outside.calls, elsewhere, desk.events(Froze), desk.accesses)
        assert not any(touched)

    def test_of_a_private_incident_is_refused_if_others_would_notice(self, desk, kind):
        begin(desk, private=True)
        refused = desk.steps(MARGARET, f"do-{kind}")
        assert refused == ("private" if ACTIONS[kind].reaches_outside else "")

    def test_says_in_a_few_words_what_it_does(self, desk, kind):
        begin(desk)
        terms = desk.now.step_terms(f"do-{kind}")
        said = ACTIONS[kind].describe(desk.now, terms.action)
        assert 0 < len(said) <= 80

    def test_takes_only_its_own_fields_and_needs_them(self, kind):
        what = kind.replace("-", "_")
        foreign = {"to": "responder", "lasting": "1h", "drill": "x", "channel": "incidents"}
        for name, value in foreign.items():
            if name not in (*FIELDS[what].needed, *FIELDS[what].optional):
                with pytest.raises(ValueError, match=name):
                    ActionBlock.model_validate({**WRITTEN[kind], name: value})
        for name in FIELDS[what].needed:
            left = {key: one for key, one in WRITTEN[kind].items() if key != name}
            with pytest.raises(ValueError, match=f"“{what}” needs"):
                ActionBlock.model_validate(left)


@pytest.mark.parametrize("kind", [kind for kind, one in ACTIONS.items() if one.perform])
class TestEveryActionOfAnEffect:
    def test_waits_out_trouble_that_passes_and_says_so(self, desk, kind):
        begin(desk)
        desk.outside.trouble = Retryable("The line is busy.")
        desk.steps(MARGARET, f"do-{kind}")
        assert desk.step(f"do-{kind}") == "running"
        desk.outside.trouble = None
        desk.all_done()
        assert desk.step(f"do-{kind}") == "done"

    def test_fails_with_the_reason_if_it_never_will_be_done(self, desk, kind):
        begin(desk)
        desk.outside.trouble = Permanent("There is no such place.")
        if kind != "roll-back":  # what can't be moved stays being rolled back, until somebody repairs it
            desk.steps(MARGARET, f"do-{kind}")
            assert desk.step(f"do-{kind}") == "failed"


def test_a_changed_severity_calls_in_whom_it_names(desk):
    begin(desk)
    desk.steps(MARGARET, "do-severity")
    (changed,) = desk.events(SeverityChanged)
    assert (changed.before, desk.now.severity) == ("sev2", "sev1")
    assert set(desk.now.invited) >= desk.world.directory.members("security")


def test_the_severity_that_it_has_already_is_no_change(desk):
    begin(desk, severity="sev1")
    assert desk.refusal(RunStep(FIRST, "do-severity"), MARGARET) == ""
    assert (desk.step("do-severity"), desk.events(SeverityChanged)) == ("done", [])
