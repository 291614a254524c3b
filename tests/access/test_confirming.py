"""What is risky isn't approved by a click alone: the approval counts once it is confirmed."""

import pytest

from tests.access.story import SUBJECT, Story
from tests.people import ADA, EDSGER, GRACE
from workflows.access.card_room import MAX_KIT_INPUT_CHARS, MAX_REASON_CHARS_ON_CARD
from workflows.access.commands import RequestAccess, ReviewAccess
from workflows.access.decide_request import unconfirmed
from workflows.access.kits.state import RequestedKit
from workflows.access.signals.history import Unread
from workflows.access.state import Access
from workflows.workflow import Actor, NoChange, Refused, World


def pending(world: World, risk: str) -> Story:
    """Ada's request of this risk, which waits for one data owner."""
    story = Story(world)
    story.asks(ADA)
    terms = story.now.terms.model_copy(update={"risk": risk})
    story.state = story.now.model_copy(update={"terms": terms})
    return story


def click(story: Story, who: str, confirmed: bool = False, verdict: str = "approve") -> object:
    state: Access = story.now
    command = ReviewAccess(SUBJECT, verdict, state.digest, state.terms.digest, "no", confirmed)  # type: ignore[arg-type]
    return story.handle(command, Actor(who))


@pytest.mark.parametrize("risk", ["high", "critical"])
def test_a_click_alone_decides_nothing(world: World, risk: str) -> None:
    story = pending(world, risk)
    assert click(story, GRACE) == NoChange()
    assert (story.status, story.now.reviews) == ("pending", ())
    click(story, GRACE, confirmed=True)
    assert story.status == "active"


@pytest.mark.parametrize("risk", ["low", "moderate"])
def test_what_is_not_risky_is_decided_at_once(world: World, risk: str) -> None:
    story = pending(world, risk)
    click(story, GRACE)
    assert story.status == "active"


def test_a_reason_that_the_card_cuts_is_read_before_it_is_approved(world: World) -> None:
    story = Story(world)
    story.asks(ADA, why="x" * (MAX_REASON_CHARS_ON_CARD + 1))
    assert click(story, GRACE) == NoChange()
    click(story, GRACE, confirmed=True)
    assert story.status == "active"


def test_beside_what_is_unusual_the_card_has_room_for_less(world: World) -> None:
    for length, at_once in (
        (MAX_REASON_CHARS_ON_CARD // 2, True),
        (MAX_REASON_CHARS_ON_CARD // 2 + 1, False),
    ):
        story = Story(world)
        story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, "x" * length, history=Unread()), Actor(ADA))
        click(story, GRACE)
        assert (story.status == "active") is at_once


def test_inputs_that_a_kit_s_card_cuts_are_read_before_they_are_approved(world: World) -> None:
    """Its own card has room for all of them, so only in a kit."""
    story = pending(world, "low")
    approve = ReviewAccess(SUBJECT, "approve", "", "")
    kit = RequestedKit(name="k", title="K", members=())
    for length, of, asks in (
        (MAX_KIT_INPUT_CHARS, kit, False),
        (MAX_KIT_INPUT_CHARS + 1, kit, True),
        (MAX_KIT_INPUT_CHARS + 1, None, False),
    ):
        inputs = {"dataset": "x" * (length - len("dataset: "))}
        state = story.now.model_copy(update={"kit": of, "inputs": inputs})
        assert unconfirmed(state, approve) is asks


def test_a_denial_is_never_held_up(world: World) -> None:
    story = pending(world, "critical")
    click(story, EDSGER, verdict="deny")
    assert story.status == "denied"


def test_whoever_may_not_decide_is_refused_at_the_click(world: World) -> None:
    refused = click(pending(world, "high"), ADA)
    assert isinstance(refused, Refused)
    assert refused.code == "own-request"
