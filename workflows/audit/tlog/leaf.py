"""An audit event as the bytes that are stored and hashed: canonical JSON (RFC 8785), made once.

Free text typed by people is not in these bytes. They hold a salted commitment to it, so that the text
itself can be erased without breaking a proof.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from workflows.audit.tlog.canonical import (
    MAX_INTEGER,
    LeafError,
    at_first_sight,
    canonical,
    canonical_ascii,
    is_exact,
    read_strictly,
)

FORMAT = "daypass/event/v1"
MAX_LEAF_BYTES = 65_535
"""What the length of an entry in a tlog-tiles bundle can say."""

_SHORTEST_SALT = 16
_TEXT_DOMAIN = b"daypass/text/v1\n"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_COMMITMENT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """An audit event before it is written. `texts` is what people typed, by field.

    `of` is how many events its subject has at this version, if it isn't the only one.
    """

    id: str
    subject: str
    version: int
    position: int
    time: datetime
    actor: str
    surface: str
    action: str
    facts: Mapping[str, Any]
    policy: str | None
    texts: Mapping[str, str]
    of: int | None = None


class Leaf(NamedTuple):
    """An audit event as read back. `texts` holds a commitment (64 hex digits) for each field.

    A tuple, as a frozen dataclass of twelve fields takes as long to make as the rest of reading it.
    `of` is how many events its subject has at this version; None if it is the only one.
    """

    id: str
    subject: str
    version: int
    position: int
    time: datetime
    actor: str
    surface: str
    action: str
    facts: Mapping[str, Any]
    policy: str | None
    texts: Mapping[str, str]
    of: int | None = None


def commitment(salt: bytes, text: str) -> str:
    """SHA-256, in hex, over a domain line, the salt's length in one byte, the salt, and the text in UTF-8.

    The length keeps a byte from moving between salt and text, so that one commitment opens to one text.
    """
    if not _SHORTEST_SALT <= len(salt) <= 255:
        raise LeafError(f"A salt has 16 to 255 random bytes; this one has {len(salt)}.")
    return hashlib.sha256(_TEXT_DOMAIN + bytes([len(salt)]) + salt + _utf8(text)).hexdigest()


def encode_leaf(entry: Entry, salts: Mapping[str, bytes]) -> bytes:
    """The event's bytes, to be stored as they are and never made again. One salt for each text.

    Raises LeafError if the facts aren't JSON without floats, an integer is beyond ±(2^53 - 1), a time is
    not UTC, a text has no salt, or the whole is longer than 65,535 bytes.
    """
    if entry.texts.keys() != salts.keys():
        raise LeafError(
            f"Event {entry.id} has texts {sorted(entry.texts)} but salts for {sorted(salts)}: give each text its own."
        )
    for fault in _faults("facts", entry.facts):
        raise LeafError(f"Event {entry.id} can't be logged: {fault}.")
    document = {
        "format": FORMAT,
        "id": entry.id,
        "subject": entry.subject,
        "version": entry.version,
        "position": entry.position,
        "time": _write_time(entry.time),
        "actor": entry.actor,
        "surface": entry.surface,
        "action": entry.action,
        "facts": entry.facts,
        "policy": entry.policy,
        "texts": {field: commitment(salts[field], text) for field, text in entry.texts.items()},
    }
    if entry.of is not None:
        document["of"] = entry.of
    data = canonical_ascii(document) or canonical(document)
    _check(document)
    if len(data) > MAX_LEAF_BYTES:
        raise LeafError(
            f"Event {entry.id} ({entry.action}) is {len(data):,} bytes long and a log entry holds {MAX_LEAF_BYTES:,}: "
            "keep large evidence elsewhere and log its hash."
        )
    return data


def read_leaf(data: bytes) -> Leaf:
    """Read an event's bytes back. Raises LeafError unless they are exactly what `encode_leaf` writes."""
    if len(data) > MAX_LEAF_BYTES:
        raise LeafError(f"It is {len(data):,} bytes long; an event has at most {MAX_LEAF_BYTES:,}.")
    document = at_first_sight(data)
    if not _is_event(document) or not is_exact(document["facts"]):
        document = read_strictly(data)
        _check(document)
    _, id, subject, version, position, time, actor, surface, action, facts, policy, texts = _fields(document)
    return Leaf(
        id,
        subject,
        version,
        position,
        _read_time(time),
        actor,
        surface,
        action,
        facts,
        policy,
        texts,
        document.get("of"),
    )


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise LeafError(
            "A text contains half a character (a lone surrogate), which no UTF-8 can carry."
        ) from error


