"""Taking events out of the house: what a search finds, as an extract that proves itself."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, islice, takewhile

from workflows.audit.export.extract import Proven, Taken, make_extract
from workflows.audit.log import Log, Signed
from workflows.ledger.repository import Logged
from workflows.ports import Retryable

EVENTS_PER_READ = 500
"""Events whose proofs are made in one transaction."""
MAX_EXTRACT_BYTES = 20_000_000
"""Bytes of the events of an export, and of what was typed with them."""


async def take(log: Log, found: Sequence[Logged], more: bool, about: Mapping[str, str]) -> Taken:
    """The extract of these events, in the order of the log, under its newest checkpoint. Raises Retryable.

    What is newer than that checkpoint is left out, and counted. Where all would be too large, the oldest are left out.
    """
    last = await log.last()
    if last is None:
        raise Retryable(
            "The log has no checkpoint yet, so there are no proofs to export. Try again in a minute."
        )
    every = [one for one in found if one.index < last.size]
    signed = newest_within(every, MAX_EXTRACT_BYTES)
    more, later = more or len(signed) < len(every), len(found) - len(every)
    return await take_under(log, last, signed, about, more, later)


async def take_under(
    log: Log,
    signed: Signed,
    found: Sequence[Logged],
    about: Mapping[str, str],
    more: bool = False,
    later: int = 0,
) -> Taken:
    """The extract of these events, however large, under a checkpoint that signs all of them. Raises Retryable."""
    proofs: dict[int, tuple[bytes, ...]] = {}
    for some in _batches(found):
        proofs |= await log.inclusion([one.index for one in some], signed.size)
    events = [Proven(one.index, one.leaf, one.texts, proofs[one.index]) for one in found]
    return await asyncio.to_thread(make_extract, signed.note, about, events, more, later)


def newest_within(found: Sequence[Logged], most: int) -> list[Logged]:
    """The last of these events that together have at most `most` bytes, in their order."""
    sizes = accumulate(_size(one) for one in reversed(found))
    count = sum(1 for _ in takewhile(lambda size: size <= most, sizes))
    return list(found[len(found) - count :])


def _size(event: Logged) -> int:
    return len(event.leaf) + sum(len(one.text.encode()) for one in event.texts)


def _batches(events: Iterable[Logged]) -> Iterable[list[Logged]]:
    every = iter(events)
    return iter(lambda: list(islice(every, EVENTS_PER_READ)), [])
