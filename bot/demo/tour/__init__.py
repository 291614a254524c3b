"""The tour: stories played on real parts, told, and checked at every step."""

import aiohttp
from rich.console import Console

from bot.demo.actor import Actor
from bot.demo.cast import ADA, GRACE, MARGARET
from bot.demo.stage import Stage
from bot.demo.tour import access, break_glass, delegate, incidents, kit, proof, releases
from bot.demo.tour.story import Tour, Untrue

__all__ = ["Untrue", "play"]


async def play(stage: Stage, out: Console) -> None:
    """Play every story. Raises Untrue or NotSeen where one isn't true."""
    async with aiohttp.ClientSession() as session:
        ada, grace, margaret = (Actor(session, stage.page, id) for id in (ADA, GRACE, MARGARET))
        story = Tour(stage, ada, grace, margaret, out)
        try:
            for chapter in (access, kit, delegate, releases, incidents, break_glass, proof):
                await chapter.play(story)
        finally:
            for open_session in story.sessions:
                await open_session.close()
