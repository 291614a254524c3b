"""`make pictures`: the pictures of the docs, taken in a real browser, and the page that compares them."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright
from rich.console import Console

from bot.demo.run import HURRIED
from bot.demo.stage import BUNDLE, ROOT, staged
from tests.builders import world_of
from tests.pictures import demo
from tests.pictures.cards import take_cards
from tests.pictures.console import PAGES, take_console
from tests.pictures.evidence import take_evidence
from tests.pictures.page import NOW, page
from tests.pictures.passkeys import take_passkeys
from tests.pictures.scenes import every_scene
from tests.pictures.scenes.scene import Scene
from workflows.policy.loading.load import load_bundle

PICTURES = ROOT / "docs" / "pictures"
out = Console(highlight=False)


def main() -> None:
    scenes = every_scene(world_of(load_bundle(BUNDLE)))
    asyncio.run(_take([scene for some in scenes.values() for scene in some]))
    (ROOT / "docs" / "pictures.md").write_text(described(scenes))


def described(scenes: Mapping[str, Sequence[Scene]]) -> str:
    """The page about the pictures that there are."""
    titles = {heading: {scene.name: scene.title for scene in some} for heading, some in scenes.items()}
    return page(PICTURES, titles, PAGES)


async def _take(scenes: Sequence[Scene]) -> None:
    async with _browser() as browser:
        out.print("Cards, windows and App Homes …")
        await take_cards(browser, scenes, PICTURES / NOW)
        async with staged(out.print, models=True, speed=HURRIED) as stage:
            out.print("An access request, a release and an incident …")
            await demo.take_stories(stage, browser, PICTURES)
            out.print("The console …")
            await take_console(browser, stage.daypass_url, PICTURES / NOW)
            await take_passkeys(stage, browser, PICTURES / NOW)
            await take_evidence(browser, stage.daypass_url, PICTURES)


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


if __name__ == "__main__":
    main()
