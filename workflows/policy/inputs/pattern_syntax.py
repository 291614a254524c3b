"""The syntax of patterns: a small part of RE2's (https://github.com/google/re2/wiki/Syntax), read into a tree."""

import re
import string
from dataclasses import dataclass

LETTERS = frozenset(string.ascii_letters + string.digits + "_")
SAFE = LETTERS | frozenset(".:@-")
"""Characters that a value may have."""
_CLASSES = {"d": frozenset(string.digits), "w": LETTERS}
_WRITTEN = "use letters, digits, “_”, “:”, “@”, “-”, “\\.”, classes such as [a-z0-9_], groups, | and the repeats ? * + {2,8}"
_REPEAT = re.compile(r"\{(\d{1,3})(,(\d{1,3})?)?\}")


class PatternError(ValueError):
    """A pattern that can't be used; `meant` says what to write instead."""

    def __init__(self, what: str, meant: str = _WRITTEN) -> None:
        super().__init__(what)
        self.what = what
        self.meant = meant


def parse(source: str) -> "Node":
    """The pattern as a tree. Raises PatternError."""
    parser = _Parser(source)
    whole = parser.alternatives()
    if parser.at < len(source):
        raise PatternError("a “)” has no “(”", "add it, or remove this one")
    return whole


@dataclass(frozen=True)
class Chars:
    """One of these characters."""

    chars: frozenset[str]


@dataclass(frozen=True)
class Sequence:
    """One behind the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Choice:
    """One of them."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat:
    """So often at least and at most; None: any number."""

    part: "Node"
    least: int
    most: int | None


Node = Chars | Sequence | Choice | Repeat


class _Parser:
    """Reads a pattern from left to right; `at` is where it is."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.at = 0

    def alternatives(self) -> Node:
        found = [self._sequence()]
        while self._takes("|"):
            found.append(self._sequence())
        return found[0] if len(found) == 1 else Choice(tuple(found))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _atom(self) -> Node:
        if self._takes("("):
            self._takes("?:")
            inside = self.alternatives()
            if not self._takes(")"):
                raise PatternError("a “(” has no “)”", "close the group")
            return inside
        if self._takes("["):
            return Chars(self._class())
        return Chars(self._char())

    def _class(self) -> frozenset[str]:
        if self._next() == "^":
            raise PatternError("“[^…]” lets everything else through", "list what is allowed, as in [a-z0-9_]")
        found: set[str] = set()
        while not self._takes("]"):
            if not self._next():
                raise PatternError("a “[” has no “]”", "close the class")
            begin = self._member()
            if self._next() == "-" and self._source[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                found |= _range(begin, self._member())
            else:
                found |= begin
        if not found:
            raise PatternError("“[]” lets nothing through", "list what is allowed, as in [a-z0-9_]")
        return frozenset(found)

    def _member(self) -> frozenset[str]:
        """A character of a class, in which a full stop stands for itself."""
        if self._takes("."):
            return frozenset(".")
        return self._char()

    def _char(self) -> frozenset[str]:
        char = self._next()
        self.at += 1
        if char == "\\":
            escaped = self._next()
            self.at += 1
            if escaped in _CLASSES:
                return _CLASSES[escaped]
            if escaped not in SAFE - LETTERS or not escaped:
                raise PatternError(f"“\\{escaped}” can't be used here")
            return frozenset(escaped)
        if char == ".":
            raise PatternError(
                "“.” lets every character through", "write “\\.” for a full stop, or a class such as [a-z]"
            )
        if char in ("^", "$"):
            raise PatternError(f"“{char}” isn't needed: the whole value has to match", "remove it")
        if char not in SAFE:
            raise PatternError(f"“{char}” can't be used here")
        return frozenset(char)

    def _repeated(self, part: Node) -> Node:
        for sign, least, most in (("?", 0, 1), ("*", 0, None), ("+", 1, None)):
            if self._takes(sign):
                return self._once(Repeat(part, least, most))
        found = _REPEAT.match(self._source, self.at)
        if found is None:
            return part
        self.at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if most is not None and (most < least or most == 0):
            raise PatternError(f"“{found[0]}” repeats nothing", "write the smaller number first, as in {2,8}")
        return self._once(Repeat(part, least, most))

    def _once(self, repeat: Repeat) -> Repeat:
        if self._next() in ("?", "*", "+", "{"):
            raise PatternError("there is a repeat after a repeat", "put the first one in a group")
        return repeat

    def _next(self) -> str:
        return self._source[self.at : self.at + 1]

    def _takes(self, word: str) -> bool:
        found = self._source.startswith(word, self.at)
        self.at += len(word) if found else 0
        return found


def _range(begin: frozenset[str], end: frozenset[str]) -> set[str]:
    if len(begin) != 1 or len(end) != 1:
        raise PatternError("a range needs one character at each end", "write it like a-z")
    (low,), (high,) = begin, end
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    if low > high or not any(low in kind and high in kind for kind in kinds):
        raise PatternError(f"“{low}-{high}” isn't a range", "use a-z, A-Z, 0-9 or a part of one")
    return {chr(code) for code in range(ord(low), ord(high) + 1)}
