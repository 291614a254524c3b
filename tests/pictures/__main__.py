"""`make pictures`: the documentation's pictures, taken in a real browser of a demo of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import requests
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from bot.demo.actor import Actor, seen, values_of
from bot.demo.cast import ADA, CHANNELS, GRACE, MARGARET
from bot.demo.run import HURRIED
from bot.demo.stage import ROOT, Stage, staged
from bot.demo.tour.incidents import fill_in, run_step
from bot.demo.tour.story import newest
from tests.lab import Lab

GENERAL = CHANNELS[0][0]
PICTURES = ROOT / "docs" / "pictures"
COMMAND = "/access warehouse 1h because last night's ranking features look stale"
out = Console(highlight=False)


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with staged(out.print, models=True, speed=HURRIED) as stage, _browser() as browser:
        await _access(stage, browser)
        await _releases(stage, browser)
        await _incidents(stage, browser)
        await _console(stage, browser)


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


async def _releases(stage: Stage, browser: Browser) -> None:
    """A release in each of its states, as its approver sees it."""
    assert stage.mlflow is not None
    lab = Lab(stage.mlflow.url, "ranking-model")
    await seen("the trained models", partial(_trained, lab), 90)
    grace = await _page(stage, browser, GRACE)
    await grace.get_by_role("navigation").get_by_text("releases").click()
    async with aiohttp.ClientSession() as session:
        ada = Actor(session, stage.page, ADA)
        await _propose(ada, await asyncio.to_thread(lab.trained, {"ndcg": [0.7, 0.7]}, card=""))
        await _state(grace, "Checks not passed", "release-proposed")
        await _propose(ada, "2")
        await _state(grace, "Pending", "release-pending")
        await grace.get_by_role("button", name="Approve").last.click()
        await _state(grace, "live since", "release-live")
        await _state(grace, "Post-release checks failed", "release-failed", 60_000)
        await asyncio.to_thread(lab.make_live, "3")
        await _state(grace, "outside Daypass", "release-drifted")
        await asyncio.to_thread(lab.make_live, "2")
        await grace.get_by_text("outside Daypass").wait_for(state="detached")
        await grace.get_by_role("button", name="Roll back").last.click()
        await grace.get_by_role("dialog").get_by_role("textbox").fill("worse in production than offline")
        await grace.get_by_role("dialog").get_by_role("button", name="Roll back").click()
        await _state(grace, "Rolled back", "release-rolled-back")


async def _incidents(stage: Stage, browser: Browser) -> None:
    """An incident as its commander sees it, and its review."""
    margaret = await _page(stage, browser, MARGARET)
    async with aiohttp.ClientSession() as session:
        ada, commander = Actor(session, stage.page, ADA), Actor(session, stage.page, MARGARET)
        await ada.command("/incident sev2 ranking model serves stale features", GENERAL)
        await margaret.get_by_role("navigation").get_by_text("incidents", exact=True).click()
        await _state(margaret, "stale features", "incident-announced")
        await margaret.get_by_role("button", name="Take command").last.click()
        await margaret.get_by_role("navigation").get_by_text("stale-features").click()
        channel = await seen("its channel", lambda: _room(commander))
        await fill_in(ada, channel, "Roles", role="responder")
        for title in ("Stop releases", "Let the responder look"):
            await run_step(commander, channel, title)
        await margaret.get_by_text("Granted.").last.wait_for()
        await _state(margaret, "ranking model serves stale features", "incident-running", at="top")
        await _state(margaret, "Playbook:", "incident-playbook", at="top")
        await ada.command("/incident note The nightly job had stopped on Tuesday.", channel)
        await fill_in(
            commander, channel, "Add follow-up", what="Watch the nightly job", owner=GRACE, due="2027-01-15"
        )
        await fill_in(commander, channel, "Resolve", reason="The nightly job had stopped; it runs again.")
        await margaret.get_by_text("The review, written from the log").wait_for()
        await _state(margaret, "ended, confirmed by Vault", "incident-resolved")
        message = await seen("the review", lambda: newest(commander, channel, "The review"))
        (page,) = (file["url_private"] for file in message["files"] if file["name"].endswith(".html"))
        await margaret.goto(page)
        await _take(margaret, "incident-review")


async def _console(stage: Stage, browser: Browser) -> None:
    """What an auditor sees of all that."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, base_url=stage.daypass_url)
    barbara = await context.new_page()
    await barbara.goto("/")
    await barbara.get_by_role("link", name="Sign in").click()
    await barbara.get_by_role("button", name="Sign in").click()
    await barbara.get_by_role("heading", name="Live now").wait_for()
    await _take(barbara, "console-live")
    await barbara.get_by_role("link", name="Read the feature warehouse, for Ada").first.click()
    await barbara.get_by_role("heading", name="History").wait_for()
    await _take(barbara, "console-story")
    await barbara.goto("/search?person=Grace+Hopper")
    await _take(barbara, "console-search")
    await barbara.goto("/held?resource=warehouse")
    await _take(barbara, "console-held")
    await barbara.goto("/log")
    await barbara.get_by_role("button", name="Verify").click()
    await barbara.get_by_text("Verified: ").wait_for()
    await _take(barbara, "console-log")
    await barbara.set_viewport_size({"width": 390, "height": 800})
    await barbara.goto("/")
    await _take(barbara, "console-phone")


async def _room(person: Actor) -> str | None:
    rooms = [room["id"] for room in await person.channels() if "stale-features" in room["name"]]
    return str(rooms[0]) if rooms else None


async def _trained(lab: Lab) -> bool:
    """The last of the versions is there."""
    try:
        return bool(await asyncio.to_thread(lab.run_of, "3"))
    except (KeyError, requests.RequestException):
        return False


async def _propose(ada: Actor, version: str) -> None:
    while before := await ada.modal():
        await ada.close(before)
    await ada.command(f"/release ranking-model {version} it knows how fresh an item is", GENERAL)
    view = await seen("the window", ada.modal)
    await ada.submit(view, values_of(view))


async def _state(page: Page, words: str, name: str, patience: float = 20_000, at: str = "") -> None:
    """A picture with these words in it, `at` the top if that is said."""
    found = page.get_by_text(words).last
    await found.wait_for(timeout=patience)
    if at:
        await found.evaluate("node => node.scrollIntoView({block: 'start'})")
    else:
        await found.scroll_into_view_if_needed()
    await _take(page, name)


async def _page(stage: Stage, browser: Browser, person: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
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