def _faults(path: str, value: Any) -> Iterator[str]:
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > MAX_INTEGER:
                yield f"{path} is {value}, beyond what every JSON reader keeps exact (2^53 - 1); give it as a string"
        case Mapping():
            yield from _faults_in_mapping(path, value)
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _faults(f"{path}[{index}]", item)
        case float():
            yield f"{path} is the float {value}; give it as an integer of a smaller unit, or as a string"
        case _:
            yield f"{path} is a {type(value).__name__}, which JSON doesn't have"


def _faults_in_mapping(path: str, value: Mapping[Any, Any]) -> Iterator[str]:
    for name, item in value.items():
        if not isinstance(name, str):
            yield f"{path} has the name {name!r}, which isn't a string"
        yield from _faults(f"{path}.{name}", item)


def _write_time(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None or offset:
        raise LeafError(f"Events carry UTC times; {moment.isoformat()} isn't one.")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _read_time(text: str) -> datetime:
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # such as the 31st of February
    raise LeafError(f"Its time, {text!r}, isn't written like 2026-01-31T12:00:00.000000Z.")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= least


def _is_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_commitment, value.values()))


def _is_commitment(value: Any) -> bool:
    return type(value) is str and _COMMITMENT.fullmatch(value) is not None


_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "format": lambda value: value == FORMAT,
    "id": _is_word,
    "subject": _is_word,
    "version": _is_count(1),
    "position": _is_count(0),
    "time": lambda value: isinstance(value, str),
    "actor": _is_word,
    "surface": _is_word,
    "action": _is_word,
    "facts": lambda value: isinstance(value, Mapping),
    "policy": lambda value: value is None or _is_word(value),
    "texts": _is_texts,
}
_fields = itemgetter(*_FIELDS)
"""All values of an event at once, in this order; raises KeyError if one is missing."""


def _is_event(document: Any) -> bool:
    """Whether it is surely an event, at first sight; `_check` says what another one lacks."""
    if type(document) is not dict or len(document) != len(_FIELDS) + ("of" in document):
        return False
    try:
        given, id, subject, version, position, time, actor, surface, action, facts, policy, texts = _fields(
            document
        )
    except KeyError:
        return False
    of = document.get("of", 2)
    return bool(
        given == FORMAT
        and type(id) is type(subject) is type(actor) is type(surface) is type(action) is type(time) is str
        and id
        and subject
        and actor
        and surface
        and action
        and type(version) is type(position) is type(of) is int
        and version >= 1
        and position >= 0
        and of >= 2
        and type(facts) is type(texts) is dict
        and (policy is None or (type(policy) is str and policy))
        and all(map(_is_commitment, texts.values()))
    )


def _check(document: Any) -> None:
    if _is_event(document):
        return
    if not isinstance(document, dict) or document.keys() - {"of"} != _FIELDS.keys():
        raise LeafError(f"It isn't an event of format {FORMAT}: an event has exactly {', '.join(_FIELDS)}.")
    for name, holds in {**_FIELDS, **({"of": _is_count(2)} if "of" in document else {})}.items():
        if not holds(document[name]):
            raise LeafError(
                f"Its {name} can't be {json.dumps(document[name])[:80]} in an event of format {FORMAT}."
            )
