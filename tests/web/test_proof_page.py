"""The page that verifies a proof needs no server: it is opened as a file, in a real browser, by somebody without Daypass."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.witness.key import open_key
from tests.access.story import Story
from tests.architecture.proof_page import PAGE
from tests.audit.example_log import KEY, OTHER_KEY
from tests.audit.test_proof import SECOND, Log
from tests.browser.conftest import PATIENCE, chromium  # noqa: F401  (a fixture)
from tests.builders import world_of
from tests.people import ADA, GRACE

LURE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def log(bundle) -> Log:
    story = Story(world_of(bundle))
    story.asks(ADA, why=LURE)
    story.approves(GRACE)
    return Log(story)


async def drop(page: Page, file: Path, data: bytes, keys: str) -> str:
    """What the page says of the file."""
    file = file.with_name(
        f"{len(list(file.parent.iterdir()))}.jsonl"
    )  # chosen again, the same one is no change
    file.write_bytes(data)
    await page.get_by_label("verifier key").fill(keys)
    await page.evaluate("document.getElementById('verdict').replaceChildren()")
    await page.get_by_label("The proof").set_input_files(file)
    await expect(page.locator("#verdict")).to_contain_text(re.compile("^[✓✗]"))
    return await page.locator("#verdict").inner_text()


async def test_it_verifies_a_proof_and_names_what_was_done_to_it(
    log: Log,
    tmp_path: Path,
    chromium: str | None,  # noqa: F811
) -> None:
    file = tmp_path / "proof.jsonl"
    every = list(log.mine)
    witness = open_key(tmp_path / "key", "witness.example/w1")
    line = witness.cosign(log.note.partition("\n\n")[0].encode() + b"\n", SECOND).line
    keys = f"{KEY.text}\n{witness.verifier.text}\n"
    good = log.proof(every, cosignature=line)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text))
        page.on("pageerror", lambda one: complaints.append(str(one)))
        page.on("request", lambda one: complaints.append(one.url) if one.url != PAGE.as_uri() else None)
        await page.goto(PAGE.as_uri())

        said = await drop(page, file, good, keys)
        assert said.startswith("✓ Verified: everything about acc_")
        assert "Whoever made the file could leave out the newest events" in said
        assert "✓ Cosigned by witness.example/w1 at 2026-" in said
        events = page.locator("#events > li")
        assert await events.count() == len(every)
        assert "Someone requested access" in await events.first.inner_text()
        assert LURE in await events.first.inner_text()

        granted = log.place_of("access.granted")
        wrong = {
            "was left out": log.proof([at for at in every if at != granted], cosignature=line),
            "At the beginning, an event": log.proof(every[1:], cosignature=line),
            "all of them were left out": log.proof([], cosignature=line),
            "it was added": log.proof([0, *every], cosignature=line),
            "hasn't cosigned": log.proof(every),
            "the file was cut off": good[:-1],
            "isn't what was typed": log.lying(every, line),
            "isn't a proof that": log.proof(every, {}, line),
        }
        for sentence, data in wrong.items():
            said = await drop(page, file, data, keys)
            assert said.startswith("✗ Does not verify"), said
            assert sentence in said
            assert await events.count() == 0
        assert "“the key” isn't a verifier key" in await drop(page, file, good, "the key")
        assert "No known key" in await drop(page, file, good, OTHER_KEY.text)
        assert complaints == []
        await browser.close()
