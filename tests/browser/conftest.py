"""The sandbox with its page in a real browser: one sandbox, one small Bolt app, one browser a session."""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.demo.servers import answering, free_port, spawn
from bot.demo.stage import ROOT, answers
from tests.browser.counterpart import SIGNING_SECRET, TOKEN, make_bot, serving
from tests.builders import leave_out

ADA, GRACE = "U0ADA", "U0GRACE"
GENERAL, KITCHEN = "C0GENERAL", "C0KITCHEN"
WORKSPACE = {
    "team": {"id": "T0SNACKS", "name": "Northwind & Sons"},
    "bot": {"user_id": "U0BOT", "bot_id": "B0BOT", "name": "Snackbot", "app_id": "A0BOT"},
    "users": [
        {
            "id": ADA,
            "name": "ada",
            "real_name": "Ada Lovelace",
            "email": "ada@northwind.example",
            "title": "Scientist",
            "tz": "America/New_York",
            "color": "#b35900",
        },
        {
            "id": GRACE,
            "name": "grace",
            "real_name": "Grace Hopper",
            "email": "grace@northwind.example",
            "title": "Cook",
            "tz": "Asia/Kolkata",
            "color": "#1264a3",
        },
    ],
    "channels": [
        {"id": GENERAL, "name": "general", "topic": "Everything", "members": [ADA, GRACE, "U0BOT"]},
        {"id": KITCHEN, "name": "kitchen", "topic": "", "members": [ADA, GRACE, "U0BOT"]},
    ],
    "commands": [{"name": "/snack", "usage": "[help]", "description": "Order a snack"}],
}

PATIENCE = 30_000
"""Milliseconds that anything on the page may take to happen; on an idle machine it is some fifty."""

expect.set_options(timeout=PATIENCE)

REQUIRED = "BROWSER_TESTS"

OpenTab = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Where Debian's chromium is; None for Playwright's own. If there is neither, the tests are left out, or
    fail if BROWSER_TESTS is `required`."""
    found = shutil.which("chromium")
    if not found and not any((Path.home() / ".cache" / "ms-playwright").glob("chromium*")):
        leave_out("The page was not tested: there is no chromium here (apt-get install chromium).", REQUIRED)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory, chromium: str | None) -> AsyncIterator[str]:
    """The sandbox's address, with the Bolt app behind it."""
    directory = tmp_path_factory.mktemp("sandbox")
    file = directory / "workspace.json"
    file.write_text(json.dumps(WORKSPACE))
    page, bot = free_port(), free_port()
    command = [sys.executable, "-m", "bot.demo.slack_sandbox", "--port", str(page)]
    command += ["--daypass-url", f"http://127.0.0.1:{bot}", "--workspace", str(file)]
    command += ["--patience", str(PATIENCE / 1_000)]
    secrets = {"SLACK_SIGNING_SECRET": SIGNING_SECRET, "SLACK_BOT_TOKEN": TOKEN}
    log = directory / "log"
    server = spawn("the sandbox", command, log=log, directory=ROOT, environment=secrets)
    try:
        address = f"http://127.0.0.1:{page}"
        await answering(server, partial(answers, f"{address}/sandbox/workspace"), patience=60)
        async with serving(make_bot(f"{address}/api/", KITCHEN), bot):
            yield address
    finally:
        server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str | None) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest.fixture(scope="session")
def windows() -> list[Page]:
    """Those open so far; opening one takes longer than most tests, so they are used again."""
    return []


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """What pages complained of; each test starts without."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(
    sandbox: str, browser: Browser, windows: list[Page], complaints: list[str]
) -> AsyncIterator[OpenTab]:
    """Opens the page as somebody, each in a window in front. What a page complains of fails the test."""
    complaints.clear()
    places = count()

    async def open_as(person: str, channel: str = GENERAL) -> Page:
        place = next(places)
        if place == len(windows):
            windows.append(await _open_window(browser, complaints))
        tab = windows[place]
        await tab.set_viewport_size({"width": 1280, "height": 800})
        await tab.goto(f"{sandbox}/?as={person}&channel={channel}")
        await tab.get_by_role("textbox", name="Message #").wait_for()
        return tab

    yield open_as
    assert complaints == []


async def _open_window(browser: Browser, complaints: list[str]) -> Page:
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE)
    tab = await context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(f"a script of somebody's ran: {dialog.message}"))
    return tab
