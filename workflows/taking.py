"""Taking events out of the house: what a search finds, as an extract that proves itself."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from workflows.audit.extract import Proven, Taken, make_extract
from workflows.audit.log import Log
from workflows.ports import Retryable
from workflows.reads import Logged

AT_ONCE = 500
"""Events whose proofs are made in one transaction."""


async def take(log: Log, found: Sequence[Logged], more: bool, about: Mapping[str, str]) -> Taken:
    """The extract of these events, in the order of the log, under its newest checkpoint. Raises Retryable.

    What is newer than that checkpoint is left out, and counted.
    """
    last = await log.last()
    if last is None:
        raise Retryable(
            "The log has no checkpoint yet, so nothing in it can be proven. Try again in a minute."
        )
    signed = [one for one in found if one.index < last.size]
    proofs: dict[int, tuple[bytes, ...]] = {}
    for some in _batches(signed):
        proofs |= await log.inclusion([one.index for one in some], last.size)
    events = (Proven(one.index, one.leaf, one.texts, proofs[one.index]) for one in signed)
    return make_extract(last.note, about, events, more, later=len(found) - len(signed))


def _batches(events: Iterable[Logged]) -> Iterable[list[Logged]]:
    every = iter(events)
    return iter(lambda: list(islice(every, AT_ONCE)), [])
