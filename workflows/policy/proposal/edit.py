"""Removing entries from lists of a YAML file, and nothing else: comments, quotes and order stay as they were."""

import re
from collections.abc import Collection

from workflows.policy.document import Document, Path, Plain, read_document
from workflows.policy.problems import BundleErrors

_QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"'), "'": re.compile(r"'(?:[^']|'')*'")}
_PLAIN = re.compile(r"[^,\]\s]+")


def without_entries(document: Document, paths: Collection[Path]) -> str | None:
    """The file's text without the list entries at these paths; None if they can't be removed line by line.

    What is written is read again: the result has all but these entries, or there is none.
    """
    lines = document.text.splitlines(keepends=True)
    places = {(document.values[path].line, document.values[path].column) for path in paths}
    for line, column in sorted(places, reverse=True):
        changed = _without(lines[line - 1], column - 1)
        if changed is None:
            return None
        lines[line - 1 : line] = [changed] if changed else []
    text = "".join(lines)
    wanted = _dropped(document.data, (), frozenset(paths))
    try:
        return text if read_document(document.file, text.encode()).data == wanted else None
    except BundleErrors:
        return None


def _without(line: str, start: int) -> str | None:
    """The line without the scalar that begins at `start`; empty if nothing of it is left."""
    before, rest = line[:start], line[start:]
    if re.fullmatch(r"\s*-\s+", before):
        return ""
    found = _QUOTED.get(rest[:1], _PLAIN).match(rest)
    if found is None:
        return None
    after = rest[found.end() :]
    if comma := re.match(r"\s*,[ \t]*", after):
        after = after[comma.end() :]
    else:
        before = re.sub(r",\s*$", "", before)
    return "" if not (before + after).strip() else before + after


def _dropped(data: Plain, path: Path, paths: frozenset[Path]) -> Plain:
    """The data without what is at these paths."""
    if isinstance(data, dict):
        return {name: _dropped(one, (*path, name), paths) for name, one in data.items()}
    if isinstance(data, tuple):
        kept = ((n, one) for n, one in enumerate(data) if (*path, n) not in paths)
        return tuple(_dropped(one, (*path, n), paths) for n, one in kept)
    return data
