"""Making the file that proves one request, release or incident: all of its events that are signed, each with its proof."""

import asyncio
from datetime import UTC, datetime
from itertools import takewhile

from workflows.audit.export.extract import PROVES, Proven, Taken, make_extract
from workflows.audit.log import Log
from workflows.ledger.repository import Repository
from workflows.ports import Permanent, Retryable
from workflows.queries.extract import MAX_EXTRACT_BYTES, newest_within


async def prove(log: Log, reads: Repository, subject: str, now: datetime) -> Taken:
    """Make the proof of this subject, whole, under the log's newest checkpoint. `later` counts what nothing signs yet.

    Raises Retryable if none of it is signed yet, or the log isn't indexed that far, and Permanent if there is nothing of
    it, or more than a file can hold.
    """
    story = await reads.story(subject)
    if not story:
        raise Permanent(f"The log has nothing of {subject}. Its id is on the card's last line.")
    last = await log.last()
    size = last.size if last else 0
    places = (size if one.index is None else one.index for one in story)
    signed = list(takewhile(lambda index: index < size, places))
    if last is None or not signed:
        raise Retryable(f"No checkpoint signs an event of {subject} yet. Try again in a minute.")
    found = await reads.logged(signed)
    events = [found[index] for index in signed]
    if len(newest_within(events, MAX_EXTRACT_BYTES)) < len(events):
        raise Permanent(
            f"{subject} has more events than a file of 20 MB can hold. Export the whole log instead."
        )
    proofs = await log.inclusion(signed, size)
    proven = [Proven(one.index, one.leaf, one.texts, proofs[one.index]) for one in events]
    about = {PROVES: subject, "taken_at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    later = len(story) - len(signed)
    return await asyncio.to_thread(make_extract, last.note, about, proven, more=False, later=later)
