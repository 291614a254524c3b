"""Pictures of every card, window and App Home, on a phone and in a laptop's window."""

from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Browser

from tests.builders import MONDAY
from tests.pictures.picture import save
from tests.pictures.scenes.scene import Scene
from tests.pictures.studio import DESK, PHONE, look, open_page, studio

TALL = 2_400
"""Pixels: no window is taller, so that all of it is in the picture."""


async def take_cards(browser: Browser, scenes: Iterable[Scene], directory: Path) -> None:
    """One picture for each scene and width."""
    async with studio() as room:
        pages = {width: await open_page(browser, width, MONDAY, TALL) for width in (DESK, PHONE)}
        for scene in scenes:
            ts = await room.put(scene)
            for width, page in pages.items():
                found = await look(page, room, scene, ts)
                save(await found.screenshot(), directory / f"{scene.name}-{width}.webp")
            await room.take_away(scene, ts)
        for page in pages.values():
            await page.context.close()
