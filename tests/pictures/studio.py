"""A stand-in for Slack with nobody behind it but whoever takes pictures: cards, windows and App Homes are put into it
as Daypass would, and looked at in a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from fastapi import FastAPI, Request
from playwright.async_api import Browser, Locator, Page
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.cast import BOT_TOKEN, PEOPLE, workspace
from bot.demo.slack_sandbox.app import create_sandbox
from bot.demo.slack_sandbox.workspace import Workspace
from tests.flow.office import address_of, listening, serving
from tests.people import EVERYBODY
from tests.pictures.scenes.scene import Scene

DESK, PHONE = 1280, 390
"""Pixels of width: a laptop's window, and a phone."""
HEIGHTS = {DESK: 900, PHONE: 844}
CHANNEL = "C0PICTURES"
QUIET = """
  .message .time, .day { visibility: hidden; }
  dialog.modal { max-height: none !important; }
  *, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
"""
"""What differs from one run to the next is left out of the pictures, and windows are as tall as what is in them."""
PUT_ON = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}"""

Json = dict[str, Any]


@dataclass
class Studio:
    """One workspace, in which the people of the example bundle have their names. `client` acts as Daypass."""

    address: str
    client: AsyncWebClient
    session: aiohttp.ClientSession
    triggers: asyncio.Queue[str]

    async def put(self, scene: Scene) -> str:
        """Show it to its reader, as Daypass would; the message's time stamp if it is one."""
        match scene.kind:
            case "card":
                sent = await self.client.chat_postMessage(
                    channel=CHANNEL, text=scene.name, blocks=scene.shown["blocks"]
                )
                return str(sent["ts"])
            case "window":
                await self.client.views_open(trigger_id=await self._trigger(scene.reader), view=scene.shown)
            case "home":
                await self.client.views_publish(user_id=scene.reader, view=scene.shown)
        return ""

    async def take_away(self, scene: Scene, ts: str) -> None:
        """Leave the workspace as it was before `put`."""
        if scene.kind == "card":
            await self.client.chat_delete(channel=CHANNEL, ts=ts)
        elif scene.kind == "window":
            view = await self._page("GET", "view", **{"as": scene.reader})
            await self._page("POST", "view/close", **{"as": scene.reader, "view_id": view["id"]})

    async def _trigger(self, person: str) -> str:
        await self._page("POST", "command", **{"as": person, "channel": CHANNEL, "text": "/access"})
        return await self.triggers.get()

    async def _page(self, method: str, path: str, **said: str) -> Any:
        sent: Json = {"params": said} if method == "GET" else {"json": said}
        async with self.session.request(method, f"{self.address}/sandbox/{path}", **sent) as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def studio() -> AsyncIterator[Studio]:
    """A workspace for as long as the block lasts."""
    own, app = listening(), listening()
    triggers: asyncio.Queue[str] = asyncio.Queue()
    sandbox = create_sandbox(
        Workspace.model_validate(_workspace()),
        daypass_url=address_of(app),
        own_url=address_of(own),
        signing_secret="nobody looks",
        bot_token=BOT_TOKEN,
        speed=0,
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(_app(triggers), app))
        await stack.enter_async_context(serving(sandbox, own))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{address_of(own)}/api/")
        yield Studio(address_of(own), client, session, triggers)


def _app(triggers: asyncio.Queue[str]) -> FastAPI:
    """In Daypass's place: takes commands and does nothing."""
    app = FastAPI()

    @app.post("/slack/events")
    async def taken(request: Request) -> None:
        form = await request.form()
        if "trigger_id" in form:
            await triggers.put(str(form["trigger_id"]))

    return app


def _workspace() -> Json:
    """The demo's, with the ids that the example bundle's people have in tests."""
    described = workspace()
    ids = {one[0]: mine for one, mine in zip(PEOPLE, EVERYBODY, strict=True)}
    users = [{**one, "id": ids[one["id"]]} for one in described["users"] if one["id"] in ids]
    channel = {
        "id": CHANNEL,
        "name": "access-approvals",
        "members": [*EVERYBODY, described["bot"]["user_id"]],
    }
    return {**described, "users": users, "channels": [channel]}


async def open_page(browser: Browser, width: int, now: datetime, height: int = 0) -> Page:
    """A window of this width, as tall as usual, whose clock stands at `now`."""
    context = await browser.new_context(
        viewport={"width": width, "height": height or HEIGHTS[width]},
        timezone_id="America/New_York",
        locale="en-US",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(now)
    return page


async def look(page: Page, studio: Studio, scene: Scene, ts: str) -> Locator:
    """What was put there, as its reader sees it: the message, the window or the Home."""
    place = "tab=home" if scene.kind == "home" else f"channel={CHANNEL}"
    await page.goto(f"{studio.address}/?as={scene.reader}&{place}")
    await page.evaluate(PUT_ON, QUIET)
    match scene.kind:
        case "card":
            found = page.locator(f'article[data-ts="{ts}"]')
        case "window":
            found = page.locator("dialog.modal")
        case _:
            found = page.locator(".home")
            await found.locator(".block").first.wait_for()
    await found.wait_for()
    await page.evaluate("document.fonts.ready")
    return found
