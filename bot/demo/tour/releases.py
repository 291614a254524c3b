"""The story of a model that is better on paper: proposed, gated, approved, live, found worse, rolled back."""

import asyncio

import requests

from bot.demo.actor import Json, filled, seen, text_of, values_of
from bot.demo.cast import CHANNELS
from bot.demo.tour.story import Tour, newest

GENERAL, RELEASES = CHANNELS[0][0], CHANNELS[4][0]
MODEL, ALIAS = "ranking-model", "champion"
WHY = "it knows how fresh an item is"
PENDING, FAILED = ":hourglass_flowing_sand: Pending", "*live-quality* failed"
"""What the cards say, and nothing else in the channel."""
REFUSED = "You're an author of this version"
"""What its author is told."""
REASON = "worse in production than offline"
TRAINED = 90.0
"""Seconds in which MLflow is up and the models are trained: it began when the demo did."""
VERSIONS = 3
CHECKED = 60.0
"""Seconds in which the checks afterwards have run: the demo's bundle says when."""


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    await _proposes(story)
    await _approves(story)


async def goes_wrong(story: Tour) -> None:
    """See what its post-release checks find, and take it back. Raises Untrue or NotSeen."""
    await _is_found_worse(story)
    await _rolls_back(story)


async def _proposes(story: Tour) -> None:
    story.tell("Ada has trained a second ranking model, and proposes to release it. She types into Slack:")
    assert story.stage.mlflow is not None
    await story.stage.mlflow.ready()
    await seen("the trained models in MLflow", lambda: _trained(story), TRAINED, every=0.5)
    story.saw("MLflow has them; version 1 is live", await _live(story) == "1")
    command = f"/release {MODEL} 2 {WHY}"
    story.out.print(f"      {command}", markup=False)
    await story.ada.command(command, GENERAL)
    view = await seen("the window to propose in, with its checks", lambda: _window(story))
    story.saw("a window shows its checks, read from MLflow", "better* passed" in text_of(view))
    answer = await story.ada.submit(view, values_of(view))
    story.saw("she pressed Propose and the release was taken", answer["ok"] and not answer.get("errors"))


async def _approves(story: Tour) -> None:
    story.tell(
        "Grace finds it in #releases, in a few lines; Details has every check beside what is live, and who made it."
    )
    card = await seen("the card", lambda: newest(story.grace, RELEASES, PENDING))
    said = text_of(card)
    story.saw("the card says which version replaces which", "version 1 → 2" in said)
    story.saw("every check has passed, the artifact's own bytes among them", "checks passed" in said)
    await story.ada.press(RELEASES, card, "Approve")
    await seen("the refusal", lambda: newest(story.ada, RELEASES, REFUSED))
    still = await newest(story.grace, RELEASES, PENDING)
    story.saw("Ada, its author, pressed Approve herself and was refused", still)
    await story.grace.press(RELEASES, card, "Approve")
    await seen("the release live", lambda: newest(story.grace, RELEASES, "live since"))
    story.saw("Grace approved; Daypass moved the alias and read it back", await _live(story) == "2")


async def _is_found_worse(story: Tour) -> None:
    story.tell(
        "In production the new model does worse, because it doesn't get each item's age. Its post-release checks saw it …"
    )
    card = await seen("the checks' result", lambda: newest(story.grace, RELEASES, FAILED), CHECKED)
    said = text_of(card)
    story.saw("the card says which check failed, and by how much", "required: at least" in said)
    story.saw("it has declared an incident, and the card names it", "declared." in said)


async def _rolls_back(story: Tour) -> None:
    story.tell("Grace presses Roll back and says why.")
    card = await seen("the card", lambda: newest(story.grace, RELEASES, FAILED))
    await story.grace.press(RELEASES, card, "Roll back")
    view = await seen("the window that asks why", story.grace.modal)
    await story.grace.submit(view, filled(view, reason=REASON))
    done = await seen("the release rolled back", lambda: newest(story.grace, RELEASES, "Rolled back"))
    story.saw("version 1 is live again in MLflow", await _live(story) == "1")
    story.saw("the card says so, and why", REASON in text_of(done))


async def _window(story: Tour) -> Json | None:
    view = await story.ada.modal()
    return view if view and "Checks so far" in text_of(view) else None


async def _trained(story: Tour) -> bool:
    found = await _ask(story, "model-versions/search", filter=f"name='{MODEL}'")
    described = [one for one in found.get("model_versions", []) if one.get("description")]
    return len(described) == VERSIONS


async def _live(story: Tour) -> str | None:
    """Asked of MLflow itself."""
    found = await _ask(story, "registered-models/alias", name=MODEL, alias=ALIAS)
    return str(found["model_version"]["version"]) if "model_version" in found else None


async def _ask(story: Tour, path: str, **query: str) -> Json:
    assert story.stage.mlflow is not None
    url = f"{story.stage.mlflow.url}/api/2.0/mlflow/{path}"
    answer = await asyncio.to_thread(requests.get, url, params=query, timeout=10)
    return dict(answer.json())
