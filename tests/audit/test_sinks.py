"""What every place for the log's signed heads promises. A new sink needs an entry here."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.slack.audit_channel import AuditChannel
from bot.slack.message_store import MessageStore
from integrations.sinks import KINDS, open_sinks
from integrations.slack.channel_lookup import ChannelLookup
from tests.builders import Clock, Database
from tests.sandbox.shop import opened
from workflows.audit.growth import vouched_for
from workflows.audit.sequencer import Head
from workflows.audit.sinks import LogSink
from workflows.audit.tlog.checkpoint import checkpoints_in
from workflows.database.store import opened as opened_store
from workflows.database.stored_messages import StoredMessages
from workflows.ports import Retryable

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


SINKS = {"audit channel": audit_channel, "file": file}


def test_every_registered_kind_has_a_case():
    assert {*KINDS, "audit channel"} == set(SINKS)


@pytest.fixture(params=SINKS)
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


async def test_what_nobody_of_the_log_signed_is_not_believed(tmp_path):
    sink = open_sinks([f"file://{tmp_path}/checkpoints.jsonl"])[0]
    await sink.keep(head(3))
    assert vouched_for(await sink.kept(), "daypass.example/audit", [b"k" * 32], sink.where) == []
