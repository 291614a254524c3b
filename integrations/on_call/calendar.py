"""Calendars in the iCalendar format (RFC 5545): each event is a shift of whoever is invited to it.

A calendar is asked for with the tag of its last version, and read by a process of its own (`calendar_worker.py`) when it
has changed, or when the days that were read are nearly over.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.json_answers import moment
from integrations.on_call.answers import Answers
from integrations.on_call.kind import OnCallAccounts, OnCallKind, Read, Window
from workflows.policy.on_call import Span
from workflows.policy.schema.on_call import CalendarBlock, OnCallBlock
from workflows.ports import Permanent, Retryable

SYSTEM = "The calendar"
SETTING = "DAYPASS_CALENDARS"
AHEAD = timedelta(days=14)
"""For which shifts are read at once."""
WORKER_SECONDS = 30.0
UNKNOWN_NAME = "DAYPASS_CALENDARS has no calendar of this name. Ask an operator to add it."
NO_CALENDAR = "The calendar can't be read: it isn't valid, or it is too large."
BUSY = "The calendar couldn't be read in time."
_BEGINS = b"BEGIN:VCALENDAR"
_WORKER = Path(__file__).with_name("calendar_worker.py")


@dataclass(frozen=True)
class _Version:
    """A calendar as it was when it was read last; `spans` are complete until `until`."""

    text: bytes
    tag: str
    spans: tuple[Span, ...]
    since: datetime
    until: datetime

    def covers(self, window: Window) -> bool:
        return self.since <= window.since and window.until <= self.until


def _reader(accounts: OnCallAccounts, answers: Answers) -> Read:
    versions: dict[tuple[str, str], _Version] = {}
    """By the calendar's address, and the zone in which it was read."""

    async def read(schedule: OnCallBlock, window: Window) -> tuple[Span, ...]:
        block = schedule.ical
        assert block is not None
        address = _address(block, accounts)
        known = versions.get((address, block.zone))
        headers = {"If-None-Match": known.tag} if known and known.tag else {}
        answer = await answers.get(SYSTEM, SETTING, address, headers)
        unchanged = answer.status_code == 304 and known is not None
        text = known.text if known and unchanged else answer.content
        if known is None or known.text != text or not known.covers(window):
            spans = await _shifts(text, block.zone, window.since)
            tag = known.tag if known and unchanged else answer.headers.get("etag", "")
            known = _Version(text, tag, spans, window.since, window.since + AHEAD)
            versions[address, block.zone] = known
        return known.spans

    return read


def _address(block: CalendarBlock, accounts: OnCallAccounts) -> str:
    if block.url.startswith("https://"):
        return block.url
    secret = accounts.calendars.get(block.url)
    if secret is None:
        raise Permanent(UNKNOWN_NAME)
    return secret.get_secret_value()


async def _shifts(text: bytes, zone: str, since: datetime) -> tuple[Span, ...]:
    """Read by the worker. Raises Retryable or Permanent."""
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n")[: len(_BEGINS)].upper() == _BEGINS:
        raise Permanent(NO_CALENDAR)
    asked = {
        "text": text.decode("utf-8", "replace"),
        "zone": zone,
        "since": since.isoformat(),
        "seconds": AHEAD.total_seconds(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_WORKER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(WORKER_SECONDS):
            said, _ = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise Retryable(BUSY) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _spans(said)


def _spans(said: bytes) -> tuple[Span, ...]:
    try:
        found: Mapping[str, Any] = json.loads(said)
    except ValueError:
        raise Permanent(NO_CALENDAR) from None
    if "shifts" not in found:
        raise Permanent(NO_CALENDAR)
    return tuple(Span(who, moment(begins), moment(ends)) for who, begins, ends in found["shifts"])


ICAL = OnCallKind("ical", _reader)
