"""Pictures of the pages on which passkeys are added and sign decisions."""

import json
import re
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, Page

from bot.demo.actor import Actor, seen, values_of
from bot.demo.cast import ADA, CHANNELS, GRACE
from bot.demo.stage import Stage
from bot.demo.tour.story import newest
from tests.browser.authenticator import give_authenticator
from tests.pictures.console import sign_in, take

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
TITLE = "Read the salaries by team"
COMMAND = "/access salaries 30m because the yearly comparison of teams is due on Friday"


async def take_passkeys(stage: Stage, browser: Browser, directory: Path) -> None:
    """Grace adds a passkey, Radia confirms it, and Grace is about to approve with it."""
    grace, radia = [await _page(browser, stage) for _ in range(2)]
    await give_authenticator(grace)
    await _add(grace)
    await radia.goto("/sign-in?then=/passkeys")
    await sign_in(radia, "radia", "Passkeys")
    await take(radia, directory, "console-passkeys")
    await radia.get_by_role("button", name="Confirm").click()
    await radia.get_by_text("confirmed by").wait_for()
    async with aiohttp.ClientSession() as session:
        subject = await _ask(*(Actor(session, stage.page, who) for who in (ADA, GRACE)))
    await grace.goto(f"/decide/{subject}")
    await take(grace, directory, "console-decide", "form.passkey")
    await grace.get_by_text("Approve for less…").click()
    await grace.get_by_label("Duration").fill("15m")
    await grace.get_by_label("Condition").fill("Only the teams in Europe.")
    await grace.get_by_role("button", name="Continue").click()
    await grace.get_by_text("You approve 15 minutes").wait_for()
    await take(grace, directory, "console-decide-less", "form.passkey")
    for page in (grace, radia):
        await page.context.close()


async def _page(browser: Browser, stage: Stage) -> Page:
    context = await browser.new_context(
        base_url=stage.daypass_url, timezone_id="America/New_York", locale="en-US"
    )
    return await context.new_page()


async def _add(page: Page) -> None:
    """Add a first passkey, which needs a fresh sign-in."""
    await page.goto("/sign-in?then=/passkeys")
    await sign_in(page, "grace", "Passkeys")
    await page.get_by_role("link", name="Sign in again").click()
    await page.get_by_label("Who").select_option("grace")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("What you call it").fill("work laptop")
    await page.get_by_role("button", name="Add passkey").click()
    await page.get_by_text("waiting to be confirmed").wait_for()


async def _ask(ada: Actor, grace: Actor) -> str:
    """Request it, and give the request's id, as the buttons of the card for approvers have it."""
    while before := await ada.modal():
        await ada.close(before)
    await ada.command(COMMAND, GENERAL)
    view = await seen("the window", ada.modal)
    await ada.submit(view, values_of(view))
    card = await seen("its card", lambda: newest(grace, APPROVALS, TITLE))
    (subject,) = set(re.findall(r"acc_[0-9A-Z]{26}", json.dumps(card)))
    return str(subject)
