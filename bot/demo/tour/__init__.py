"""The tour: stories played on real parts, told, and checked at every step."""

import aiohttp
from rich.console import Console

from bot.demo.actor import Actor
from bot.demo.cast import ADA, GRACE, MARGARET
from bot.demo.stage import Stage
from bot.demo.tour import (
    access,
    break_glass,
    delegate,
    incidents,
    kit,
    prices,
    proof,
    releases,
    review,
    until_run,
)
from bot.demo.tour.story import Tour, Untrue

__all__ = ["Untrue", "play"]

CHAPTERS = (
    access.play,
    prices.play,
    access.is_over,
    kit.play,
    delegate.play,
    break_glass.play,
    releases.play,
    until_run.play,
    review.play,
    break_glass.is_over,
    releases.goes_wrong,
    incidents.play,
    proof.play,
)
"""In this order: what takes its time comes true while other stories are told."""


async def play(stage: Stage, out: Console) -> None:
    """Play every story. Raises Untrue or NotSeen where one isn't true."""
    async with aiohttp.ClientSession() as session:
        ada, grace, margaret = (Actor(session, stage.page, id) for id in (ADA, GRACE, MARGARET))
        story = Tour(stage, ada, grace, margaret, out)
        try:
            for chapter in CHAPTERS:
                await chapter(story)
        finally:
            for task in story.watching:
                task.cancel()
            for open_session in story.sessions:
                await open_session.close()
