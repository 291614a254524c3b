"""What every event sink promises, on real connections. A new kind needs an entry here."""

import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from integrations.egress import Reach
from integrations.event_sinks import KINDS, open_event_sinks, read_event_sinks
from integrations.event_sinks.syslog import SyslogEvents
from tests.audit.receivers import HttpReceiver, SplunkReceiver, SyslogReceiver
from workflows.audit.forwarding.sink import EventSink, Placed, Rejected
from workflows.audit.tlog.leaf import Entry, encode_leaf, read_leaf
from workflows.ports import Permanent, Retryable

pytestmark = pytest.mark.server
"""Each receiver is a server, be it a small one."""

AT = datetime(2026, 3, 2, 9, 30, 0, 5, tzinfo=UTC)


def event(index: int) -> Placed:
    entry = Entry("01M8", "acc_1", 2, 0, AT, "UADA", "slack", "access.approved", {"é": "…"}, None, {})
    data = encode_leaf(entry, {})
    return Placed(index, bytes([index]) * 32, AT, read_leaf(data), data, None)


@dataclass
class Bench:
    sink: EventSink
    receiver: HttpReceiver | SplunkReceiver | SyslogReceiver


def certificate(directory: Path) -> Path:
    """A certificate for localhost that trusts itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "receiver.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def at(url: str) -> AsyncIterator[EventSink]:
    given = {"siem": SecretStr(url)}
    read_event_sinks(given)
    async with open_event_sinks(given, Reach(), lambda: "daypass.example/log") as (sink,):
        yield sink


@asynccontextmanager
async def http(directory: Path) -> AsyncIterator[Bench]:
    receiver = HttpReceiver()
    async with at(receiver.url.replace("://", "://token@") + "/in?x=1") as sink:
        yield Bench(sink, receiver)
    receiver.stop()


@asynccontextmanager
async def splunk(directory: Path) -> AsyncIterator[Bench]:
    receiver = SplunkReceiver()
    async with at(receiver.url.replace("http://", "splunk+http://the-token@")) as sink:
        yield Bench(sink, receiver)
    receiver.stop()


@asynccontextmanager
async def syslog(directory: Path) -> AsyncIterator[Bench]:
    receiver = SyslogReceiver()
    async with at(f"syslog+tcp://127.0.0.1:{receiver.port}") as sink:
        yield Bench(sink, receiver)
    receiver.stop()


@asynccontextmanager
async def syslog_tls(directory: Path) -> AsyncIterator[Bench]:
    path = certificate(directory)
    receiver = SyslogReceiver(path)
    async with at(f"syslog+tls://localhost:{receiver.port}") as sink:
        assert isinstance(sink, SyslogEvents)
        sink._tls = ssl.create_default_context(cafile=path)
        yield Bench(sink, receiver)
    receiver.stop()


BENCHES: dict[str, Callable] = {
    "http": http,
    "splunk+http": splunk,
    "syslog+tcp": syslog,
    "syslog+tls": syslog_tls,
}
ENCRYPTED_TWINS = {"https": "http", "splunk": "splunk+http"}
"""The same code over the guarded client, whose TLS is tested in tests/outgoing."""


def test_every_registered_kind_has_a_case():
    assert {*BENCHES, *ENCRYPTED_TWINS} == set(KINDS)
    assert all(KINDS[one] is KINDS[other] for one, other in ENCRYPTED_TWINS.items())


@pytest.fixture(params=BENCHES)
async def bench(request, tmp_path: Path) -> AsyncIterator[Bench]:
    async with BENCHES[request.param](tmp_path) as found:
        yield found


class TestEverySink:
    async def test_delivers_batches_in_order(self, bench):
        await bench.sink.send([event(1), event(2)])
        await bench.sink.send([event(3)])
        found = bench.receiver.events
        assert [one["unmapped"]["index"] for one in found] == [1, 2, 3]
        assert found[0]["unmapped"]["event"]["facts"] == {"é": "…"}
        assert found[0]["metadata"]["log_name"] == "daypass.example/log"

    async def test_that_is_away_is_tried_again(self, bench):
        bench.receiver.stop()
        with pytest.raises(Retryable) as told:
            await bench.sink.send([event(1)])
        assert "token" not in str(told.value)


class TestHttp:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [(500, Retryable), (503, Retryable), (429, Retryable), (400, Rejected), (413, Rejected), (422, Rejected),
         (401, Permanent), (404, Permanent), (302, Permanent)],
    )  # fmt: skip
    async def test_says_what_an_answer_means(self, tmp_path, status, kind):
        async with http(tmp_path) as bench:
            bench.receiver.answers = [status]
            with pytest.raises(kind, match=str(status)) as told:
                await bench.sink.send([event(1)])
            assert type(told.value) is kind
            assert bench.receiver.events == []

    async def test_waits_as_long_as_it_is_asked_to(self, tmp_path):
        async with http(tmp_path) as bench:
            bench.receiver.poison = {1: 503}
            with pytest.raises(Retryable) as told:
                await bench.sink.send([event(1)])
            assert told.value.pause == 7

    async def test_brings_its_token_and_leaves_it_out_of_the_address(self, tmp_path):
        async with http(tmp_path) as bench:
            await bench.sink.send([event(1)])
            (call,) = bench.receiver.calls
            assert (call.path, call.headers["authorization"]) == ("/in?x=1", "Bearer token")


class TestSplunk:
    async def test_is_called_as_the_collector_is(self, tmp_path):
        async with splunk(tmp_path) as bench:
            await bench.sink.send([event(1), event(2)])
            (call,) = bench.receiver.calls
            assert (call.path, call.headers["authorization"]) == (
                "/services/collector/event", "Splunk the-token",
            )  # fmt: skip
            assert (
                b'"time": 1772443800.000005, "source": "daypass", "sourcetype": "daypass:ocsf"' in call.body
            )


class TestSyslog:
    async def test_writes_messages_of_rfc_5424(self, tmp_path):
        async with syslog(tmp_path) as bench:
            await bench.sink.send([event(9)])
            (message,) = bench.receiver.messages
            header = rb"<109>1 2026-03-02T09:30:00\.000005Z - daypass - 9 - \xef\xbb\xbf\{.*\}"
            assert re.fullmatch(header, message)

    async def test_that_closes_before_it_has_read_everything_is_sent_it_again(self, tmp_path):
        async with syslog(tmp_path) as bench:
            bench.receiver.resets = 100
            with pytest.raises(Retryable, match="didn't read everything"):
                await bench.sink.send([event(index) for index in range(200)])

    async def test_of_another_host_s_certificate_gets_nothing(self, tmp_path):
        receiver = SyslogReceiver(certificate(tmp_path))
        async with at(f"syslog+tls://localhost:{receiver.port}") as sink:
            with pytest.raises(Retryable):
                await sink.send([event(1)])
        assert receiver.messages == []
        receiver.stop()


@pytest.mark.parametrize(
    "given",
    [
        "no JSON", "[]", '{"SIEM": "https://siem.example"}', '{"siem": "ftp://siem.example/secret"}',
        '{"siem": "http://siem.example/secret"}', '{"siem": "https:///secret"}', '{"siem": "https://x:port/secret"}',
        '{"siem": "splunk://splunk.example:8088/secret"}', '{"siem": "syslog+tcp://siem.example:601"}',
        '{"siem": "syslog+tls://secret@siem.example"}', '{"siem": "https://[::1/secret"}',
    ],
)  # fmt: skip
def test_an_address_that_can_t_be_right_is_refused_without_being_repeated(given):
    with pytest.raises(ValueError) as told:
        read_event_sinks(given)
    assert "secret" not in str(told.value)
