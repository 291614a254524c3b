"""`make pictures`: the documentation's pictures, taken in a real browser of a demo of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from bot.demo.cast import ADA, GRACE
from bot.demo.stage import ROOT, Stage, staged

PICTURES = ROOT / "docs" / "pictures"
COMMAND = "/access warehouse 1h because last night's ranking features look stale"
out = Console(highlight=False)


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with staged(out.print) as stage, _browser() as browser:
        await _access(stage, browser)


async def _access(stage: Stage, browser: Browser) -> None:
    """A request from the window to the credential."""
    ada, grace = await _page(stage, browser, ADA), await _page(stage, browser, GRACE)
    composer = ada.get_by_role("textbox").last
    await composer.fill(COMMAND)
    await composer.press("Enter")
    await ada.get_by_role("button", name="Ask", exact=True).wait_for()
    await _take(ada, "asking")
    await ada.get_by_role("button", name="Ask", exact=True).click()

    await grace.get_by_role("navigation").get_by_text("access-approvals").click()
    await grace.get_by_role("button", name="Approve").last.wait_for()
    await _take(grace, "deciding")
    await grace.get_by_role("button", name="Approve").last.click()
    await grace.get_by_text("Approved by").last.wait_for()
    await _take(grace, "decided")

    await ada.get_by_role("navigation").get_by_text("Daypass").first.click()
    await ada.get_by_role("button", name="Get credentials").last.click()
    await ada.get_by_text("unwrap").last.wait_for()
    await _take(ada, "credentials")


async def _page(stage: Stage, browser: Browser, person: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(f"{stage.page}/?as={person}")
    return page


async def _take(page: Page, name: str) -> None:
    await page.wait_for_timeout(600)  # what slides in has arrived
    await page.screenshot(path=PICTURES / f"{name}.png")
    out.print(f"docs/pictures/{name}.png")


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=Path(found) if (found := shutil.which("chromium")) else None,
            args=["--no-sandbox", "--disable-gpu"],
        )
        yield browser
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
