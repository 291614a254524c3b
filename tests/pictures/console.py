"""Pictures of every page of the console, on a phone and in a laptop's window."""

from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.pictures.picture import save
from tests.pictures.studio import DESK, HEIGHTS, PHONE

PAGES = {
    "console-sign-in": "Signing in",
    "console-live": "Live now",
    "console-access": "The story of an access request",
    "console-release": "The story of a release",
    "console-incident": "The story of an incident",
    "console-search": "Search",
    "console-held": "Who had access",
    "console-evidence": "Making an evidence pack",
    "console-figures": "Figures",
    "console-posture": "Posture",
    "console-passkeys": "Passkeys",
    "console-decide": "Approving with a passkey",
    "console-decide-less": "Approving for less with a passkey",
    "console-log": "The log, verified",
    "console-event": "An event of the log",
    "console-not-found": "Not found",
}
"""What each picture shows, by its name."""
STORIES = {
    "console-access": "access.requested",
    "console-release": "release.proposed",
    "console-incident": "incident.declared",
}
"""The event by which each story is found."""
PATHS = {
    "console-search": "/search?person=Grace+Hopper",
    "console-held": "/held?resource=warehouse",
    "console-evidence": "/evidence",
    "console-figures": "/figures",
    "console-posture": "/posture",
    "console-not-found": "/nowhere",
}


async def take_console(browser: Browser, address: str, directory: Path) -> None:
    """Each page as an auditor sees it."""
    context = await browser.new_context(base_url=address, timezone_id="America/New_York", locale="en-US")
    page = await context.new_page()
    await page.goto("/")
    await take(page, directory, "console-sign-in")
    await sign_in(page)
    await take(page, directory, "console-live")
    for name, path in {**await _stories(page), **PATHS}.items():
        await page.goto(path, wait_until="networkidle")
        await take(page, directory, name)
    await page.goto("/log")
    await _verify(page)
    await take(page, directory, "console-log")
    await page.goto("/log/3")
    await _verify(page)
    await take(page, directory, "console-event")
    await context.close()


async def sign_in(page: Page, name: str = "barbara", heading: str = "Live now") -> None:
    """As the auditor, if no one else is named; `heading` is that of the page that comes then."""
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Who").select_option(name)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name=heading, exact=True).wait_for()


async def _stories(page: Page) -> Mapping[str, str]:
    """Where the oldest story of each kind is."""
    found = {}
    for name, action in STORIES.items():
        await page.goto(f"/search?action={action}")
        where = await page.locator("a[href^='/stories/']").last.get_attribute("href")
        assert where
        found[name] = where
    return found


async def _verify(page: Page) -> None:
    await page.get_by_role("button", name="Verify").click()
    await page.get_by_text("Verified: ").first.wait_for()


async def take(page: Page, directory: Path, name: str, down_to: str = "") -> None:
    """A picture of the page in each width, scrolled down to the end of what is named by its selector."""
    for width in (DESK, PHONE):
        await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        if down_to:
            await page.locator(down_to).evaluate(
                "one => one.scrollIntoView({block: 'end', behavior: 'instant'})"
            )
        save(await page.screenshot(), directory / f"{name}-{width}.webp")
