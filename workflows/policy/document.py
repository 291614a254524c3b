"""YAML as plain data, with the line and column of every key and value.

Read through PyYAML's nodes, so that nothing is ever constructed from a tag. Only `true` and `false`
are booleans, only decimal digits are numbers, everything else is text: `no`, `1:30` and `2026-01-01`
stay what was typed. A key without a value counts as not written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from workflows.policy.problems import BundleErrors, Problem

FILE_LIMIT = 256 * 1024
NODE_LIMIT = 20_000
DEPTH_LIMIT = 20
DOCUMENTS_KEPT = 128
"""Files that needn't be parsed again if they come with the same bytes."""

Plain = str | int | bool | None | tuple["Plain", ...] | dict[str, "Plain"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mark:
    """Where something stands, from 1; `style` is YAML's for a scalar: None, `'`, `"`, `|` or `>`."""

    line: int
    column: int
    style: str | None = None


@dataclass(frozen=True)
class Document:
    """One file of a bundle: its data, and where each part of it stands."""

    file: str
    text: str
    data: Plain
    keys: dict[Path, Mark]
    values: dict[Path, Mark]

    def key(self, path: Path) -> Mark:
        return self.keys.get(path) or self.value(path)

    def value(self, path: Path) -> Mark:
        """Of the value at `path`; if it wasn't written, where the nearest thing around it begins."""
        if path in self.values:
            return self.values[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.values.get(path) or Mark(1, 1)

    def at(self, path: Path) -> str:
        return f"{self.file}:{self.key(path).line}"

    def problem(self, path: Path, what: str, meant: str, *, at_key: bool = False) -> Problem:
        mark = self.key(path) if at_key else self.value(path)
        return Problem(self.file, mark.line, mark.column, spell_path(path), what, meant)


def spell_path(path: Path) -> str:
    """`("tests", 0, "name")` → `tests[0].name`."""
    spelt = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return spelt.removeprefix(".") or "file"


@lru_cache(maxsize=DOCUMENTS_KEPT)
def read_document(file: str, raw: bytes) -> Document:
    """Read one file, or take it as it was read before: a reload parses only what has changed.

    Raises BundleErrors with everything that keeps the file from being read.
    """
    if len(raw) > FILE_LIMIT:
        raise BundleErrors(
            [Problem(file, 1, 1, "file", "the file is larger than 256 KiB", "split it into several files")]
        )
    try:
        text = raw.decode()
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BundleErrors(
            [Problem(file, line, 1, "file", "the file isn't UTF-8", "save it as UTF-8")]
        ) from None
    except yaml.MarkedYAMLError as error:
        raise BundleErrors([_syntax_problem(file, error)]) from None
    except yaml.YAMLError as error:
        raise BundleErrors(
            [Problem(file, 1, 1, "file", f"this isn't valid YAML: {error}", "write plain YAML")]
        ) from None
    except RecursionError:
        raise BundleErrors([_too_deep(file, Mark(1, 1))]) from None
    reader = _Reader(file)
    data = reader.plain(root, ()) if root is not None else {}
    if reader.problems:
        raise BundleErrors(reader.problems)
    return Document(file, text, data, reader.keys, reader.values)


def _syntax_problem(file: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    meant = "check the indentation, quotes and colons here"
    return Problem(
        file, line, column, "file", f"this isn't valid YAML: {error.problem or error.context}", meant
    )


def _too_deep(file: str, mark: Mark) -> Problem:
    what = "the nesting is too deep or circular"
    return Problem(file, mark.line, mark.column, "file", what, f"use at most {DEPTH_LIMIT} levels")


@dataclass
class _Reader:
    """Walks the nodes of one file; aliases are followed, and count as often as they are used."""

    file: str
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: int = 0

    def plain(self, node: yaml.Node, path: Path) -> Plain:
        mark = _mark(node)
        self.values[path] = mark
        self.seen += 1
        if self.seen > NODE_LIMIT:
            what = "its aliases expand to too much text"
            raise BundleErrors(
                [Problem(self.file, mark.line, mark.column, "file", what, "write it out in full")]
            )
        if len(path) > DEPTH_LIMIT:
            raise BundleErrors([_too_deep(self.file, mark)])
        if isinstance(node, yaml.MappingNode):
            return dict(self._entries(node, path))
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.plain(item, (*path, index)) for index, item in enumerate(node.value))
        return self._scalar(node, path)

    def _entries(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, Plain]]:
        for key_node, value_node in node.value:
            mark = _mark(key_node)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
                self._report(mark, path, "this key isn't allowed", "use plain words as keys, and no “<<”")
                continue
            key = str(key_node.value)
            inner = (*path, key)
            if inner in self.keys:
                first = self.keys[inner].line
                self._report(mark, inner, f"“{key}” is written twice", f"it's already on line {first}")
                continue
            self.keys[inner] = mark
            value = self.plain(value_node, inner)
            if value is not None:
                yield key, value

    def _scalar(self, node: yaml.Node, path: Path) -> Plain:
        text = str(node.value)
        if node.tag not in _PLAIN_TAGS:
            self._report(_mark(node), path, f"the tag “{node.tag}” isn't supported", "remove it")
        if getattr(node, "style", None) is not None:
            return text
        return _typed(text)

    def _report(self, mark: Mark, path: Path, what: str, meant: str) -> None:
        self.problems.append(Problem(self.file, mark.line, mark.column, spell_path(path), what, meant))


_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1, getattr(node, "style", None))


def _typed(text: str) -> Plain:
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) else text
