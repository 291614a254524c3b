"""What the form of a request reads of its window, and keeps of what was requested before."""

from typing import Any

import pytest

from bot.slack.access.form import WHAT, again, read_form
from bot.slack.access.on_behalf.field import offered_to
from bot.slack.access.presenter import PRESENTER
from bot.slack.access.typed_command import not_theirs
from bot.slack.button_values import NewRequest
from tests.access.kits import kit_world
from tests.access.story import SUBJECT, WHY, Story
from tests.people import ADA, GRACE
from workflows.access.commands import RequestAccess
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.state import Access
from workflows.durations import spell_duration
from workflows.policy.evaluation.kits import as_entitlement
from workflows.workflow import Actor, World

OPENED = NewRequest("acc_01KJ4M3Z00000000000000000A")


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> World:
    return kit_world(tmp_path_factory.mktemp("kits"))


@pytest.fixture
def story(world: World) -> Story:
    return Story(world)


def proposed(story: Story) -> Access:
    """Grace requests something for Ada."""
    story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, on_behalf_of=ADA), Actor(GRACE))
    return story.now


def view(entitlement: str, **elements: dict[str, Any]) -> dict[str, Any]:
    """A window with this chosen; `elements` are others by block, with `__` for `:`."""
    chosen = {WHAT: {"selected_option": {"value": entitlement}}}
    values = chosen | {name.replace("__", ":"): one for name, one in elements.items()}
    return {
        "private_metadata": OPENED.value,
        "state": {"values": {block: {block.partition(":")[0]: one} for block, one in values.items()}},
    }


def ticked(*entitlements: str) -> dict[str, Any]:
    return {"selected_options": [{"value": one} for one in entitlements]}


class TestMembers:
    def test_are_what_is_ticked_of_the_chosen_kit(self) -> None:
        assert read_form(view("churn", kit__churn=ticked("warehouse"))).members == ("warehouse",)

    def test_of_the_kit_that_was_chosen_before_are_none(self) -> None:
        """The window still has its block when another is chosen."""
        assert read_form(view("onboarding", kit__churn=ticked("warehouse"))).members == ()
        assert read_form(view("warehouse", kit__churn=ticked("warehouse"))).members == ()


class TestAskAgain:
    def test_for_someone_else_who_never_accepted_is_for_them_again(self, story: Story) -> None:
        assert again(proposed(story), OPENED).on_behalf_of == ADA

    def test_of_what_they_accepted_is_for_oneself(self, story: Story) -> None:
        story.handle(AcceptProposal(SUBJECT, proposed(story).digest), Actor(ADA))
        assert again(story.now, OPENED).on_behalf_of == ""


def test_the_app_home_of_whoever_asked_for_someone_else_is_redrawn(story: Story, world: World) -> None:
    """It counts as theirs until it is accepted, and then no longer."""
    assert {ADA, GRACE} <= {*PRESENTER.concerned(proposed(story), world.directory)}
    story.handle(AcceptProposal(SUBJECT, story.now.digest), Actor(ADA))
    assert {ADA, GRACE} <= {*PRESENTER.concerned(story.now, world.directory)}


class TestKits:
    def test_the_default_duration_of_a_kit_isnt_taken_for_what_was_typed(self, kits: World) -> None:
        bundle = kits.bundle
        default = {
            "value": spell_duration(as_entitlement(bundle, "churn", bundle.kits["churn"]).rule.default)
        }
        assert default["value"] != "1h"
        assert read_form(view("warehouse", duration__churn=default)).duration_for(bundle) == ""
        assert read_form(view("warehouse", duration__churn={"value": "35m"})).duration_for(bundle) == "35m"

    def test_are_requested_for_oneself_alone_and_that_is_said(self, kits: World) -> None:
        bundle, directory = kits.bundle, kits.directory
        said = not_theirs("churn 1h because it is late", offered_to(bundle, directory, GRACE, ADA), bundle)
        assert "for themselves alone" in said
        mine = offered_to(bundle, directory, GRACE, "")
        assert not_theirs("churn 1h because it is late", mine, bundle) == ""
