"""A picture of an evidence pack's page, made from what happened in the demo."""

import io
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from playwright.async_api import Browser

from tests.pictures.console import sign_in
from tests.pictures.picture import save
from tests.pictures.studio import DESK

HEIGHT = 1_250
"""Pixels: as far down as the summary goes."""


async def take_evidence(browser: Browser, address: str, directory: Path, keep: Path | None = None) -> None:
    """Make a pack as an auditor does, and look at its page; `keep` is where the pack is put."""
    context = await browser.new_context(base_url=address, viewport={"width": DESK, "height": HEIGHT})
    page = await context.new_page()
    await page.goto("/")
    await sign_in(page)
    await page.goto("/evidence")
    now = datetime.now(UTC)
    await page.get_by_label("First day").fill(f"{now:%Y-%m}-01")
    await page.get_by_label("Last day").fill(f"{now:%Y-%m-%d}")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Make the pack").click()
    made = Path(await (await download.value).path()).read_bytes()
    if keep:
        keep.write_bytes(made)
    with ZipFile(io.BytesIO(made)) as pack:
        page = await browser.new_page(viewport={"width": DESK, "height": HEIGHT})
        await page.set_content(pack.read("evidence.html").decode())
    save(await page.screenshot(), directory / "evidence.webp")
    await page.locator("#releases-stay-approved").evaluate("one => one.scrollIntoView()")
    save(await page.screenshot(), directory / "evidence-checks.webp")
    await page.close()
    await context.close()
