"""Canonical JSON (RFC 8785) as the log has it: without floats, and without integers that some reader doesn't keep exact."""

import json
from typing import Any, NoReturn

import orjson
import rfc8785

MAX_INTEGER = 2**53 - 1
_STRICTLY = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""With these orjson writes RFC 8785's bytes for what has only ASCII, no floats and no integer beyond 2^53 - 1."""


class LeafError(ValueError):
    """These are not, or can't become, the bytes of an audit event; the message says which part and why."""


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes. Raises LeafError where the RFC has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise LeafError(f"It can't be written as canonical JSON: {error}.") from error


def canonical_ascii(value: Any) -> bytes | None:
    """Give the RFC 8785 bytes of a value without floats or large integers; None if they aren't all ASCII."""
    try:
        data = orjson.dumps(value, option=_STRICTLY)
    except (TypeError, RecursionError):
        return None
    return data if data.isascii() else None


def read_canonical(data: bytes) -> Any:
    """The JSON value in `data`. Raises LeafError if it has floats or isn't in its canonical form."""
    value = at_first_sight(data)
    return value if value is not None and is_exact(value) else read_strictly(data)


def at_first_sight(data: bytes) -> Any:
    """Read it fast, if it has only ASCII and is canonical but for its numbers; None if it isn't, or is null."""
    if not data.isascii():
        return None
    try:
        value = orjson.loads(data)
        return value if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == data else None
    except (ValueError, TypeError, RecursionError):
        return None


def is_exact(value: Any) -> bool:
    """Whether it has no float, and no integer beyond 2^53 - 1."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        return all(map(is_exact, value.values()))
    if kind is list:
        return all(map(is_exact, value))
    return kind is int and -MAX_INTEGER <= value <= MAX_INTEGER


def read_strictly(data: bytes) -> Any:
    """Read what isn't surely canonical at first sight."""
    try:
        value = _DECODER.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise LeafError(f"It isn't JSON as events are written: {error}.") from error
    if canonical(value) != data:
        raise LeafError("It isn't in canonical form (RFC 8785), so these are not the bytes that were logged.")
    return value


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is not an integer, and events hold no other numbers")


def _exact(text: str) -> int:
    value = int(text)
    if abs(value) > MAX_INTEGER:
        raise ValueError(f"{text[:40]} is beyond what every JSON reader keeps exact (2^53 - 1)")
    return value


_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, parse_int=_exact)
