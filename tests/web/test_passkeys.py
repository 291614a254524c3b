"""Passkeys in a real browser with a virtual authenticator: added, confirmed, used to approve and to deny; and what an
attacker sends instead. Verified afterwards by Daypass, and by a script that has nothing of it."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Page, async_playwright, expect
from ulid import ULID

from bot.cli.commands import main
from bot.demo.actor import seen, text_of
from bot.demo.cast import ADA, GRACE
from tests.browser.authenticator import give_authenticator
from tests.browser.conftest import PATIENCE, chromium  # noqa: F401  (a fixture)
from tests.builders import Database
from tests.flow.conftest import Rules
from tests.flow.deeds import ask, message, press, said, window
from tests.flow.office import APPROVALS, Office, Servers, Slack, opened
from tests.passkeys import SoftwareKey
from tests.releases.story import Registry
from tests.web.conftest import Identity, settings_of_sign_in
from tests.web.reader import Anybody, words
from tests.web.test_pages import keys_of
from workflows.releases.commands import ProposeRelease, ReportEvidence
from workflows.releases.state import Release
from workflows.system.passkeys.signed_text import challenge_of
from workflows.system.passkeys.state import Signed
from workflows.workflow import OUTBOX, Actor

WAREHOUSE = "resources/feature-warehouse.yaml"
RULE = "    rule:\n      longest: 1h\n      default: 30m\n"
SECURITY = (
    "        - name: security\n          approvers: [security]\n          quorum: 1\n\n  warehouse-sample"
)
WEEKDAYS = 'allow: weekday != "saturday" && weekday != "sunday"'
ASKS = "/access pii 20m because customer 4711 asked which of her data we keep, case PRIV-7"
RELEASES = "C05RELEASES"
SCRIPT = Path(__file__).parents[2] / "examples" / "passkeys" / "verify_passkeys.py"


@pytest.fixture
async def office(
    identity: Identity, servers: Servers, workspace: Slack, rules: Rules, sqlite_database: Database
) -> AsyncIterator[Office]:
    """Its console is at localhost: browsers have no passkeys for an address of numbers."""
    bundle = rules(
        (WAREHOUSE, WEEKDAYS, "allow: 'true'"),
        (WAREHOUSE, RULE, RULE.replace("rule:", "rule:\n      assurance: passkey")),
        (WAREHOUSE, SECURITY, "\n  warehouse-sample"),
        ("services/ranking-model.yaml", "  lapse: 8h\n", "  lapse: 8h\n  assurance: passkey\n"),
        ("daypass.yaml", "console:\n", "passkeys: {new_key_waits: 1s}\nconsole:\n"),
    )
    named = Slack(workspace.page, workspace.daypass.replace("127.0.0.1", "localhost"), workspace.calls)
    settings = settings_of_sign_in(identity, servers, named)
    async with opened(servers, named, sqlite_database.url, bundle=bundle, **settings) as office:
        yield office


@pytest.fixture
async def grace(office: Office, chromium: str | None) -> AsyncIterator[Page]:  # noqa: F811
    """Grace's browser, whose authenticator asks nobody."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        context = await browser.new_context(base_url=office.url)
        context.set_default_timeout(PATIENCE)
        tab = await context.new_page()
        await give_authenticator(tab)
        yield tab
        await browser.close()


async def log_in(tab: Page, name: str) -> None:
    await tab.get_by_label("Who").select_option(name)
    await tab.get_by_role("button", name="Sign in").click()


async def add_a_passkey(tab: Page) -> None:
    await tab.goto("/sign-in?then=/passkeys")
    await tab.get_by_role("link", name="Sign in").click()
    await log_in(tab, "grace")
    await expect(tab.get_by_text("You have no passkey.")).to_be_visible()
    await tab.get_by_role("link", name="Sign in again").click()
    await log_in(tab, "grace")
    await tab.get_by_label("What you call it").fill("work laptop")
    await tab.get_by_role("button", name="Add passkey").click()
    await expect(tab.get_by_text("waiting to be confirmed")).to_be_visible()


async def confirm_as_radia(office: Office, owner: str) -> None:
    async with Anybody(office.url) as radia:
        await radia.sign_in("radia")
        page = (await radia.get("/passkeys")).text
        assert owner in page
        (path,) = re.findall(r"/passkeys/pky_[A-Z0-9]+/confirm", page)
        answer = await radia.post(path, data={"csrf": await radia.form("/passkeys")})
        assert answer.status_code == 303, words(answer.text)
    await asyncio.sleep(1)  # as long as a new passkey waits, by the rule of this bundle


