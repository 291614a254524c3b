"""`POST /slack/events` takes what Slack has signed. All else gets a sentence, is on record, and changes nothing."""

import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import text

from bot.demo.cast import GRACE
from bot.web.door import A_MINUTE
from bot.web.slack_events import LARGEST, SENTENCE
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask, card
from tests.flow.office import APPROVALS, SIGNING_SECRET, Office

FORM = "application/x-www-form-urlencoded"


def signature(body: str, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """The headers that Slack sends with a body."""
    timestamp = str(int(at or time.time()))
    signed = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signed), "Content-Type": FORM}


async def knock(office: Office, body: Any, headers: dict[str, str]) -> tuple[int, str]:
    async with office.session.post(f"{office.url}/slack/events", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def approval(office: Office) -> str:
    """The body of Grace's click on Approve, as Slack would send it."""
    asked = await ask(office)
    shown = await card(office.grace, APPROVALS, asked.id)
    block = next(block for block in shown["blocks"] if block["type"] == "actions")
    button = block["elements"][0]
    payload = {
        "type": "block_actions",
        "user": {"id": GRACE},
        "team": {"id": "T01NORTHWIND"},
        "trigger_id": "1.2.3",
        "actions": [
            {
                "type": "button",
                "block_id": block["block_id"],
                "action_id": button["action_id"],
                "value": button["value"],
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)})


async def turned_away(office: Office) -> list[str]:
    return [leaf.facts["code"] for leaf in await office.log() if leaf.action == "door.refused"]


class TestAnApprovalThatSlackDidNotSend:
    async def refused(self, office: Office, body: str, headers: dict[str, str]) -> None:
        status, text = await knock(office, body, headers)
        assert (status, text) == (401, f"{SENTENCE} Nothing was done.\n")
        assert (await office.newest()).status == "pending"
        assert await turned_away(office) == ["not-from-slack"]

    async def test_the_same_click_well_signed_would_count(self, office: Office) -> None:
        body = await approval(office)
        assert (await knock(office, body, signature(body)))[0] == 200
        assert (await office.newest()).status == "active"

    async def test_signed_with_another_secret(self, office: Office) -> None:
        body = await approval(office)
        await self.refused(office, body, signature(body, secret="a guess"))

    async def test_not_signed(self, office: Office) -> None:
        await self.refused(office, await approval(office), {"Content-Type": FORM})

    async def test_with_the_signature_of_another_body(self, office: Office) -> None:
        await self.refused(office, await approval(office), signature("payload={}"))

    async def test_signed_too_long_ago(self, office: Office) -> None:
        body = await approval(office)
        await self.refused(office, body, signature(body, at=time.time() - 301))

    async def test_signed_for_a_time_to_come(self, office: Office) -> None:
        body = await approval(office)
        await self.refused(office, body, signature(body, at=time.time() + 302))

    async def test_at_a_time_that_no_clock_shows(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        body = await approval(office)
        stamps = ("9" * 400, "-" + "9" * 400, "9" * 5_000, "1e999", "nan", "\u0663", "0x1", "")
        for stamp in stamps:
            headers = signature(body) | {"X-Slack-Request-Timestamp": stamp}
            assert (await knock(office, body, headers))[0] == 401
        assert (await office.newest()).status == "pending"
        assert await turned_away(office) == ["not-from-slack"] * len(stamps)
        assert "Traceback" not in caplog.text

    async def test_with_headers_that_make_no_sense(self, office: Office) -> None:
        body = await approval(office)
        await self.refused(office, body, signature(body) | {"X-Slack-Request-Timestamp": "soon"})
        for signed in ("v0=\u00fc", "", "v0="):
            assert (await knock(office, body, signature(body) | {"X-Slack-Signature": signed}))[0] == 401
        assert (await office.newest()).status == "pending"


class TestWhatIsNoRequestAtAll:
    async def test_is_refused_before_anybody_reads_it(self, office: Office) -> None:
        headers = signature("") | {"Content-Type": "application/json", "X-Slack-Signature": "v0=00"}
        for body in (b"\xff\xfe\x00", b'{"type": ', b"", b"ssl_check=1", b"payload={"):
            assert (await knock(office, body, headers))[0] == 401
        assert await turned_away(office) == ["not-from-slack"] * 5

    async def test_is_refused_when_larger_than_anything_slack_sends(self, office: Office) -> None:
        assert (await knock(office, b"x" * (LARGEST + 1), {}))[0] == 413

    async def test_is_refused_when_it_does_not_say_how_large_it_is(self, office: Office) -> None:
        async def endless() -> Any:
            for _ in range(40):
                yield b"x" * 50_000

        assert (await knock(office, endless(), {}))[0] == 413


class TestManyForgeries:
    async def test_fill_neither_the_audit_log_nor_the_process_log(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for _ in range(3 * A_MINUTE):
            assert (await knock(office, "secret=of-somebody", {}))[0] == 401
        assert len(await turned_away(office)) == A_MINUTE
        assert "of-somebody" not in caplog.text
        await office.forward(minutes=1)
        await knock(office, "secret=of-somebody", {})
        assert len(await turned_away(office)) == A_MINUTE + 2
        async with office.daypass.store.reading() as connection:
            said = await connection.scalars(text("SELECT text FROM texts"))
            assert any(f"({2 * A_MINUTE} times)" in sentence for sentence in said)

    async def counted(self, office: Office) -> list[str]:
        async with office.daypass.store.reading() as connection:
            said = await connection.scalars(text("SELECT text FROM texts WHERE field = 'sentence'"))
            return [sentence for sentence in said if "times)" in sentence]

    async def test_are_counted_a_minute_later_though_nobody_comes_any_more(self, office: Office) -> None:
        for _ in range(A_MINUTE + 7):
            assert (await knock(office, "x", {}))[0] == 401
        await office.daypass.door.count()
        assert await self.counted(office) == []
        await office.forward(minutes=1)
        await office.daypass.door.count()
        await office.daypass.door.count()
        assert await self.counted(office) == [f"{SENTENCE} It came from several addresses (7 times)."]

    async def test_are_counted_when_daypass_stops(self, open_office: OpenOffice) -> None:
        async with open_office() as office:
            for _ in range(A_MINUTE + 7):
                assert (await knock(office, "x", {}))[0] == 401
        async with open_office() as office:
            assert await self.counted(office) == [f"{SENTENCE} It came from several addresses (7 times)."]


class TestTheHealthOfTheProcess:
    async def answer(self, office: Office, path: str) -> tuple[int, dict[str, Any]]:
        async with office.session.get(f"{office.url}{path}") as answer:
            return answer.status, await answer.json()

    async def test_it_lives_and_is_ready(self, office: Office) -> None:
        assert await self.answer(office, "/healthz") == (200, {"status": "alive"})
        status, said = await self.answer(office, "/readyz")
        assert (status, said["status"]) == (200, "ready")

    async def test_with_vault_sealed_it_lives_but_is_not_ready(self, office: Office) -> None:
        office.servers.bao.seal()
        try:
            assert (await self.answer(office, "/healthz"))[0] == 200
            status, said = await self.answer(office, "/readyz")
            assert status == 503
            assert "sealed" in said["parts"]["vault"]
            assert said["parts"]["database"] == "ready"
        finally:
            await office.servers.bao.unseal()
        assert (await self.answer(office, "/readyz"))[0] == 200
