"""What people and apps write is shown on the sandbox's page as Slack shows it, and nothing of it runs."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ADA, GRACE, OpenTab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DRAWN = """async (text) => {
    const { renderMrkdwn } = await import("/static/mrkdwn.js");
    const box = document.createElement("div");
    box.append(renderMrkdwn(text));
    return box.innerHTML.replaceAll(/ (class|dir|target|rel|title)="[^"]*"/g, "").replaceAll(/^<span>|<\\/span>$/g, "");
}"""

MARKUP = [
    ("*bold* _italic_ ~gone~ *_both_*", "<strong>bold</strong> <em>italic</em> <s>gone</s> <strong><em>both</em></strong>"),
    ("snake_case_name 2*3*4 * no * **", "snake_case_name 2*3*4 * no * **"),
    ("*\u2060typed*\u2060 stays", "*\u2060typed*\u2060 stays"),
    ("`a *b* &lt;c&gt;`", "<code>a *b* &lt;c&gt;</code>"),
    ("&lt;!channel&gt; &amp;amp; &lt;script&gt;", "&lt;!channel&gt; &amp;amp; &lt;script&gt;"),
    ("<javascript:alert(1)|x> <b>", "&lt;javascript:alert(1)|x&gt; &lt;b&gt;"),
    ("<https://example.com/?a=1&amp;b=2|here>", '<a href="https://example.com/?a=1&amp;b=2">here</a>'),
    ("<@U0GRACE>, <!here>, <!subteam^S1|@cooks>", "<bdi>@Grace Hopper</bdi>, <bdi>@here</bdi>, <bdi>@cooks</bdi>"),
    ("<#C0KITCHEN>", '<a href="/?as=U0ADA&amp;channel=C0KITCHEN">#kitchen</a>'),
    ("&gt; quoted\n&gt; twice\nnot", "<blockquote>quoted\ntwice</blockquote><span>not"),
    (":no_such_emoji: 12:30:45", ":no_such_emoji: 12:30:45"),
]  # fmt: skip

TYPED = [
    "<!channel> & <@U0GRACE> &amp; <script>alert('ran')</script> <img src=x onerror=alert(1)>",
    "``` ` stars * https://",
    "🎉 crème brûlée 👩🏽‍🔬 مرحبا بالعالم שלום",
]


async def drawn(tab: Page, text: str) -> str:
    return str(await tab.evaluate(DRAWN, text))


async def test_mrkdwn_is_read_as_slack_reads_it(open_tab: OpenTab) -> None:
    tab = await open_tab(ADA)
    found = {text: await drawn(tab, text) for text, _ in MARKUP}
    assert found == dict(MARKUP)


async def test_a_date_is_shown_in_the_readers_own_time_zone(open_tab: OpenTab) -> None:
    token = "<!date^1700000000^{date_num} at {time}|unreadable>"
    in_new_york, in_kolkata = await open_tab(ADA), await open_tab(GRACE)
    assert "2023-11-14 at 5:13" in await drawn(in_new_york, token)
    assert "2023-11-15 at 3:43" in await drawn(in_kolkata, token)


@pytest.mark.parametrize("text", TYPED, ids=["markup", "backticks", "emoji and right-to-left"])
async def test_what_people_type_is_shown_as_they_typed_it(open_tab: OpenTab, text: str) -> None:
    tab = await open_tab(ADA)
    await tab.get_by_role("textbox", name="Message #general").fill(text)
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("article").last).to_contain_text(text)


async def test_three_thousand_characters_are_shown_complete_and_wrapped(open_tab: OpenTab) -> None:
    text = "x" * 2_990 + " the end."
    tab = await open_tab(ADA)
    await tab.get_by_role("textbox", name="Message #general").fill(text)
    await tab.keyboard.press("Enter")
    message = tab.get_by_role("article").last
    await expect(message).to_contain_text(text)
    box = await message.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 1280
