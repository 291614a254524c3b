"""The console in a real browser: signing in, each kind of story, verifying, exporting; by keyboard, on a phone,
and for those who don't see it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.cli import main
from tests.browser.conftest import PATIENCE, chromium  # noqa: F401  (a fixture)
from tests.flow.office import Office
from tests.web.reader import Anybody
from tests.web.seeded import SECRET, Seeded, first_of, seed
from tests.web.test_pages import keys_of

PHONE = {"width": 360, "height": 740}
PAGES = ("/", "/search", "/search?person=nobody&since=never", "/held?resource=warehouse", "/log", "/nowhere")
FORGERIES = (
    ("leaf.textContent = leaf.textContent.replace('acc', 'acd')", "leaf hash"),
    ("typed.dataset.text += '!'", "isn't what was typed"),
    ("typed.dataset.salt = '00'.repeat(16)", "isn't what was typed"),
    ("step.textContent = 'A'.repeat(43) + '='", "doesn't have this event"),
    ("entry.dataset.index = '0'", "doesn't have this event"),
    ("entry.dataset.note = entry.dataset.note.replace(/\\n\\d+\\n/, '\\n77\\n')", "doesn't hold"),
    ("entry.dataset.note = entry.dataset.note.replaceAll('— ', '– ')", "No known key has signed"),
    ("key.dataset.key = 'other+00000000+AAAA'", "not seen before"),
    ("saw(1)", "did not grow out of"),
    ("saw(99999)", "it shrank"),
)
"""What a forger could do to the page of an event, and what its verifying says to that."""
FORGE = """
const [leaf, entry] = ['leaf', 'entry'].map((id) => document.getElementById(id));
const [typed, step, key] = ['.typed', '.proof code', '.key'].map((name) => document.querySelector(name));
const saw = (size) => localStorage.setItem('daypass.seen', JSON.stringify({size, root: btoa('x'.repeat(32))}));
"""


@pytest.fixture
async def browser(chromium: str | None) -> AsyncIterator[Browser]:  # noqa: F811
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest.fixture
async def seeded(office: Office, machine: Anybody) -> Seeded:
    return await seed(office, machine)


@pytest.fixture
async def page(browser: Browser, office: Office, seeded: Seeded) -> AsyncIterator[Page]:
    """Barbara's, signed in by hand; what the page complains of fails the test."""
    complaints: list[str] = []
    context = await browser.new_context(base_url=office.url, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    tab = await context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    tab.on("dialog", lambda dialog: complaints.append(f"a script of somebody's ran: {dialog.message}"))
    await sign_in(tab, "barbara")
    yield tab
    assert complaints == []


async def sign_in(tab: Page, name: str) -> None:
    await tab.goto("/")
    await tab.get_by_role("link", name="Sign in").click()
    await tab.get_by_label("Who").select_option(name)
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("heading", name="Live now")).to_be_visible()