async def test_a_passkey_is_added_and_decides_and_the_log_proves_it(
    office: Office, grace: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_a_passkey(grace)
    told = said(await message(office.grace, await office.grace.direct(), "work laptop"))
    assert "If that wasn't you" in told
    await confirm_as_radia(office, "Grace")

    asked = await ask(office, ASKS)
    await press(office.grace, APPROVALS, "Approve", asked.id)
    way = text_of(await window(office.grace, "approved with your passkey"))
    assert f"{office.url}/decide/{asked.id}" in way
    assert (await office.newest()).status == "pending"
    await grace.goto(f"/decide/{asked.id}")
    await grace.get_by_role("button", name="Approve with passkey").click()
    await expect(grace.get_by_text("signed with your passkey")).to_be_visible()
    await office.until("active")

    denied = await ask(office, ASKS.replace("4711", "4712"))
    await grace.goto(f"/decide/{denied.id}")
    await grace.get_by_label("Why, if you deny it").fill("Ask her first.")
    await grace.get_by_role("button", name="Deny with passkey").click()
    await expect(grace.get_by_text("You've decided: denied")).to_be_visible()

    limited = await ask(office, ASKS.replace("4711", "4713"))
    await grace.goto(f"/decide/{limited.id}")
    await grace.get_by_text("Approve for less…").click()
    await grace.get_by_label("Duration").fill("10m")
    await grace.get_by_label("Condition").fill("Only her rows.")
    await grace.get_by_role("button", name="Continue").click()
    await expect(grace.get_by_text("You approve 10 minutes, once the requester accepts")).to_be_visible()
    await grace.get_by_role("button", name="Approve for less with passkey").click()
    await expect(grace.get_by_text("You've decided: approved for 10 minutes")).to_be_visible()
    (condition,) = (await office.newest()).conditions
    assert condition.condition == "Only her rows."

    file = tmp_path / "extract.jsonl"
    async with Anybody(office.url) as barbara:
        await barbara.sign_in("barbara")
        await barbara.sees("/log", "verified")
        file.write_bytes((await whole(barbara, condition.digest.encode())).content)
    assert "4 signatures hold, 0 don't." in await verified_without_daypass(file)
    (key,) = await keys_of(office)
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main, ["audit", "verify", str(file), "--key", key])
    assert ended.value.code == 0, capsys.readouterr().out
    forged = file.read_text().replace('"verdict":"deny"', '"verdict":"approve"')
    file.write_text(forged)
    assert "it is of something else" in await verified_without_daypass(file)


