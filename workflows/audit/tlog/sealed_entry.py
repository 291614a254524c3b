"""Sealing: an entry of an export stands there as its hash alone, so that the rest verifies without it.

What is sealed can be shown later, to whoever may see it, and proves itself then by that hash.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from workflows.audit.tlog.canonical import LeafError, canonical, read_canonical
from workflows.audit.tlog.leaf import read_leaf
from workflows.audit.tlog.merkle import leaf_hash
from workflows.audit.tlog.typed_text import Text

FORMAT = "daypass/sealed/v1"
_HASH = re.compile(r"[0-9a-f]{64}")


def seal(leaf: bytes) -> bytes:
    """What stands in place of the event: canonical JSON with its leaf hash (RFC 6962) in hex."""
    return canonical({"format": FORMAT, "hash": leaf_hash(leaf).hex()})


def entry_hash(entry: bytes) -> bytes:
    """The leaf hash of an entry, be it an event or sealed."""
    return _sealed_hash(entry) or leaf_hash(entry)


def is_sealed(entry: bytes) -> bool:
    return _sealed_hash(entry) is not None


def seal_subjects(
    leaves: Iterable[bytes], texts: Iterable[Text], subjects: Collection[str]
) -> tuple[list[bytes], list[Text]]:
    """Entries and texts as they are shown to who may not see these subjects, nor what was refused in private."""
    entries: list[bytes] = []
    hidden: set[str] = set()
    for leaf in leaves:
        event = read_leaf(leaf)
        sealed = event.subject in subjects or "scope" in event.facts
        entries.append(seal(leaf) if sealed else leaf)
        if sealed:
            hidden.add(event.id)
    return entries, [text for text in texts if text.event not in hidden]


def split(entries: Sequence[bytes | None]) -> tuple[list[tuple[int, bytes]], int]:
    """The events with their index in the log, and how many entries are sealed. None is neither."""
    events = [
        (index, entry) for index, entry in enumerate(entries) if entry is not None and not is_sealed(entry)
    ]
    return events, len(entries) - entries.count(None) - len(events)


def _sealed_hash(entry: bytes) -> bytes | None:
    if not entry.startswith(b'{"format":"daypass/sealed/'):
        return None
    try:
        document = read_canonical(entry)
    except LeafError:
        return None
    match document:
        case {"format": "daypass/sealed/v1", "hash": str(found)} if len(document) == 2:
            return bytes.fromhex(found) if _HASH.fullmatch(found) else None
        case _:
            return None
