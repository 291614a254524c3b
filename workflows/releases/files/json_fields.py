"""Single values of a JSON file (RFC 8259), each where a JSON pointer (RFC 6901) says."""

import json
from functools import partial
from typing import Any

from workflows.releases.files.unreadable import UnreadableFile
from workflows.text import one_line

MAX_VALUE_CHARS = 100


def read_json_fields(data: bytes, fields: tuple[str, ...]) -> dict[str, str]:
    """The texts and numbers that are there, numbers as they were written. Raises UnreadableFile."""
    try:
        document = _read(data.decode())
    except (ValueError, RecursionError) as error:
        twice = str(error) if isinstance(error, NamedTwice) else "it isn't JSON"
        raise UnreadableFile(f"{twice}.") from None
    found = {field: _value(document, field) for field in fields}
    return {field: one_line(value, MAX_VALUE_CHARS) for field, value in found.items() if value is not None}


class NamedTwice(ValueError):
    """An object has a name twice, which readers understand differently."""


class _Number(str):
    """A number, as it was written."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NamedTwice("it has one name twice")
    return found


_read = partial(
    json.loads, parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_once
)


def _value(document: Any, field: str) -> str | None:
    for part in field.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isdecimal() and len(name) < 7 and int(name) < len(document):
            document = document[int(name)]
        else:
            return None
    return document if isinstance(document, str) else None
