"""A release or an incident whose story could not have happened is named by its first event that couldn't."""

import pytest

from tests.incidents.conftest import playbook_world
from tests.incidents.desk import FIRST, Desk
from tests.logged import Story as Told
from tests.logged import renumbered
from tests.people import ADA, GRACE, MARGARET
from tests.releases.story import Story
from workflows import incidents, releases
from workflows.audit.replay import replay
from workflows.workflow import Workflow


def why(workflow: Workflow, told: Told) -> str:
    fault = replay(workflow, renumbered(told)).fault
    return fault.why if fault else ""


class TestARelease:
    @pytest.fixture
    def told(self, world) -> Told:
        story = Story(world)
        story.is_live(ADA, GRACE)
        return story.logged.story()

    def test_that_went_live_replays(self, told):
        assert why(releases.WORKFLOW, told) == ""

    @pytest.mark.parametrize("action", ["proposed", "evidence-read", "reviewed", "approved", "move-started"])
    def test_lacks_no_event_that_led_to_it(self, told, action):
        assert why(releases.WORKFLOW, [one for one in told if one[0].action != f"release.{action}"])

    def test_was_not_approved_by_its_author(self, told):
        forged = [
            (leaf._replace(actor=ADA, facts=leaf.facts | {"reviewer": ADA}), typed)
            if leaf.action == "release.reviewed"
            else (leaf, typed)
            for leaf, typed in told
        ]
        assert "reviewed their own release" in why(releases.WORKFLOW, forged)


class TestAnIncident:
    @pytest.fixture
    def told(self, tmp_path) -> Told:
        desk = Desk(playbook_world(tmp_path / "bundle"))
        desk.declares(ADA, playbook="stale-features")
        desk.takes(MARGARET)
        desk.takes(ADA, "responder")
        desk.steps(MARGARET, "look-inside")
        desk.close()
        return desk.logged[FIRST].story()

    def test_replays(self, told):
        assert "incident.access-requested" in [leaf.action for leaf, _ in told]
        assert why(incidents.WORKFLOW, told) == ""

    @pytest.mark.parametrize("action", ["declared", "playbook-started", "role-taken", "step-started"])
    def test_gives_no_access_without_what_leads_to_it(self, told, action):
        assert why(incidents.WORKFLOW, [one for one in told if one[0].action != f"incident.{action}"])

    def test_gives_nobody_else_access(self, told):
        forged = [
            (leaf._replace(facts=leaf.facts | {"person": GRACE}), typed)
            if leaf.action == "incident.access-requested"
            else (leaf, typed)
            for leaf, typed in told
        ]
        assert "didn't hold the role" in why(incidents.WORKFLOW, forged)
