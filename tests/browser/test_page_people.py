"""One page is a whole workspace: switch between people, places and widths, and each sees their own."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import ADA, GRACE, OpenTab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_one_can_become_somebody_else_and_several_tabs_several_people(open_tab: OpenTab) -> None:
    tab, other = await open_tab(ADA), await open_tab(ADA)
    await tab.get_by_role("link", name="Act as Grace Hopper, Cook").click()
    await expect(tab).to_have_url(re.compile(f"as={GRACE}"))
    await expect(tab.get_by_role("link", name="Act as Grace Hopper")).to_have_attribute(
        "aria-current", "true"
    )
    await tab.get_by_role("textbox", name="Message #general").fill("Dinner is *ready*")
    await tab.keyboard.press("Enter")
    await expect(other.get_by_role("article", name="Grace Hopper").last).to_contain_text("Dinner is ready")


async def test_a_thread_opens_beside_and_counts_its_replies(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await tab.get_by_role("textbox", name="Message #general").fill("Who is in?")
    await tab.keyboard.press("Enter")
    message = tab.get_by_role("main").get_by_role("article").filter(has_text="Who is in?").last
    await message.hover()
    await message.get_by_role("button", name="Reply in thread").click()
    thread = tab.get_by_role("complementary", name="Thread")
    await thread.get_by_role("textbox", name="Reply …").fill("I am")
    await tab.keyboard.press("Enter")
    await expect(thread.get_by_role("article")).to_have_count(2)
    await expect(message.get_by_role("button", name="1 reply")).to_be_visible()


async def test_the_app_has_its_home_and_its_messages(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await tab.get_by_role("button", name="Snackbot").click()
    await expect(tab.get_by_text("This is where Snackbot writes to you")).to_be_visible()
    await expect(tab.get_by_text("Type /snack to order a snack.")).to_be_visible()
    await tab.get_by_role("tab", name="Home").click()
    await expect(tab.get_by_role("heading", name="Your snacks")).to_be_visible()


async def test_it_fits_a_narrow_window(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await tab.set_viewport_size({"width": 420, "height": 800})
    await expect(tab.get_by_role("navigation", name="Workspace")).to_be_hidden()
    await tab.get_by_role("button", name="Show channels and people").click()
    await tab.get_by_role("button", name="kitchen").click()
    await expect(tab.get_by_role("heading", name="kitchen", level=1)).to_be_visible()
    assert await tab.evaluate("document.documentElement.scrollWidth") <= 420


async def test_it_says_what_it_is_and_asks_no_other_machine_for_anything(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    await tab.reload()
    await tab.get_by_role("button", name="About this sandbox").click()
    await expect(tab.get_by_role("dialog", name="About this sandbox")).to_contain_text("stand-in for Slack")
    origin = tab.url.split("/?")[0]
    assert [url for url in asked if not url.startswith(origin)] == []
