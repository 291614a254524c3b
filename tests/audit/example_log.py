"""A small log to test with: believable events, a key of its own, checkpoints signed as Vault would."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from workflows.audit.export.directory import write_export
from workflows.audit.tlog.checkpoint import Checkpoint
from workflows.audit.tlog.leaf import Entry, encode_leaf
from workflows.audit.tlog.merkle import leaf_hash, levels_of, root_at
from workflows.audit.tlog.note import VerifierKey, assemble, plain_signature, timed_message, timed_signature
from workflows.audit.tlog.typed_text import Text

ORIGIN = "daypass.example/log"
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(ORIGIN, PRIVATE.public_key().public_bytes_raw())
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OTHER_KEY = VerifierKey(ORIGIN, OTHER.public_key().public_bytes_raw())
"""Of the same name, as after a rotation."""


def entry(number: int, **changes: object) -> Entry:
    """Event `number` of a log in which three subjects take turns; each version has two events."""
    subject, step = number % 3, number // 3
    given = {
        "id": f"evt{number:05d}",
        "subject": f"acc_{subject}",
        "version": step // 2 + 1,
        "position": step % 2,
        "time": START + timedelta(seconds=number),
        "actor": "U0SCIENCE",
        "surface": "slack",
        "action": "requested",
        "facts": {
            "minutes": 60,
            "entitlement": "warehouse.read",
            "lease_id": f"database/creds/read/{number}",
        },
        "policy": "sha256:" + "ab" * 32,
        "texts": {"justification": f"because of ticket {number}"},
    }
    return Entry(**{**given, **changes})  # type: ignore[arg-type]


def salt(event: str) -> bytes:
    return sha256(event.encode()).digest()


def leaf(given: Entry) -> bytes:
    return encode_leaf(given, {field: salt(given.id) for field in given.texts})


def leaves(count: int) -> list[bytes]:
    return [leaf(entry(number)) for number in range(count)]


def texts(entries: Sequence[Entry]) -> list[Text]:
    return [
        Text(given.id, field, salt(given.id).hex(), text)
        for given in entries
        for field, text in given.texts.items()
    ]


def sign(checkpoint: Checkpoint, second: int | None = None, private: Ed25519PrivateKey = PRIVATE) -> str:
    """The signed checkpoint; with a second, it says when."""
    key = VerifierKey(checkpoint.origin, private.public_key().public_bytes_raw())
    signatures = [plain_signature(key, private.sign(checkpoint.body))]
    if second is not None:
        message = timed_message(checkpoint.body, second)
        signatures.append(timed_signature(key, second, private.sign(message)))
    return assemble(checkpoint.body, *signatures)


def checkpoints(given: Sequence[bytes], sizes: Sequence[int]) -> list[str]:
    levels = levels_of([leaf_hash(leaf) for leaf in given])
    start = int(START.timestamp())
    return [
        sign(Checkpoint(ORIGIN, size, root_at(levels, size)), start + 60 * minute)
        for minute, size in enumerate(sizes, start=1)
    ]


def export(target: Path, count: int, sizes: Sequence[int]) -> Path:
    """An export of `count` events with a checkpoint at each size, the last one being `count`."""
    entries = [entry(number) for number in range(count)]
    logged = [leaf(given) for given in entries]
    write_export(target, logged, texts(entries), checkpoints(logged, sizes), [KEY])
    return target
