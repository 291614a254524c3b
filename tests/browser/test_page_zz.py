import time
T0=time.monotonic()
"""Commands and windows work on the sandbox's page as they do in Slack."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ADA, GRACE, KITCHEN, OpenTab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WHY = "I am hungry <script>alert('ran')</script> & *tired*"


async def type_command(tab: Page, text: str) -> None:
    await tab.get_by_role("textbox", name="Message #").fill(text)
    await tab.keyboard.press("Enter")


async def order(tab: Page, why: str) -> None:
    """Fill the window in and submit it."""
    await type_command(tab, "/snack")
    window = tab.get_by_role("dialog", name="Order a snack")
    await window.get_by_role("combobox", name="Which snack?").click()
    await window.get_by_role("option", name="Cherry").click()
    await expect(window).to_contain_text("You will get: Cherry")
    await window.get_by_label("Why?").fill(why)
    await window.get_by_role("button", name="Order").click()


async def test_a_slash_shows_the_commands_and_an_answer_is_only_for_who_asked(open_tab: OpenTab) -> None:
    tab, other = await open_tab(ADA), await open_tab(GRACE)
    await tab.get_by_role("textbox", name="Message #general").press_sequentially("/sn")
    await expect(tab.get_by_role("option", name="/snack")).to_contain_text("Order a snack")
    await tab.keyboard.press("Enter")
    await tab.keyboard.type("help")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("article").last).to_contain_text("Only visible to you")
    await expect(tab.get_by_role("article").last).to_contain_text("Say what you need.")
    await expect(other.get_by_text("Say what you")).to_have_count(0)


async def test_a_command_that_nobody_knows_says_so_and_keeps_what_was_typed(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await type_command(tab, "/nonsense please")
    await expect(tab.get_by_role("alert")).to_contain_text("/nonsense")
    await expect(tab.get_by_role("textbox", name="Message #general")).to_have_value("/nonsense please")


async def test_a_select_searches_as_one_types_and_an_update_keeps_what_was_typed(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await type_command(tab, "/snack")
    window = tab.get_by_role("dialog", name="Order a snack")
    await window.get_by_label("Why?").fill("typed before choosing")
    await window.get_by_role("combobox", name="Which snack?").press_sequentially("AP")
    await expect(window.get_by_role("option")).to_have_text(["Apple pie", "Apricot"])
    await tab.keyboard.press("ArrowDown")
    await tab.keyboard.press("Enter")
    await expect(window).to_contain_text("You will get: Apricot")
    await expect(window.get_by_role("combobox", name="Which snack?")).to_have_value("Apricot")
    await expect(window.get_by_label("Why?")).to_have_value("typed before choosing")
    await tab.keyboard.press("Escape")
    await expect(window).to_have_count(0)


async def test_what_is_wrong_is_said_under_the_field(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    await order(tab, "short")
    why = tab.get_by_label("Why?")
    await expect(why).to_have_accessible_description("Say more: ten characters at least.")
    await expect(why).to_be_focused()
    await why.fill("")
    await tab.get_by_role("button", name="Order", exact=True).click()
    await expect(why).to_have_accessible_description("Please complete this required field.")
    await why.fill("long enough now")
    await tab.get_by_role("button", name="Order", exact=True).click()
    await expect(tab.get_by_role("dialog")).to_have_count(0)


async def test_a_card_shows_typed_text_as_text_and_changes_for_everybody_at_once(open_tab: OpenTab) -> None:
    asking, serving = await open_tab(ADA), await open_tab(GRACE, KITCHEN)
    print(f"{time.monotonic()-T0:.2f}", 'asking, serving = await open_tab(ADA), await open_tab(GRACE,')
    await order(asking, WHY)
    print(f"{time.monotonic()-T0:.2f}", 'await order(asking, WHY)')
    there, here = serving.get_by_role("article").last, asking.get_by_role("article").last
    await expect(there).to_contain_text(f"Why: {WHY}")
    print(f"{time.monotonic()-T0:.2f}", 'await expect(there).to_contain_text(f"Why: {WHY}")')
    await expect(asking.get_by_role("button", name="kitchen, ")).to_be_visible()
    print(f"{time.monotonic()-T0:.2f}", 'await expect(asking.get_by_role("button", name="kitchen, "))')
    await asking.get_by_role("button", name="kitchen").click()
    print(f"{time.monotonic()-T0:.2f}", 'await asking.get_by_role("button", name="kitchen").click()')
    await expect(here).to_contain_text("@Ada Lovelace asks for a snack")
    print(f"{time.monotonic()-T0:.2f}", 'await expect(here).to_contain_text("@Ada Lovelace asks for a')
    await there.get_by_role("button", name="Serve").click()
    print(f"{time.monotonic()-T0:.2f}", 'await there.get_by_role("button", name="Serve").click()')
    await serving.get_by_role("dialog", name="Are you sure?").get_by_role("button", name="No").click()
    print(f"{time.monotonic()-T0:.2f}", 'await serving.get_by_role("dialog", name="Are you sure?").ge')
    await there.get_by_role("button", name="Serve").click()
    print(f"{time.monotonic()-T0:.2f}", 'await there.get_by_role("button", name="Serve").click()')
    await serving.get_by_role("button", name="Yes, serve it").click()
    print(f"{time.monotonic()-T0:.2f}", 'await serving.get_by_role("button", name="Yes, serve it").cl')
    await expect(here).to_contain_text("Served by @Grace Hopper")
    print(f"{time.monotonic()-T0:.2f}", 'await expect(here).to_contain_text("Served by @Grace Hopper"')
    await expect(there.get_by_role("button", name="Serve")).to_have_count(0)
    print(f"{time.monotonic()-T0:.2f}", 'await expect(there.get_by_role("button", name="Serve")).to_h')
