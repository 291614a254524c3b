"""The console in a real browser: signing in, each kind of story, verifying, exporting; by keyboard, on a phone,
and for those who don't see it."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.cli.commands import main
from bot.demo.cast import ADA
from tests.browser.conftest import PATIENCE, chromium  # noqa: F401  (a fixture)
from tests.builders import fresh_sqlite
from tests.flow.office import Office, Servers, opened, slack
from tests.web.conftest import Identity, settings_of_sign_in
from tests.web.reader import Anybody
from tests.web.seeded import SECRET, Seeded, first_of, seed
from tests.web.test_pages import keys_of
from workflows.audit.log import Log
from workflows.audit.sequencer import _sign, to_export
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.merkle import inclusion_proof, leaf_hash, levels_of, root_at

PHONE = {"width": 360, "height": 740}
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""Axe's rules that another colour scheme can break."""
PAGES = (
    "/",
    "/search",
    "/search?person=nobody&since=never",
    "/held?resource=warehouse",
    "/sessions",
    "/break-glass",
    "/directory",
    "/evidence",
    "/log",
    "/nowhere",
)
FORGERIES = (
    ("leaf.textContent = leaf.textContent.replace('acc', 'acd')", "leaf hash"),
    ("typed.dataset.text = JSON.stringify(JSON.parse(typed.dataset.text) + '!')", "isn't what was typed"),
    ("typed.dataset.text += '!'", "it's unreadable"),
    ("typed.dataset.salt = '00'.repeat(16)", "isn't what was typed"),
    ("step.textContent = 'A'.repeat(43) + '='", "doesn't contain this event"),
    ("entry.dataset.index = '0'", "doesn't contain this event"),
    ("entry.dataset.note = entry.dataset.note.replace(/\\n\\d+\\n/, '\\n77\\n')", "is wrong"),
    ("entry.dataset.note = entry.dataset.note.replaceAll('— ', '– ')", "No known key has signed"),
    ("key.dataset.key = 'other+00000000+AAAA'", "has not seen this key before"),
    ("entry.dataset.note = entry.dataset.note.replace(/— (\\S+) \\S/, '— $1 !')", "isn't base64"),
    ("saw(1)", "doesn't extend the one"),
    ("saw(99999)", "it shrank"),
)
"""What a forger could do to the page of an event, and what its verifying says to that."""
FORGE = """
const [leaf, entry] = ['leaf', 'entry'].map((id) => document.getElementById(id));
const [typed, step, key] = ['.typed', '.proof code', '.key'].map((name) => document.querySelector(name));
const saw = (size) => localStorage.setItem(
  'daypass.seen ' + entry.dataset.note.split('\\n')[0], JSON.stringify({size, root: btoa('x'.repeat(32))}));
"""
FORGET = "for (const name of Object.keys(localStorage)) if (name.startsWith('daypass.seen')) delete localStorage[name]"
PUT_A_FORK_ON_THE_ENTRY = """({leaf, hash, size, note, proof}) => {
  document.getElementById('leaf').textContent = leaf;
  const entry = document.getElementById('entry');
  Object.assign(entry.dataset, {hash, size, note});
  entry.querySelector('.proof').innerHTML = proof.map((step) => `<li><code>${step}</code></li>`).join('');
}"""
PUT_A_FORK_ON_THE_LOG = """({size, note}) => {
  const [newest, ...older] = document.querySelectorAll('.checkpoint');
  older.forEach((row) => row.remove());
  Object.assign(newest.dataset, {size, note});
}"""
ODD = "lines\r\nof\rall\nkinds \u2028\u2029\x85 \ufffd\ufeff  and \"quotes\" 'of' &quot;them&quot; &#13; <b>\\r</b>\t \U0001f600 "
"""What HTML would change in an attribute or a page if it were put there as it is."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str | None) -> AsyncIterator[Browser]:  # noqa: F811
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    servers: Servers, identity: Identity, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """One for all that is looked at here: nobody changes what is there, they only add to it."""
    database = fresh_sqlite(migrated_sqlite, tmp_path_factory.mktemp("console"))
    async with slack() as workspace:
        settings = settings_of_sign_in(identity, servers, workspace)
        async with opened(servers, workspace, database.url, **settings) as office:
            yield office


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(office: Office, identity: Identity) -> AsyncIterator[Anybody]:
    async with Anybody(office.url) as caller:
        caller.client.headers["Authorization"] = f"Bearer {await asyncio.to_thread(identity.pipeline.token)}"
        yield caller


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seeded(office: Office, machine: Anybody) -> Seeded:
    return await seed(office, machine)


@pytest_asyncio.fixture(loop_scope="module")
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
    await context.close()
    assert complaints == []


async def sign_in(tab: Page, name: str) -> None:
    await tab.goto("/")
    await tab.get_by_role("link", name="Sign in").click()
    await tab.get_by_label("Who").select_option(name)
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.get_by_role("heading", name="Live now")).to_be_visible()


async def verdict(tab: Page) -> str:
    """What verifying says in the end."""
    await tab.get_by_role("button", name="Verify in this browser").click()
    await expect(tab.get_by_role("status")).not_to_contain_text("Verifying …")
    return await tab.get_by_role("status").inner_text()


async def forked(office: Office, index: int, more: int) -> dict[str, object]:
    """Another log than the one that was signed last, `more` events larger, under the right key: the event there
    is by somebody else, and its proof leads to the fork's root."""
    jobs = office.daypass.jobs
    origin = jobs.known.bundle.settings.log_origin
    leaves, _, _ = await to_export(office.daypass.store)
    there = leaves[index].replace(ADA.encode(), b"U0XXX")
    assert there != leaves[index]
    fork = [*leaves[:index], there, *leaves[index + 1 :], *leaves[:more]][: len(leaves) + more]
    levels, size = levels_of([leaf_hash(leaf) for leaf in fork]), len(fork)
    head = Checkpoint(origin, size, root_at(levels, size))
    note = await _sign(head, jobs.signer, origin, datetime.now(UTC))
    proof = [base64.b64encode(step).decode() for step in inclusion_proof(levels, index, size)]
    return {
        "leaf": there.decode(),
        "hash": leaf_hash(there).hex(),
        "size": str(size),
        "note": note,
        "proof": proof,
    }


