"""Changes of a group's members as providers send them: who is added and who removed, without the others being read.

A group can have 20,000 members, and the library compares each that is removed with all of them.
"""

import re
from dataclasses import dataclass
from typing import Any

from scim2_models import PatchOp

from bot.web.scim.storage import MAX_NAME_CHARS

_GROUP = re.compile(r"/Groups/([^/]+)")
_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"\\]+)"\s*\]', re.IGNORECASE)
_OF_MEMBER = {"value", "display", "type", "$ref"}


@dataclass(frozen=True)
class MemberChanges:
    """Who is to be in the group afterwards, and who isn't; no one is in both."""

    group: str
    added: frozenset[str]
    removed: frozenset[str]


def member_changes(path: str, patch: Any) -> MemberChanges | None:
    """What a PATCH at this path says of members by their ids; None if it says anything else, or what isn't understood."""
    group = _GROUP.fullmatch(path)
    if group is None or not isinstance(patch, dict) or patch.keys() != {"schemas", "Operations"}:
        return None
    operations = patch["Operations"]
    if patch["schemas"] != [PatchOp.__schema__] or not isinstance(operations, list) or not operations:
        return None
    wanted: dict[str, bool] = {}
    for operation in operations:
        named = _named(operation)
        if named is None:
            return None
        wanted.update(dict.fromkeys(named[1], named[0] == "add"))
    added = frozenset(id for id, stays in wanted.items() if stays)
    return MemberChanges(group[1], added, frozenset(wanted) - added)


def _named(operation: Any) -> tuple[str, list[str]] | None:
    """Whether these are added or removed, and their ids."""
    if not isinstance(operation, dict) or not operation.keys() <= {"op", "path", "value"}:
        return None
    op, path, value = (operation.get(one) for one in ("op", "path", "value"))
    if not isinstance(op, str) or not isinstance(path, str):
        return None
    op = op.lower()
    if (one := _MEMBER.fullmatch(path)) and op == "remove" and value is None:
        return op, [one[1]]
    if op not in ("add", "remove") or path.lower() != "members" or not isinstance(value, list) or not value:
        return None
    return (op, [one["value"] for one in value]) if all(map(_is_member, value)) else None


def _is_member(given: Any) -> bool:
    if not isinstance(given, dict) or not given.keys() <= _OF_MEMBER:
        return False
    id = given.get("value")
    return isinstance(id, str) and 0 < len(id) <= MAX_NAME_CHARS and "\0" not in id
