"""Recorded answers and payloads of Slack's, and whether something has their shape.

A sample names every field that was ever seen, with a value of its type: `""`, `12345`, `false`. Any of them may be
missing, and any may be null.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"
Json = dict[str, Any]
OPEN = object()
"""A place where the app or a person decides what stands there."""
TEXT: Json = {"type": "", "text": "", "emoji": False, "verbatim": False}
"""A text object, wherever one stands: most samples have but one of its two kinds."""


@cache
def sample(name: str) -> Json:
    """A recorded answer (`api/users.list`) or payload (`events/UserChangePayload`)."""
    found: Json = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


def unlike(recorded: Any, sent: Any, place: str = "") -> Iterator[str]:
    """Where what was sent is other than recorded: a field that was never seen, or one of another type."""
    if sent is None or recorded is OPEN:
        return
    if isinstance(sent, dict) and sent.get("type") in ("plain_text", "mrkdwn"):
        recorded = merged([recorded, TEXT])
    if isinstance(recorded, dict) and isinstance(sent, dict):
        yield from _unlike_fields(recorded, sent, place)
    elif isinstance(recorded, list) and isinstance(sent, list):
        for item in sent:
            yield from unlike(_alike(recorded, item), item, f"{place}[]")
    elif type(recorded) is not type(sent):
        yield f"{place}: recorded {type(recorded).__name__}, sent {type(sent).__name__}"


def _unlike_fields(recorded: Json, sent: Json, place: str) -> Iterator[str]:
    if not recorded:
        return
    for name, value in sent.items():
        where = f"{place}.{name}".lstrip(".")
        if name in recorded:
            yield from unlike(recorded[name], value, where)
        else:
            yield f"{where}: never recorded"


def _alike(recorded: list[Any], item: Any) -> Any:
    """What the items of a recorded list have in common with this one: those of its type, as one."""
    if not recorded:
        return OPEN
    if not isinstance(item, dict):
        return recorded[-1]
    of_its_type = [one for one in recorded if isinstance(one, dict) and one.get("type") == item.get("type")]
    return merged(of_its_type or recorded)


def merged(shapes: list[Any]) -> Any:
    """Several shapes as one that has every field of theirs."""
    if all(isinstance(one, list) for one in shapes):
        return [item for one in shapes for item in one]
    fields: Json = {}
    for one in shapes:
        if not isinstance(one, dict):
            return shapes[0]
        for name, value in one.items():
            fields[name] = merged([fields[name], value]) if name in fields else value
    return fields


def has(recorded: Any, path: tuple[str, ...]) -> bool:
    """Whether a field was recorded there; lists are gone through."""
    if isinstance(recorded, list):
        return any(has(one, path) for one in recorded)
    if not path:
        return True
    return isinstance(recorded, dict) and path[0] in recorded and has(recorded[path[0]], path[1:])
