"""Some events of the log as JSON Lines, each with its proof: what a search found, to be verified offline.

The first line has the signed checkpoint that every proof leads to; the last one counts the events and has a
digest over all lines before it, so that a cut is seen. Every line is canonical JSON (RFC 8785).
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.audit.tlog.canonical import canonical, read_canonical
from workflows.audit.tlog.typed_text import Text

HEAD = "daypass/extract/v1"
END = "daypass/extract-end/v1"
PROVES = "proves"
"""In `about`: the id of the one request, release or incident that the extract has all signed events of."""


@dataclass(frozen=True)
class Proven:
    """An event of an extract: its place in the log, its exact bytes, what was typed, its inclusion proof."""

    index: int
    leaf: bytes
    texts: tuple[Text, ...]
    proof: Sequence[bytes]


@dataclass(frozen=True)
class Taken:
    """What was taken, whole. `digest` (SHA-256, hex) of an extract is over its lines but the last, which states it.

    `more`: others fit as well and were left out. `later`: so many fit and were left out, for nothing signs them yet.
    """

    data: bytes
    events: int
    digest: str
    more: bool
    later: int


def make_extract(
    note: str, about: Mapping[str, str], events: Iterable[Proven], more: bool, later: int
) -> Taken:
    """The extract under the checkpoint `note`; `about` says who took what, and when. For `more` and `later` see Taken."""
    head = {"format": HEAD, "about": dict(about), "checkpoint": note, "more": more, "later": later}
    lines = [canonical(head), *map(_line, events)]
    body = b"".join(line + b"\n" for line in lines)
    count, digest = len(lines) - 1, hashlib.sha256(body).hexdigest()
    end = {"format": END, "events": count, "digest": digest}
    return Taken(body + canonical(end) + b"\n", count, digest, more, later)


def read_texts(event: str, said: object) -> Iterator[Text]:
    """The texts of an event of an extract. Raises ValueError if they aren't written as such."""
    if not isinstance(said, list):
        raise ValueError("Its texts aren't a list.")
    for one in said:
        match one:
            case {"field": str(field), "salt": str(salt), "text": str(text)} if len(one) == 3:
                yield Text(event, field, salt, text)
            case _:
                raise ValueError("A text of it isn't an object of field, salt and text.")


def read_proof(said: object) -> list[bytes]:
    """Raises ValueError if it isn't a list of hashes in base64, each as it is written."""
    if not isinstance(said, list):
        raise ValueError("Its proof isn't a list.")
    proof = [base64.b64decode(str(one), validate=True) for one in said]
    if any(len(step) != 32 for step in proof) or [_base64(step) for step in proof] != said:
        raise ValueError("Its proof isn't a list of hashes of 32 bytes in base64.")
    return proof


def read_line(line: bytes) -> dict[str, object]:
    """Raises ValueError unless it is an object in canonical form."""
    read = read_canonical(line)
    if not isinstance(read, dict):
        raise ValueError("It isn't a JSON object.")
    return read


def _line(event: Proven) -> bytes:
    """Canonical, for the leaf is, and the names stand in their order: the bytes that were logged, untouched."""
    texts = [{"field": one.field, "salt": one.salt, "text": one.text} for one in event.texts]
    proof = [_base64(step) for step in event.proof]
    return b'{"event":%b,"index":%d,"proof":%b,"texts":%b}' % (
        event.leaf,
        event.index,
        canonical(proof),
        canonical(texts),
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