async def verified_without_daypass(file: Path) -> str:
    """What the script says that has nothing of Daypass."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(SCRIPT), str(file), stdout=asyncio.subprocess.PIPE
    )
    return (await process.communicate())[0].decode()


async def whole(reader: Anybody, wanted: bytes) -> Any:
    """Everything, once the event with these bytes is signed."""

    async def look() -> Any:
        found = await reader.export("", "extract")
        return found if found.status_code == 200 and wanted in found.content else None

    return await seen("an export of everything", look)


class Attacker:
    """Someone with a session, Grace's if no one else's is named, and whatever passkeys they like."""

    def __init__(self, browser: Anybody, person: str = GRACE) -> None:
        self.browser, self.person = browser, person

    async def page(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's form."""
        html = (await self.browser.get(path)).text
        form = html[html.index('class="fields passkey') :]
        return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    async def add(self, key: SoftwareKey, voucher: SoftwareKey | None = None) -> str:
        fields = await self.page("/passkeys")
        at = datetime.strptime(fields["made_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        command = key.added_by(self.person, at, voucher, nonce=fields["nonce"])
        sent = {**fields, "name": key.name, "public_key": key.public_key, "assertion": sent_as(command.proof)}
        if command.voucher:
            sent["voucher"] = sent_as(command.voucher)
        return words((await self.browser.post("/passkeys", data=sent)).text)

    async def decides(
        self,
        subject: str,
        key: SoftwareKey,
        signed_verdict: str = "approve",
        page: str = "decide",
        **how: Any,
    ) -> tuple[dict[str, str], str]:
        """Decide by it; what was sent, and what the page says."""
        html = (await self.browser.get(f"/{page}/{subject}")).text
        form = html[html.index('class="fields passkey') :]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        found = re.findall(r'data-verdict="(\w+)">([^<]*)<', html)
        text = {name: unescape(one).encode() for name, one in found}[signed_verdict]
        at = datetime.strptime(fields["made_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        signed = key.signs(challenge_of(text), at, **how)
        sent = {**fields, "verdict": "approve", "assertion": sent_as(signed)}
        return sent, await self.sends(subject, sent, page)

    async def sends(self, subject: str, sent: dict[str, str], page: str = "decide") -> str:
        answer = await self.browser.post(f"/{page}/{subject}", data=sent)
        return "decided" if answer.status_code == 303 else words(answer.text)


def sent_as(signed: Signed, **more: str) -> str:
    names = ("credential", "authenticator_data", "client_data", "signature")
    return json.dumps({**{name: getattr(signed, name) for name in names}, **more})


async def test_whatever_else_is_sent_is_refused_with_a_sentence_and_an_event(office: Office) -> None:
    async with Anybody(office.url) as browser:
        await browser.sign_in("grace")
        attacker = Attacker(browser)
        own = SoftwareKey("own", rp="localhost", origin=office.url, count=1)
        html = (await browser.get("/passkeys")).text
        assert "needs a fresh sign-in" in words(html), "a session that was stolen is no fresh sign-in"
        await browser.sign_in("grace", "/passkeys", fresh=True)
        await attacker.add(own)
        await confirm_as_radia(office, "Grace")
        asked = await ask(office, ASKS)
        refused = [
            ((SoftwareKey(rp="localhost", origin=office.url), {}), "doesn't know this passkey"),
            ((own, {"origin": "https://evil.example"}), "for another website"),
            ((own, {"crossOrigin": True}), "for another website"),
            ((own, {"flags": 0x01}), "didn't check that it was you"),
            ((own, {"signed_verdict": "deny"}), "signed something else"),
        ]
        for (key, how), sentence in refused:
            _, answer = await attacker.decides(asked.id, key, **how)
            assert sentence in answer, (how, answer)
        second = await attacker.add(SoftwareKey("stranger's", rp="localhost", origin=office.url))
        assert "has to sign for the new one" in second
        own.count = 2
        sent, answer = await attacker.decides(asked.id, own)
        assert answer == "decided"
        assert "used before" in await attacker.sends(asked.id, sent)
        for odd in (
            {"nonce": "\0" * 20},
            {"made_at": "now"},
            {"assertion": "[]"},
            {"assertion": "[" * 20_000},
        ):
            assert "isn't a passkey's signature" in await attacker.sends(asked.id, {**sent, **odd}), odd
        own.count = 1
        other = await ask(office, ASKS.replace("4711", "4712"))
        _, answer = await attacker.decides(other.id, own)
        assert "counter went back" in answer
        refusals = [one.facts for one in await office.log() if one.action == "passkey.refused"]
        codes = {one["code"] for one in refusals}
        assert codes >= {
            *("unknown", "other-origin", "user-not-verified", "other-challenge"),
            *("no-voucher", "used-before", "count-went-back"),
        }


async def proposed(office: Office) -> Release:
    """Ada's release, whose gates have passed."""
    ledger, id = office.daypass.ledger, f"rel_{ULID()}"
    release: Any = (await ledger.handle(ProposeRelease(id, "ranking-model", "2"), Actor(ADA), "test")).state
    read = ReportEvidence(id, Registry().read(), release.terms.digest)
    release = (await ledger.handle(read, OUTBOX, "test")).state
    assert release.status == "pending"
    return cast("Release", release)


async def test_who_takes_a_critical_credential_or_approves_a_release_has_signed_for_it(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {}
    for name, person in (("grace", GRACE), ("ada", ADA)):
        async with Anybody(office.url) as browser:
            await browser.sign_in(name, "/passkeys", fresh=True)
            keys[person] = SoftwareKey(rp="localhost", origin=office.url)
            await Attacker(browser, person).add(keys[person])
        await confirm_as_radia(office, name.title())
    asked = await ask(office, ASKS)
    async with Anybody(office.url) as browser:
        await browser.sign_in("grace")
        assert (await Attacker(browser).decides(asked.id, keys[GRACE]))[1] == "decided"
    await office.until("active")
    direct = await office.ada.direct()
    await press(office.ada, direct, "Get credentials", asked.id)
    assert f"/take/{asked.id}" in text_of(await window(office.ada, "sign for this credential"))
    assert (await office.newest()).credentials == ()
    async with Anybody(office.url) as browser:
        await browser.sign_in("ada")
        _, answer = await Attacker(browser, ADA).decides(asked.id, keys[ADA], "take", "take")
        assert answer == "decided"
        assert "You've signed" in await browser.page(f"/take/{asked.id}")
    await press(office.ada, direct, "Get credentials", asked.id)
    await window(office.ada, "works once")

    release = await proposed(office)
    await press(office.grace, RELEASES, "Approve", release.id)
    assert f"/decide/{release.id}" in text_of(await window(office.grace, "approved with your passkey"))
    async with Anybody(office.url) as browser:
        await browser.sign_in("grace")
        assert "The alias goes back" in await browser.page(f"/decide/{release.id}")
        grace = Attacker(browser)
        assert "signed something else" in (await grace.decides(release.id, keys[GRACE], "reject"))[1]
        assert (await grace.decides(release.id, keys[GRACE]))[1] == "decided"
        assert "signed with your passkey" in await browser.page(f"/decide/{release.id}")
        assert "approved it, signed with a passkey" in await browser.page(f"/stories/{release.id}")
    found = await office.daypass.reads.find(Release, release.id)
    assert found is not None
    assert found.status == "approved"
    file = tmp_path / "extract.jsonl"
    async with Anybody(office.url) as barbara:
        await barbara.sign_in("barbara")
        file.write_bytes((await whole(barbara, b"release.approved")).content)
    assert "5 signatures hold, 0 don't." in await verified_without_daypass(file)
    (key,) = await keys_of(office)
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main, ["audit", "verify", str(file), "--key", key])
    assert ended.value.code == 0, capsys.readouterr().out
