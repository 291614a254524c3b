"""What every place for the log's signed heads promises. A new sink needs an entry here."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from bot.slack.audit_channel import AuditChannel
from bot.slack.message_store import MessageStore
from integrations.aws_signature import sign
from integrations.sinks import KINDS, open_sinks
from integrations.slack.channel_lookup import ChannelLookup
from tests.builders import Clock, Database
from tests.loopback import Call, Loopback, Reply
from tests.sandbox.shop import opened
from workflows.audit.growth import vouched_for
from workflows.audit.sequencer import Head
from workflows.audit.sinks import LogSink
from workflows.audit.tlog.checkpoint import checkpoints_in
from workflows.database.store import opened as opened_store
from workflows.database.stored_messages import StoredMessages
from workflows.ports import Permanent, Retryable

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROOT = "9XG2+x3bBPm1RVP3HZO1zDq4RZcqFsY0cyQF0Ym8Bys="


def head(size: int) -> Head:
    signature = "— daypass.example/audit TGkaHyjWuB0kXAuqtGEZpTqpHkYOvSeQsg=="
    return Head(size, f"daypass.example/audit\n{size}\n{ROOT}\n\n{signature}\n", AT)


@asynccontextmanager
async def audit_channel(directory: Path, database: Database) -> AsyncIterator[LogSink]:
    async with opened() as shop, opened_store(database.url) as store:
        channels = ChannelLookup(shop.client)
        yield AuditChannel(
            shop.client,
            channels,
            MessageStore(shop.client, StoredMessages(store, Clock())),
            lambda: "#general",
        )


@asynccontextmanager
async def file(directory: Path, database: Database) -> AsyncIterator[LogSink]:
    yield open_sinks([f"file://{directory}/checkpoints.jsonl"])[0]


@asynccontextmanager
async def object_lock(directory: Path, database: Database) -> AsyncIterator[LogSink]:
    """Moto's S3 server, which knows object lock. It is loaded where it is used: every process collects this file."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx2.post(f"http://{host}:{port}/moto-api/reset")  # what it knows is the process's
    client = bucket_of(f"http://{host}:{port}")
    client.create_bucket(Bucket="log", ObjectLockEnabledForBucket=True)
    keys = directory / "keys"
    keys.write_text("the-id\nthe-secret\n")
    yield open_sinks([f"s3+http://{host}:{port}/log/daypass?keys={keys}&days=400"])[0]
    client.close()
    server.stop()


class Receiver(Loopback):
    """Keeps what it is sent with the right token, once, and shows it unless it `hides` it."""

    methods = ("GET", "POST")

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.hides = False
        self.status = 200
        super().__init__()

    def reply(self, call: Call) -> Reply:
        if call.headers.get("authorization") != "Bearer the-token":
            return Reply(401, b"")
        if self.status != 200 or (self.hides and call.method == "GET"):
            return Reply(self.status if self.status != 200 else 405, b"")
        if call.method == "POST" and call.body.decode() not in self.notes:
            self.notes.append(call.body.decode())
        return Reply(200, "\n".join(self.notes).encode())


@asynccontextmanager
async def http(directory: Path, database: Database) -> AsyncIterator[LogSink]:
    async with receiving(directory) as (sink, _):
        yield sink


@asynccontextmanager
async def receiving(directory: Path) -> AsyncIterator[tuple[LogSink, Receiver]]:
    receiver, token = Receiver(), directory / "token"
    token.write_text("the-token\n")
    yield open_sinks([f"{receiver.url}/checkpoints?x=1#token={token}"])[0], receiver
    receiver.stop()


def bucket_of(url: str):
    import boto3

    return boto3.client(
        "s3", endpoint_url=url, aws_access_key_id="id", aws_secret_access_key="s", region_name="us-east-1"
    )


S3 = pytest.param("s3+http", marks=pytest.mark.server)
SINKS = {"audit channel": audit_channel, "file": file, "s3+http": object_lock, "http": http}


def test_every_registered_kind_has_a_case():
    assert {*KINDS, "audit channel"} == {*SINKS, "s3+https", "https"}
    assert KINDS["https"] is KINDS["http"]
    assert KINDS["s3+https"] is KINDS["s3+http"]


@pytest.fixture(params=[S3 if one == "s3+http" else one for one in SINKS])
async def sink(request, tmp_path: Path, sqlite_database: Database) -> AsyncIterator[LogSink]:
    async with SINKS[request.param](tmp_path, sqlite_database) as found:
        yield found


def notes(texts) -> list[str]:
    return [note.decode() for text in texts for note in checkpoints_in(text)]


class TestEverySink:
    async def test_gives_back_whole_notes_as_they_were_signed(self, sink):
        assert notes(await sink.kept()) == []
        for size in (3, 8):
            await sink.keep(head(size))
        assert {*notes(await sink.kept())} == {head(3).note, head(8).note}

    async def test_keeps_the_same_head_once(self, sink):
        for _ in range(3):
            await sink.keep(head(3))
        assert notes(await sink.kept()) == [head(3).note]

    async def test_says_where_it_is(self, sink):
        assert sink.where.startswith("the ")


class TestAFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "checkpoints.jsonl"

    @pytest.fixture
    def sink(self, path: Path) -> LogSink:
        return open_sinks([f"file://{path}"])[0]

    async def test_has_a_line_of_json_a_checkpoint(self, sink, path):
        await sink.keep(head(3))
        (line,) = path.read_text().splitlines()
        assert json.loads(line) == {
            "type": "daypass.checkpoint", "time": "2026-03-02T09:30:00+00:00", "size": 3, "note": head(3).note,
        }  # fmt: skip

    async def test_passes_over_lines_that_others_wrote_or_that_were_cut(self, sink, path):
        path.write_bytes(b'not json\n["a list"]\n{"type": "daypass.checkpoint", "no')
        assert await sink.kept() == []

    async def test_that_was_cut_in_the_middle_goes_on_in_a_line_of_its_own(self, sink, path):
        path.write_bytes(b'{"type": "daypass.checkpoint", "no')
        await sink.keep(head(3))
        assert notes(await sink.kept()) == [head(3).note]

    async def test_that_can_t_be_written_is_tried_again_with_its_reason(self, tmp_path):
        sink = open_sinks([f"file://{tmp_path}/missing/checkpoints.jsonl"])[0]
        with pytest.raises(Retryable, match="can't be written"):
            await sink.keep(head(3))

    @pytest.mark.parametrize("url", ["file://relative", "file://", "file:///", "syslog://x", "/var/log/x"])
    def test_needs_a_whole_path(self, url):
        with pytest.raises(ValueError, match=r"names no file|isn't a sink"):
            open_sinks([url])


@pytest.mark.server
class TestObjectLock:
    async def test_nobody_can_delete_a_checkpoint_before_its_time(self, tmp_path, sqlite_database):
        async with object_lock(tmp_path, sqlite_database) as sink:
            await sink.keep(head(3))
            client = bucket_of(sink._base.removesuffix("/log"))
            (version,) = client.list_object_versions(Bucket="log")["Versions"]
            found = client.head_object(Bucket="log", Key=version["Key"])
            assert found["ObjectLockMode"] == "COMPLIANCE"
            assert found["ObjectLockRetainUntilDate"] == AT + timedelta(days=400)
            with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
                client.delete_object(Bucket="log", Key=version["Key"], VersionId=version["VersionId"])

    async def test_the_newest_are_read_back(self, tmp_path, sqlite_database):
        async with object_lock(tmp_path, sqlite_database) as sink:
            for size in range(8, 20):
                await sink.keep(head(size))
            assert notes(await sink.kept()) == [head(size).note for size in (19, 18, 17, 16, 15)]

    def test_requests_are_signed_as_amazon_s_own_library_signs_them(self, monkeypatch):
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        url = "https://s3.example:9000/log/a-b_c.txt?list-type=2&max-keys=5&prefix=day%2Fpass"
        body, headers = b"note", {"x-amz-object-lock-mode": "COMPLIANCE", "if-none-match": "*"}
        theirs = AWSRequest("PUT", url, headers=dict(headers), data=body)
        S3SigV4Auth(Credentials("id", "secret"), "s3", "eu-central-1").add_auth(theirs)
        at = datetime.strptime(theirs.context["timestamp"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        ours = sign("PUT", url, headers, body, ("id", "secret"), ("eu-central-1", "s3"), at)
        assert ours["authorization"] == theirs.headers["Authorization"]

    async def test_without_its_keys_or_its_server_says_why(self, tmp_path):
        sink = open_sinks([f"s3+http://127.0.0.1:1/log?keys={tmp_path}/missing"])[0]
        with pytest.raises(Permanent, match="missing can't be read"):
            await sink.keep(head(3))
        (tmp_path / "missing").write_text("id secret")
        with pytest.raises(Retryable, match="can't be reached"):
            await sink.keep(head(3))

    @pytest.mark.parametrize(
        "url",
        ["s3+https://s3.example?keys=/k", "s3+https://s3.example/log", "s3+http://s3.example/log?keys=/k",
         "s3+https://id:secret@s3.example/log?keys=/k", "s3+https://s3.example/log?keys=/k&days=0",
         "s3+https://s3.example/log?keys=/k&day=3"],
    )  # fmt: skip
    def test_needs_a_whole_address(self, url):
        with pytest.raises(ValueError) as told:
            open_sinks([url])
        assert "secret" not in str(told.value)


class TestHttp:
    async def test_one_that_shows_nothing_is_sent_to_all_the_same(self, tmp_path):
        async with receiving(tmp_path) as (sink, receiver):
            receiver.hides = True
            assert await sink.kept() == []
            await sink.keep(head(3))
            assert receiver.notes == [head(3).note]

    @pytest.mark.parametrize(("status", "kind"), [(500, Retryable), (400, Permanent), (302, Permanent)])
    async def test_says_what_an_answer_means(self, tmp_path, status, kind):
        async with receiving(tmp_path) as (sink, receiver):
            receiver.status = status
            for asked in (sink.keep(head(3)), sink.kept()):
                with pytest.raises(kind, match=str(status)):
                    await asked
            receiver.status = 200
            await sink.keep(head(3))
            assert receiver.notes == [head(3).note]

    async def test_with_a_wrong_token_or_without_one_says_so(self, tmp_path):
        async with receiving(tmp_path) as (sink, _):
            (tmp_path / "token").write_text("another")
            with pytest.raises(Permanent, match="401"):
                await sink.keep(head(3))
            (tmp_path / "token").unlink()
            with pytest.raises(Permanent, match="can't be read"):
                await sink.keep(head(3))

    @pytest.mark.parametrize(
        "url",
        ["http://log.example/in", "https://user:secret@log.example/in", "https://log.example/in#secret"],
    )
    def test_needs_a_protected_address(self, url):
        with pytest.raises(ValueError) as told:
            open_sinks([url])
        assert "secret" not in str(told.value)


async def test_what_nobody_of_the_log_signed_is_not_believed(tmp_path):
    sink = open_sinks([f"file://{tmp_path}/checkpoints.jsonl"])[0]
    await sink.keep(head(3))
    assert vouched_for(await sink.kept(), "daypass.example/audit", [b"k" * 32], sink.where) == []
