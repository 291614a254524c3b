"""Wherever a request can be accepted or approved, its inputs are shown: they are part of what is decided."""

from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block

from bot.slack.access import home
from bot.slack.access.kits import cards as kit_cards
from bot.slack.access.kits.home import kit_waiting
from tests.access.changes import RULES
from tests.access.story import SUBJECT, WHY, Story
from tests.builders import changed_bundle, world_of
from tests.people import ADA, GRACE
from workflows.access.commands import RequestAccess
from workflows.access.kits.state import KitMember, RequestedKit
from workflows.access.kits.whole import WholeKit, whole_kit
from workflows.access.state import Access
from workflows.workflow import Actor, World

RISK = "    risk: moderate # low"
DATASET = "    inputs:\n      dataset: {title: Dataset, type: choice, options: [eu, us], default: eu}\n"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The example, whose `warehouse` asks for a dataset."""
    target: Path = tmp_path_factory.mktemp("inputs") / "bundle"
    return world_of(changed_bundle(target, (RULES, RISK, f"{DATASET}{RISK}")))


def requested(world: World, by: str = ADA, holder: str | None = None) -> Access:
    story = Story(world)
    story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, on_behalf_of=holder), Actor(by))
    return story.now


def kit_of(state: Access) -> WholeKit:
    member = KitMember(request=state.id, entitlement="warehouse", seconds=3_600)
    other = KitMember(request=f"{SUBJECT[:-1]}B", entitlement="warehouse-sample", seconds=3_600)
    kit = RequestedKit(name="churn", title="Look into churn", members=(member, other))
    first = state.model_copy(update={"kit": kit})
    return whole_kit(first, {first.id: first})


def said(blocks: list[Block]) -> str:
    return str([one.to_dict() for one in blocks])


def test_to_whom_it_is_proposed(asking: World) -> None:
    decision = home._proposed(requested(asking, GRACE, ADA))
    assert "Dataset: eu" in said(list(decision.item))


def test_to_whoever_approves_a_kit(asking: World) -> None:
    kit = kit_of(requested(asking))
    card = kit_cards.kit_card(kit, "approver", asking.directory)
    assert "Dataset: eu" in str(card)
    assert "Dataset: eu" in said(kit_waiting(kit, asking.directory))
