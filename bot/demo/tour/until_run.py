"""The story of access that lasts as long as a run of MLflow does, and not longer."""

import asyncio
import time
from functools import partial

import requests

from bot.demo.actor import Json, seen, text_of, values_of
from bot.demo.tour.story import Tour, approved, newest, typed, window

WHY = "the price model trains on them"
API = "api/2.0/mlflow/runs"


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    story.tell("Ada trains a model on prices, and needs them until it is trained:")
    run = await asyncio.to_thread(_begin, story)
    await typed(story, story.ada, f"/access prices 5m region=us rows=10 until run {run} OPS-13 because {WHY}")
    view = await window(story.ada, "Until run")
    answer = await story.ada.submit(view, values_of(view))
    story.saw("MLflow was asked whether it runs", answer["ok"] and not answer.get("errors"))
    card = await approved(story, WHY)
    story.saw("Grace sees which run it is for, and approves", run[:8] in text_of(card))
    await asyncio.to_thread(_end, story, run)
    direct = await story.ada.direct()
    await seen("the end", partial(newest, story.ada, direct, "run ended"))
    story.saw("the run is finished, and her access ended with it", True)


def _begin(story: Tour) -> str:
    begun = _post(story, "create", experiment_id="0", start_time=int(time.time() * 1_000))
    return str(begun["run"]["info"]["run_id"])


def _end(story: Tour, run: str) -> None:
    _post(story, "update", run_id=run, status="FINISHED", end_time=int(time.time() * 1_000))


def _post(story: Tour, path: str, **said: str | int) -> Json:
    assert story.stage.mlflow is not None
    answer = requests.post(f"{story.stage.mlflow.url}/{API}/{path}", json=said, timeout=30)
    answer.raise_for_status()
    return dict(answer.json())