async def serious(tab: Page) -> list[str]:
    """What axe finds that shuts somebody out."""
    results = await Axe().run(tab)
    return [
        f"{found['id']}: {found['help']}: {[node['html'][:120] for node in found['nodes']]}"
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.browser
class TestTheConsole:
    async def test_leads_an_auditor_through_every_kind_of_story(self, page: Page, seeded, office):
        for heading, words in (
            ("Read the feature warehouse, for Ada Lovelace", "Grace Hopper approved it"),
            ("Ranking model, version 7", "Ada Lovelace proposed"),
            ("the nightly job is late", "Ada Lovelace declared it as sev3"),
        ):
            await page.get_by_role("link", name="Live now").click()
            await page.get_by_role("link", name=heading).first.click()
            await expect(page.get_by_role("heading", name=heading)).to_be_visible()
            await expect(page.get_by_role("main")).to_contain_text(words)
        await expect(page.get_by_text(SECRET)).to_have_count(0)

        await page.get_by_role("link", name="Search").click()
        await page.get_by_label("Person").fill("Grace Hopper")
        await page.get_by_label("Action").fill("acc.reviewed")
        await page.get_by_role("button", name="Search").click()
        await expect(page.get_by_role("listitem").filter(has_text="Grace Hopper approved it")).to_have_count(
            1
        )

        await page.get_by_role("link", name="Who had access").click()
        await page.get_by_label("Resource or entitlement").fill("warehouse")
        await page.get_by_role("button", name="Show").click()
        await expect(
            page.get_by_role("link", name="Ada Lovelace: Read the feature warehouse")
        ).to_be_visible()

        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    async def test_verifies_the_log_in_the_browser_and_finds_forgeries(self, page: Page, seeded, office):
        await page.goto("/log")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("for the first time")
        await page.goto(f"/log/{await first_of(office, seeded.access)}")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("is in the log as it is shown here")
        await page.goto(f"/log/{await first_of(office, seeded.private)}")
        await expect(page.get_by_text("no business of yours")).to_be_visible()
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("is in the log")
        for forged, said in FORGERIES:
            await page.goto(f"/log/{await first_of(office, seeded.access)}")
            await page.evaluate(f"() => {{ {FORGE} {forged} }}")
            await page.get_by_role("button", name="Verify").click()
            await expect(page.get_by_role("status")).to_contain_text("Does NOT verify")
            await expect(page.get_by_role("status")).to_contain_text(said)
            await page.evaluate("localStorage.removeItem('daypass.seen')")

    async def test_exports_what_verifies(self, page: Page, seeded, office, tmp_path, capsys):
        await page.goto("/search?resource=warehouse")
        async with page.expect_download() as taken:
            await page.get_by_role("button", name="Export with proofs").click()
        file = tmp_path / "extract.jsonl"
        await (await taken.value).save_as(file)
        (key,) = await keys_of(office)
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, ["audit", "verify", str(file), "--key", key])
        assert ended.value.code == 0
        assert "Every event in it is as it was signed" in capsys.readouterr().out

    async def test_shuts_nobody_out(self, page: Page, seeded, office):
        await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert await serious(page) != [], "axe finds nothing at all"
        stories = [f"/stories/{seeded[name]}" for name in ("access", "release", "incident")]
        entry = f"/log/{await first_of(office, seeded.access)}"
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            for path in (*PAGES, *stories, entry):
                await page.goto(path)
                assert await serious(page) == [], (scheme, path)
        await page.goto("/log")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("checkpoints hold")
        assert await serious(page) == []
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        assert await serious(page) == []

    async def test_fits_a_phone(self, page: Page, seeded, office):
        await page.set_viewport_size(PHONE)
        stories = [f"/stories/{seeded[name]}" for name in ("access", "release", "incident")]
        for path in (*PAGES, *stories, f"/log/{await first_of(office, seeded.access)}"):
            await page.goto(path)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], f"{path} is {wide} wide"
            for link in await page.get_by_role("navigation").get_by_role("link").all():
                box = await link.bounding_box()
                assert box is not None
                assert box["height"] >= 24

    async def test_is_used_by_keyboard_alone(self, page: Page, seeded):
        await page.goto("/")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("Enter")
        for _ in range(12):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent.includes('warehouse')"):
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Read the feature warehouse")).to_be_visible()
        await page.goto("/search")
        await page.get_by_label("Person").focus()
        await page.keyboard.type("Ada Lovelace")
        await page.keyboard.press("Enter")
        await expect(
            page.get_by_role("listitem").filter(has_text="Ada Lovelace asked for").first
        ).to_be_visible()

    async def test_keeps_itself_fresh_without_taking_the_focus(self, page: Page, seeded, office):
        await page.goto("/")
        await expect(page.get_by_text("Stop updating")).to_be_visible()
        link = page.get_by_role("link", name="Read the feature warehouse, for Ada Lovelace").first
        await link.focus()
        async with page.expect_response(lambda answer: answer.url.endswith("/"), timeout=15_000):
            pass
        await expect(link).to_be_focused()
        await page.get_by_text("Stop updating").click()
        await expect(page.get_by_text("Update every ten seconds")).to_be_visible()

    async def test_shows_older_events_below(self, page: Page, seeded, office):
        for n in range(60):
            await office.daypass.duties._alarm(f"key-{n}", f"Alarm number {n}.")
        await office.daypass.duties.keep_log()
        await page.goto("/search?action=alm.raised")
        events = page.get_by_role("main").locator("#passages > li")
        await expect(events).to_have_count(50)
        await page.get_by_role("link", name="Older events").click()
        await expect(events).to_have_count(60)
        await expect(page.get_by_text("That is all.")).to_be_visible()
