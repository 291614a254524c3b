"""`POST /slack/events` takes what Slack has signed. All else gets a sentence, is on record, and changes nothing."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import text

from bot.demo.cast import GRACE
from bot.slack import http
from bot.slack.http import MAX_BODY_BYTES
from bot.slack.texts import NOT_SIGNED
from bot.web.deadline import MAX_UNFINISHED, Deadlined
from bot.web.health import FRESH_SECONDS, Health
from bot.web.rejections import RECORDED_PER_MINUTE
from tests.flow.conftest import OpenOffice, Sharing
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
        "container": {"type": "message", "channel_id": APPROVALS, "message_ts": shown["ts"]},
        "message": shown,
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


async def rejected(office: Office) -> list[str]:
    return [leaf.facts["code"] for leaf in await office.log() if leaf.action == "http.refused"]


class TestAnApprovalThatSlackDidNotSend(Sharing):
    async def test_the_same_click_well_signed_would_count(self, office: Office) -> None:
        """Signed in any other way it is refused, on record, and changes nothing."""
        body = await approval(office)
        forged: dict[str, Callable[[], dict[str, str]]] = {
            "another secret": lambda: signature(body, secret="a guess"),
            "no signature": lambda: {"Content-Type": FORM},
            "the signature of another body": lambda: signature("payload={}"),
            "too long ago": lambda: signature(body, at=time.time() - 301),
            "a time to come": lambda: signature(body, at=time.time() + 302),
            "a time that is none": lambda: signature(body) | {"X-Slack-Request-Timestamp": "soon"},
        }
        for number, (name, headers_now) in enumerate(forged.items(), 1):
            answered = await knock(office, body, headers_now())
            assert answered == (401, f"{NOT_SIGNED} Nothing was done.\n"), name
            assert (await office.newest()).status == "pending", name
            assert await rejected(office) == ["not-from-slack"] * number, name
        assert (await knock(office, body, signature(body)))[0] == 200
        assert (await office.newest()).status == "active"

    async def test_with_headers_that_make_no_sense(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        body = await approval(office)
        stamps = ("9" * 400, "-" + "9" * 400, "9" * 5_000, "1e999", "nan", "\u0663", "0x1", "")
        for stamp in stamps:
            headers = signature(body) | {"X-Slack-Request-Timestamp": stamp}
            assert (await knock(office, body, headers))[0] == 401
        assert (await office.newest()).status == "pending"
        assert await rejected(office) == ["not-from-slack"] * len(stamps)
        for signed in ("v0=\u00fc", "", "v0="):
            assert (await knock(office, body, signature(body) | {"X-Slack-Signature": signed}))[0] == 401
        assert (await office.newest()).status == "pending"
        assert "Traceback" not in caplog.text


class TestWhatIsNoRequestAtAll(Sharing):
    async def test_is_refused_before_anybody_reads_it(self, office: Office) -> None:
        headers = signature("") | {"Content-Type": "application/json", "X-Slack-Signature": "v0=00"}
        for body in (b"\xff\xfe\x00", b'{"type": ', b"", b"ssl_check=1", b"payload={"):
            assert (await knock(office, body, headers))[0] == 401
        assert await rejected(office) == ["not-from-slack"] * 5

    async def test_is_refused_when_larger_than_anything_slack_sends(self, office: Office) -> None:
        assert (await knock(office, b"x" * (MAX_BODY_BYTES + 1), {}))[0] == 413

    async def test_is_refused_when_it_does_not_say_how_large_it_is(self, office: Office) -> None:
        async def endless() -> Any:
            for _ in range(40):
                yield b"x" * 50_000

        assert (await knock(office, endless(), signature("")))[0] == 413


class TestSlackLookingAtTheCertificate(Sharing):
    """It signs nothing then: https://docs.slack.dev/interactivity/implementing-slash-commands."""

    async def test_is_no_intruder_and_nothing_is_done(self, office: Office) -> None:
        for query in ("ssl_check=1", "ssl_check=1&token=abc"):
            async with office.session.get(f"{office.url}/slack/events?{query}") as answer:
                assert (answer.status, await answer.text()) == (200, "")
            assert await knock(office, query, {"Content-Type": FORM}) == (200, "")
        assert await rejected(office) == []

    async def test_is_nothing_else_besides(self, office: Office) -> None:
        bodies = (
            "ssl_check=0",
            "ssl_check=1&payload={}",
            "ssl_check=1&command=/access",
            "ssl_check=1&token=a&token=b",
            "token=abc",
            "ssl_check=1&token=" + "a" * 300,
        )
        for body in bodies:
            assert (await knock(office, body, {"Content-Type": FORM}))[0] == 401
            async with office.session.get(f"{office.url}/slack/events?{body}") as answer:
                assert answer.status == 405
        assert await rejected(office) == ["not-from-slack"] * len(bodies)


