"""A release's card is read in three seconds: what is wrong first, then what it takes to decide, and nothing else."""

from typing import Any

import pytest

from bot.slack.message import Message
from bot.slack.releases import cards, texts
from bot.web.console.summaries import summarise
from tests.people import ADA, GRACE
from tests.releases.story import Story
from workflows.approval.approvers import still_needed
from workflows.releases.gates import Result
from workflows.releases.state import Release
from workflows.workflow import World

FAILED = Result(gate="live-quality", verdict="failed", sentence="ctr is 0.02.")


@pytest.fixture(scope="module")
def pending(world: World) -> Release:
    story = Story(world)
    story.proposes(ADA, note="it knows how fresh an item is")
    story.is_read()
    return story.now


@pytest.fixture(scope="module")
def live(world: World) -> Release:
    story = Story(world)
    story.is_live(ADA, GRACE)
    return story.now


def drawn(state: Release, world: World) -> Message:
    return cards.card(state, "approver", world.directory)


def lines(message: Message) -> list[str]:
    """All words of a card, line by line, but for its buttons."""
    blocks = [block for block in message.payload if block["type"] != "actions"]
    return [line for block in blocks for line in _said(block).split("\n")]


def _said(block: dict[str, Any]) -> str:
    return "\n".join(one["text"] for one in [block.get("text"), *block.get("elements", [])] if one)


def labels(message: Message) -> list[str]:
    elements = [one for block in message.payload for one in block.get("elements", [])]
    return [one["text"]["text"] for one in elements if one["type"] == "button"]


def test_a_pending_one_takes_a_few_lines(pending: Release, world: World) -> None:
    message = drawn(pending, world)
    assert len(lines(message)) <= 6
    assert f"{len(pending.results)} checks passed" in str(message.payload)
    assert pending.id not in " ".join(lines(message))
    assert labels(message) == ["Approve", "Reject", "Details"]


def test_an_escalated_stage_is_marked(pending: Release, world: World) -> None:
    assert "escalated" not in " ".join(lines(drawn(pending, world)))
    escalated = pending.model_copy(update={"escalated": tuple(still_needed(pending, world.directory))})
    (waiting,) = [line for line in lines(drawn(escalated, world)) if line.startswith("Waiting for")]
    assert "escalated)" in waiting


def test_what_fails_stands_before_what_passes(pending: Release, world: World) -> None:
    state = pending.model_copy(update={"status": "proposed", "results": (*pending.results, FAILED)})
    said = "\n".join(lines(drawn(state, world)))
    assert said.index("*live-quality* failed") < said.index("checks passed")


def test_a_live_one_takes_two_lines(live: Release, world: World) -> None:
    assert len(lines(drawn(live, world))) == 2


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"checks": (FAILED,)}, texts.CHECKS_FAILED.format(way_out=texts.ROLL_BACK_OR_CHECK)),
        ({"drifted": True, "found": "3"}, texts.OUTSIDE.format(found="Version 3", way_out=texts.RESTORE_IT)),
        ({"swapped": "f" * 64}, "isn't the approved one"),
        ({"unread": "It is gone."}, "can't be read"),
    ],
)
def test_what_is_wrong_with_a_live_one_is_its_first_line(
    live: Release, world: World, fault: dict[str, Any], says: str
) -> None:
    message = drawn(live.model_copy(update=fault), world)
    assert says in lines(message)[0]
    assert ":rocket:" not in str(message.payload)


def test_details_have_what_the_card_leaves_out(pending: Release, world: World) -> None:
    said = str([block.to_dict() for block in cards.whole(pending, world.directory)])
    for words in (
        pending.id,
        pending.artifact_digest[:12],
        "Rollback plan",
        "can't approve",
        f"*{pending.results[-1].gate}* passed",
    ):
        assert words in said, words


def test_details_show_what_a_prompt_changes_in_the_live_one_as_text(pending: Release, world: World) -> None:
    assert pending.evidence
    difference = "prompt.txt:\n-Be kind.\n+<!channel> *Be* <https://evil.example|rude>."
    prompt = pending.terms.model_copy(update={"source": "mlflow-prompts", "model": "greeting"})
    evidence = pending.evidence.model_copy(update={"difference": difference})
    state = pending.model_copy(update={"evidence": evidence, "terms": prompt})
    whole = cards.whole(state, world.directory)
    shown = [one for one in whole if "Be kind." in str(one.to_dict())]
    assert [one.to_dict()["text"]["type"] for one in shown] == ["plain_text"]
    assert "+&lt;!channel&gt; *Be* &lt;https://evil.example|rude&gt;." in shown[0].to_dict()["text"]["text"]
    assert "*Prompt*" in str([one.to_dict() for one in whole])
    assert "Be kind." not in str(drawn(state, world).payload)
    assert difference in [one.text for one in summarise(state, world.directory).said], "so does the console"