async def serious(tab: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds that shuts somebody out, by all of its rules or by these."""
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    results = await Axe().run(tab, options={"resultTypes": ["violations"], **only})
    return [
        f"{found['id']}: {found['help']}: {[node['html'][:120] for node in found['nodes']]}"
        for found in results.response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
class TestTheConsole:
    async def test_leads_an_auditor_through_every_kind_of_story(self, page: Page, seeded, office):
        for heading, words in (
            ("Read the feature warehouse, for Ada Lovelace", "Grace Hopper approved the request"),
            ("Ranking model, version 7", "Ada Lovelace proposed"),
            ("the nightly job is late", "Ada Lovelace declared inc-1, a sev3 incident"),
        ):
            await page.get_by_role("link", name="Live now").click()
            await page.get_by_role("link", name=heading).first.click()
            await expect(page.get_by_role("heading", name=heading)).to_be_visible()
            await expect(page.get_by_role("main")).to_contain_text(words)
        await expect(page.get_by_text(SECRET)).to_have_count(0)

        await page.get_by_role("link", name="Search").click()
        await page.get_by_label("Person").fill("Grace Hopper")
        await page.get_by_label("Action").select_option("access.reviewed")
        await page.get_by_role("button", name="Search").click()
        await expect(
            page.get_by_role("listitem").filter(has_text="Grace Hopper approved the request")
        ).to_have_count(1)

        await page.get_by_role("link", name="Who had access").click()
        await page.get_by_label("Resource or entitlement").fill("warehouse")
        await page.get_by_role("button", name="Show").click()
        await expect(
            page.get_by_role("listitem").filter(has_text="Ada Lovelace: Read the feature warehouse")
        ).to_be_visible()

        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    async def test_verifies_the_log_in_the_browser_and_finds_forgeries(self, page: Page, seeded, office):
        await page.goto("/log")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("the first time")
        await page.goto(f"/log/{await first_of(office, seeded.access)}")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("Verified: what is shown")
        await page.goto(f"/log/{await first_of(office, seeded.private)}")
        await expect(page.get_by_text("You don't have access to this event")).to_be_visible()
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("Verified, hash only")
        for forged, said in FORGERIES:
            await page.goto(f"/log/{await first_of(office, seeded.access)}")
            await page.evaluate(f"() => {{ {FORGE} {forged} }}")
            await page.get_by_role("button", name="Verify").click()
            await expect(page.get_by_role("status")).to_contain_text("Verification failed")
            await expect(page.get_by_role("status")).to_contain_text(said)
            await page.evaluate(FORGET)

    @pytest.mark.parametrize("more", [0, -1, 2])
    async def test_finds_a_fork_that_the_right_key_has_signed(self, page: Page, seeded, office, more):
        there = f"/log/{await first_of(office, seeded.access)}"
        fork = await forked(office, await first_of(office, seeded.access), more)
        said = "doesn't extend the one" if more <= 0 else "is larger than the newest"
        await page.goto(there)
        await page.evaluate(PUT_A_FORK_ON_THE_ENTRY, fork)
        assert said in await verdict(page)
        newest = await Log(office.daypass.store).last()
        for path in ("/log", f"/log?before={newest.number}"):
            await page.goto(path)
            await page.evaluate(PUT_A_FORK_ON_THE_LOG, fork)
            assert said in await verdict(page), path
        assert await page.evaluate("Object.keys(localStorage)") == ["daypass.keys"], "a fork was remembered"
        await page.goto(there)
        assert "Verified: what is shown" in await verdict(page)

    async def test_takes_every_text_as_it_was_typed(self, page: Page, seeded, office, machine):
        wanted = {
            "entitlement": "warehouse",
            "duration": "30m",
            "justification": f"nightly training {ODD} needs it",
        }
        asked = await machine.post("/api/v1/requests", json=wanted)
        assert asked.status_code == 201, asked.text
        await office.daypass.jobs.keep_log()
        await page.goto(f"/log/{await first_of(office, asked.json()['id'])}")
        assert "and what was typed (justification)" in await verdict(page)
        assert (
            await page.locator(".typed q").first.evaluate("(q) => q.textContent") == wanted["justification"]
        )

    async def test_says_what_it_verified_and_shows_that(self, page: Page, seeded, office):
        await page.goto(f"/log/{await first_of(office, seeded.access)}")
        await page.evaluate(
            "for (const q of document.querySelectorAll('q, #laid-out')) q.textContent = 'forged'"
        )
        said = await verdict(page)
        assert "Verified: what is shown under “As logged” and what was typed (justification)" in said
        assert "Not verified: the summary at the top" in said
        await expect(page.locator(".typed q")).to_have_text("last night's ranking features look stale")
        await expect(page.locator("#laid-out")).to_contain_text(
            '"rule": "Northwind: production › feature-warehouse'
        )
        await page.goto(f"/log/{await first_of(office, seeded.private)}")
        assert "Verified, hash only" in await verdict(page)

    async def test_forgets_old_keys_and_goes_on_comparing(self, page: Page, seeded, office):
        await page.goto("/log")
        await verdict(page)
        await page.evaluate("localStorage.setItem('daypass.keys', JSON.stringify(['old+00000000+AAAA']))")
        said = await verdict(page)
        assert "has not seen this key before" in said
        assert "It keeps what it has verified" in said
        await page.get_by_role("button", name="I compared the keys: forget the old ones").click()
        assert "extends the" in await verdict(page)

    async def test_forgets_a_log_only_as_a_grave_matter(self, page: Page, seeded, office):
        await page.goto(f"/log/{await first_of(office, seeded.access)}")
        for size, fault in ((99999, "it shrank"), (1, "doesn't extend the one")):
            await page.evaluate(f"() => {{ {FORGE} saw({size}) }}")
            said = await verdict(page)
            assert fault in said
            assert "what a rewritten log looks like" in said
            await page.get_by_role("button", name=f"forget the {size} events verified before").click()
            assert "Verified: what is shown" in await verdict(page)
            await expect(page.get_by_role("button", name="forget")).to_have_count(0)

    async def test_tells_verified_failed_and_not_verified_apart_by_tone(self, page: Page, seeded, office):
        await page.goto(f"/log/{await first_of(office, seeded.access)}")
        await expect(page.locator(".verdict .good, .verdict .bad")).to_have_count(0)
        await verdict(page)
        await expect(page.locator(".verdict .good")).to_contain_text("Verified: ")
        await expect(page.locator(".verdict .good")).not_to_contain_text(re.compile("not verified", re.I))
        await expect(page.locator(".verdict .open")).to_contain_text("Not verified: ")
        await page.evaluate(f"() => {{ {FORGE} {FORGERIES[0][0]} }}")
        await verdict(page)
        await expect(page.locator(".verdict .bad")).to_contain_text("Verification failed")
        await expect(page.locator(".verdict .good")).to_have_count(0)

    async def test_shows_at_least_fifteen_events_on_a_screen(self, page: Page, seeded, office):
        for n in range(30):
            await office.daypass.jobs._alarm(f"key-{n}", f"Alarm number {n}.")
        await office.daypass.jobs.keep_log()
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.goto("/search")
        boxes = [await row.bounding_box() for row in await page.locator("#passages > li").all()]
        seen = [box for box in boxes if box and box["y"] + box["height"] <= 800]
        assert len(seen) >= 15
        await page.locator("#passages > li summary").first.click()
        await expect(page.locator("#passages > li .details").first).to_be_visible()

    async def test_shows_times_in_the_readers_zone_with_utc_on_hover(self, browser, seeded, office):
        context = await browser.new_context(base_url=office.url, timezone_id="Asia/Kathmandu")
        context.set_default_timeout(PATIENCE)
        tab = await context.new_page()
        await sign_in(tab, "barbara")
        await tab.goto("/search?since=2026-01-01T09:30")
        await expect(tab.get_by_label("From")).to_have_value("2026-01-01T15:15")
        shown = tab.locator("#passages time").first
        there = await shown.get_attribute("datetime")
        assert there is not None
        local = datetime.fromisoformat(there) + timedelta(hours=5, minutes=45)
        await expect(shown).to_have_text(f"{local:%Y-%m-%d %H:%M:%S}")
        await expect(shown).to_have_attribute(
            "title", f"{datetime.fromisoformat(there):%Y-%m-%d %H:%M:%S} UTC"
        )
        await tab.get_by_role("button", name="Search").click()
        await expect(tab).to_have_url(re.compile("since=2026-01-01T09%3A30&"))
        await context.close()

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
        for scheme, rules in (("light", ()), ("dark", OF_COLOURS)):
            await page.emulate_media(color_scheme=scheme)
            for path in (*PAGES, *stories, entry):
                await page.goto(path)
                assert await serious(page, rules) == [], (scheme, path)
        await page.goto("/log")
        await page.get_by_role("button", name="Verify").click()
        await expect(page.get_by_role("status")).to_contain_text("Verified: ")
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
            page.get_by_role("listitem").filter(has_text="Ada Lovelace requested access").first
        ).to_be_visible()

    async def test_keeps_a_search_by_name_in_this_browser_until_it_is_deleted(
        self, page: Page, seeded, office
    ):
        await page.set_viewport_size(PHONE)
        await page.goto("/search?person=Ada Lovelace&risk=moderate")
        own = page.locator("#saved")
        await own.get_by_text("Your searches").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(own.get_by_label("Save this search as")).to_be_focused()
        await page.keyboard.type("<b>Ada's")
        await page.keyboard.press("Enter")
        await page.goto("/search")
        link = own.get_by_role("link", name="<b>Ada's")
        await link.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Person", exact=True)).to_have_value("Ada Lovelace")
        await expect(page.get_by_label("Risk")).to_have_value("moderate")
        await expect(link).to_have_attribute("aria-current", "page")
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await own.get_by_role("button", name="Delete the saved search <b>Ada's").press("Enter")
        await expect(own.get_by_role("link")).to_have_count(0)
        await expect(own.get_by_label("Save this search as")).to_be_focused()

    async def test_keeps_itself_fresh_without_taking_the_focus(self, page: Page, seeded, office):
        await page.goto("/")
        await expect(page.get_by_text("Stop updating")).to_be_visible()
        link = page.get_by_role("link", name="Read the feature warehouse, for Ada Lovelace").first
        await link.focus()
        async with page.expect_response(lambda answer: answer.url.endswith("/"), timeout=PATIENCE):
            pass
        await expect(link).to_be_focused()
        await page.get_by_text("Stop updating").click()
        await expect(page.get_by_text("Update every ten seconds")).to_be_visible()

    async def test_shows_older_events_below(self, page: Page, seeded, office):
        wanted = [f"Alarm number {n}." for n in range(60)]
        for n, sentence in enumerate(wanted):
            await office.daypass.jobs._alarm(f"key-{n}", sentence)
        await office.daypass.jobs.keep_log()
        await page.goto("/search?action=alarm.raised")
        events = page.get_by_role("main").locator("#passages > li")
        await expect(events).to_have_count(50)
        await page.get_by_role("link", name="Older events").click()
        await expect(page.get_by_text("No older events.")).to_be_visible()
        told = "\n".join(await events.all_inner_texts())
        assert re.findall(r"Alarm number \d+\.", told) == wanted[::-1]