class TestManyForgeries:
    async def test_fill_neither_the_audit_log_nor_the_process_log(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        for _ in range(3 * RECORDED_PER_MINUTE):
            assert (await knock(office, "secret=of-somebody", {}))[0] == 401
        assert len(await rejected(office)) == RECORDED_PER_MINUTE
        assert "of-somebody" not in caplog.text
        await office.forward(minutes=1)
        await knock(office, "secret=of-somebody", {})
        assert len(await rejected(office)) == RECORDED_PER_MINUTE + 2
        async with office.daypass.store.read_transaction() as connection:
            said = await connection.scalars(text("SELECT text FROM texts"))
            assert any(f"({2 * RECORDED_PER_MINUTE} times)" in sentence for sentence in said)

    async def counted(self, office: Office) -> list[str]:
        async with office.daypass.store.read_transaction() as connection:
            said = await connection.scalars(text("SELECT text FROM texts WHERE field = 'sentence'"))
            return [sentence for sentence in said if "times)" in sentence]

    async def test_are_counted_a_minute_later_though_nobody_comes_any_more(self, office: Office) -> None:
        for _ in range(RECORDED_PER_MINUTE + 7):
            assert (await knock(office, "x", {}))[0] == 401
        await office.daypass.rejections.count()
        assert await self.counted(office) == []
        await office.forward(minutes=1)
        await office.daypass.rejections.count()
        await office.daypass.rejections.count()
        assert await self.counted(office) == [f"{NOT_SIGNED} It came from several addresses (7 times)."]

    async def test_are_counted_when_daypass_stops(self, open_office: OpenOffice) -> None:
        async with open_office() as office:
            for _ in range(RECORDED_PER_MINUTE + 7):
                assert (await knock(office, "x", {}))[0] == 401
        async with open_office() as office:
            assert await self.counted(office) == [f"{NOT_SIGNED} It came from several addresses (7 times)."]


class TestWhoeverTakesTheirTime:
    """Real sockets, and a short deadline."""

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Deadlined, "request_seconds", 0.3)

    async def hold(self, office: Office, sent: bytes) -> bytes:
        """What comes back on a connection that sends this and nothing more, until it is closed."""
        port = int(office.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(20):
            said = await reader.read()
        writer.close()
        return said

    async def test_is_hung_up_on_whatever_part_is_missing(self, office: Office) -> None:
        head = "POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
        plausible = "".join(f"{name}: {value}\r\n" for name, value in signature("x").items())
        for sent in ("", "P", head, head + plausible + "\r\n", head + plausible + "\r\n12345"):
            said = await self.hold(office, sent.encode())
            assert b" 200 " not in said
        after = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal"
        assert (await self.hold(office, after.encode())).count(b"alive") == 1

    async def test_crowds_out_nobody(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Deadlined, "request_seconds", 60)
        port = int(office.url.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MAX_UNFINISHED + 50)]
        for _, writer in held:
            writer.write(b"POST /slack/events HTTP/1.1\r\n")
        body = await approval(office)
        assert (await knock(office, body, signature(body)))[0] == 200
        assert (await office.newest()).status == "active"
        closed = [one for one, _ in held if one.at_eof()]
        assert len(closed) >= 50
        for _, writer in held:
            writer.close()

    async def test_is_refused_before_the_body_unless_it_may_be_signed(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Deadlined, "request_seconds", 15)
        head = "POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n"
        assert b" 401 " in await self.hold(office, f"{head}\r\n".encode())
        long = head.replace("900000", "9" * 15) + "\r\n"
        assert b" 413 " in await self.hold(office, long.encode())


async def test_what_is_read_at_once_is_bounded_and_small_requests_come_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "MAX_READING", 150_000)
    reading, go_on = http.BodyReading(), asyncio.Event()

    class Sending:
        def __init__(self, size: int, waits: bool = False) -> None:
            self.size, self.waits = size, waits

        async def stream(self) -> Any:
            yield b"x" * self.size
            if self.waits:
                await go_on.wait()

    async def read(size: int, waits: bool = False) -> bytes:
        return await reading.read(Sending(size, waits))  # type: ignore[arg-type]

    held = asyncio.create_task(read(140_000, waits=True))
    await asyncio.sleep(0)
    with pytest.raises(http.Busy):
        await read(120_000)
    assert len(await read(50_000)) == 50_000
    go_on.set()
    assert len(await held) == 140_000
    assert len(await read(120_000)) == 120_000


async def test_however_many_ask_whether_it_is_ready_the_parts_are_asked_once_in_a_while() -> None:
    asked, clock = [], [0.0]

    async def check() -> str | None:
        asked.append(clock[0])
        return None

    health = Health({"vault": check}, lambda: clock[0])
    for at in (0.0, 1.0, FRESH_SECONDS - 0.1, FRESH_SECONDS + 0.1):
        clock[0] = at
        await asyncio.gather(*(health.reasons() for _ in range(50)))
    assert asked == [0.0, FRESH_SECONDS + 0.1]


class TestTheHealthOfTheProcess:
    async def answer(self, office: Office, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
        async with office.session.get(f"{office.url}{path}", headers=headers) as answer:
            return answer.status, await answer.json()

    async def test_it_lives_and_is_ready(self, office: Office) -> None:
        assert await self.answer(office, "/healthz") == (200, {"status": "alive"})
        status, said = await self.answer(office, "/readyz")
        assert (status, said["status"]) == (200, "ready")

    async def test_with_vault_sealed_it_lives_but_is_not_ready(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        office.servers.bao.seal()
        try:
            assert (await self.answer(office, "/healthz"))[0] == 200
            status, said = await self.answer(office, "/readyz")
            assert status == 503
            assert said["parts"] == {
                "database": "ready",
                "vault": "not ready",
                "targets": "ready",
                "tickets": "ready",
                "slack": "ready",
                "policy bundle": "ready",
                "clocks": "ready",
                "audit log": "ready",
            }
            assert "vault is not ready: Vault is sealed" in caplog.text
        finally:
            await office.servers.bao.unseal()
