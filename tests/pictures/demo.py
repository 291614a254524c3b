"""Pictures of whole stories, as people meet them in the demo: what the docs show beside their text."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import requests
from playwright.async_api import Browser, Page

from bot.demo.actor import Actor, seen, values_of
from bot.demo.cast import ADA, CHANNELS, GRACE, MARGARET
from bot.demo.stage import Stage
from bot.demo.tour.incidents import fill_in, run_step
from bot.demo.tour.story import newest
from tests.lab import Lab
from tests.pictures.picture import save

GENERAL = CHANNELS[0][0]
COMMAND = "/access warehouse 1h because last night's ranking features look stale"


async def take_stories(stage: Stage, browser: Browser, directory: Path) -> None:
    """Play an access request, a release and an incident, and take a picture of each step."""
    album = Album(stage, browser, directory)
    await _access(album)
    await _releases(album)
    await _incidents(album)


@dataclass
class Album:
    stage: Stage
    browser: Browser
    directory: Path

    async def page(self, person: str) -> Page:
        """Slack, as this person sees it."""
        context = await self.browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        page = await context.new_page()
        await page.goto(f"{self.stage.page}/?as={person}")
        return page

    async def take(self, page: Page, name: str) -> None:
        await page.evaluate("document.fonts.ready")
        save(await page.screenshot(animations="disabled"), self.directory / f"{name}.webp")

    async def shows(self, page: Page, words: str, name: str, patience: float = 20_000, at: str = "") -> None:
        """A picture with these words in it, `at` the `start` of what is seen if that is said."""
        found = page.get_by_text(words).last
        await found.wait_for(timeout=patience)
        # What is redrawn meanwhile can't be waited for until it stands still.
        await found.evaluate("(node, block) => node.scrollIntoView({block})", at or "nearest")
        await self.take(page, name)


async def _access(album: Album) -> None:
    """A request from the window to the credential."""
    ada, grace = await album.page(ADA), await album.page(GRACE)
    composer = ada.get_by_role("textbox").last
    await composer.fill(COMMAND)
    await composer.press("Enter")
    await ada.get_by_role("button", name="Ask", exact=True).wait_for()
    await album.take(ada, "asking")
    await ada.get_by_role("button", name="Ask", exact=True).click()

    await grace.get_by_role("navigation").get_by_text("access-approvals").click()
    await grace.get_by_role("button", name="Approve").last.wait_for()
    await album.take(grace, "deciding")
    await grace.get_by_role("button", name="Approve").last.click()
    await grace.get_by_text("Approved by").last.wait_for()
    await album.take(grace, "decided")

    await ada.get_by_role("navigation").get_by_text("Daypass").first.click()
    await ada.get_by_role("button", name="Get credentials").last.click()
    await ada.get_by_text("unwrap").last.wait_for()
    await album.take(ada, "credentials")


async def _releases(album: Album) -> None:
    """A release in each of its states, as its approver sees it."""
    assert album.stage.mlflow is not None
    lab = Lab(album.stage.mlflow.url, "ranking-model")
    await seen("the trained models", partial(_trained, lab), 90)
    grace = await album.page(GRACE)
    await grace.get_by_role("navigation").get_by_text("releases").click()
    async with aiohttp.ClientSession() as session:
        ada = Actor(session, album.stage.page, ADA)
        await _propose(ada, await asyncio.to_thread(lab.trained, {"ndcg": [0.7, 0.7]}, card=""))
        await album.shows(grace, "Checks not passed", "release-proposed")
        await _propose(ada, "2")
        await album.shows(grace, "Pending", "release-pending")
        await grace.get_by_role("button", name="Approve").last.click()
        await album.shows(grace, "live since", "release-live")
        await album.shows(grace, "Post-release checks failed", "release-failed", 60_000)
        await asyncio.to_thread(lab.make_live, "3")
        await album.shows(grace, "outside Daypass", "release-drifted")
        await asyncio.to_thread(lab.make_live, "2")
        await grace.get_by_role("button", name="Restore", exact=True).first.wait_for(state="detached")
        await grace.get_by_role("button", name="Roll back").last.click()
        await grace.get_by_role("dialog").get_by_role("textbox").fill("worse in life than on paper")
        await grace.get_by_role("dialog").get_by_role("button", name="Roll back").click()
        await album.shows(grace, "Rolled back", "release-rolled-back")


async def _incidents(album: Album) -> None:
    """An incident as its commander sees it, and its review."""
    margaret = await album.page(MARGARET)
    async with aiohttp.ClientSession() as session:
        ada, commander = Actor(session, album.stage.page, ADA), Actor(session, album.stage.page, MARGARET)
        await ada.command("/incident sev2 ranking model serves stale features", GENERAL)
        await margaret.get_by_role("navigation").get_by_text("incidents", exact=True).click()
        await album.shows(margaret, "stale features", "incident-announced")
        await margaret.get_by_role("button", name="Take command").last.click()
        await margaret.get_by_role("navigation").get_by_text("stale-features").click()
        channel = await seen("its channel", lambda: _room(commander))
        await fill_in(ada, channel, "Roles", role="responder")
        for title in ("Stop releases", "Let the responder look"):
            await run_step(commander, channel, title)
        await margaret.get_by_text("Granted.").last.wait_for()
        await album.shows(margaret, "ranking model serves stale features", "incident-running", at="start")
        await album.shows(margaret, "Playbook:", "incident-playbook", at="start")
        await ada.command("/incident note The nightly job had stopped on Tuesday.", channel)
        await fill_in(
            commander, channel, "Add follow-up", what="Watch the nightly job", owner=GRACE, due="2027-01-15"
        )
        await fill_in(commander, channel, "Resolve", reason="The nightly job had stopped; it runs again.")
        await margaret.get_by_text("The review, written from the log").wait_for()
        await album.shows(margaret, "ended, confirmed by Vault", "incident-resolved")
        message = await seen("the review", lambda: newest(commander, channel, "The review"))
        (page,) = (file["url_private"] for file in message["files"] if file["name"].endswith(".html"))
        await margaret.goto(page)
        await album.take(margaret, "incident-review")


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
