"""Patterns of text inputs: a small part of RE2's syntax, in which no pattern can let anything dangerous through.

A pattern is compiled into its position automaton (Glushkov, 1961), by which values are matched in linear time. What it
can match at all is read from the same automaton, so `daypass check` refuses a pattern before anybody types a value:
every value is of `SAFE`, begins with a letter, a digit or an underscore, and holds neither `..` nor `--`. Such a value
can't leave a path, close a quote, begin a comment or an option, or add an entry to a list, wherever it is put.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from workflows.policy.inputs.pattern_syntax import (
    LETTERS,
    SAFE,
    Chars,
    Choice,
    Node,
    PatternError,
    Repeat,
    Sequence,
    parse,
)

MAX_VALUE_CHARS = 100
MAX_PATTERN_CHARS = 200
MAX_POSITIONS = 256
"""Characters that a pattern can stand for one behind the other, its repeats written out."""


def is_safe(value: str) -> bool:
    """Whether a value may be put anywhere: what every pattern promises of all its values."""
    return (
        0 < len(value) <= MAX_VALUE_CHARS
        and set(value) <= SAFE
        and value[0] in LETTERS
        and ".." not in value
        and "--" not in value
    )


@dataclass(frozen=True)
class Pattern:
    """An automaton with a state for each position; sets of positions are bits. `follow` has those that may come next."""

    empty: bool
    first: int
    last: int
    follow: tuple[int, ...]
    by_char: dict[str, int]
    """The positions that a character can stand at."""

    def matches(self, value: str) -> bool:
        """Whether it matches as a whole."""
        if not value or len(value) > MAX_VALUE_CHARS:
            return False
        at = self.first
        for number, char in enumerate(value):
            at = (self._after(at) if number else at) & self.by_char.get(char, 0)
        return bool(at & self.last)

    def _after(self, at: int) -> int:
        found = 0
        for position in _positions(at):
            found |= self.follow[position]
        return found

    def may_begin_with(self, char: str) -> bool:
        """Whether some text that it matches begins with it."""
        return bool(self.first & self.by_char.get(char, 0))

    def may_repeat(self, char: str) -> bool:
        """Whether some text that it matches has it twice in a row: every position is on a way to the end."""
        at = self.by_char.get(char, 0)
        return bool(self._after(at) & at)


@cache
def compiled(source: str) -> Pattern:
    """Compile a pattern and look at all that it can match. Raises PatternError."""
    if len(source) > MAX_PATTERN_CHARS:
        raise PatternError(f"the pattern has {len(source)} characters", f"use at most {MAX_PATTERN_CHARS}")
    building = _Building()
    part = building.build(parse(source))
    pattern = Pattern(part.empty, part.first, part.last, tuple(building.follow), building.by_char)
    if pattern.empty:
        raise PatternError(
            "the pattern matches an empty text", "ask for one character at least, as in [a-z]+"
        )
    for char in sorted(SAFE - LETTERS):
        if pattern.may_begin_with(char):
            raise PatternError(f"a value could begin with “{char}”", "begin with a letter, a digit or “_”")
    for char in ".-":
        if pattern.may_repeat(char):
            raise PatternError(
                f"a value could have “{char}{char}” in it", f"let something else stand between two “{char}”"
            )
    return pattern


@dataclass(frozen=True)
class _Part:
    """Of the automaton: whether it can be left out, and the positions at which it begins and ends."""

    empty: bool
    first: int = 0
    last: int = 0


_NOTHING = _Part(True)


@dataclass
class _Building:
    """The automaton as far as it is built."""

    follow: list[int] = field(default_factory=list)
    by_char: dict[str, int] = field(default_factory=dict)

    def build(self, node: Node) -> _Part:
        match node:
            case Chars(chars):
                return self._position(chars)
            case Sequence(parts):
                whole = _NOTHING
                for part in parts:
                    whole = self._joined(whole, self.build(part))
                return whole
            case Choice(parts):
                built = [self.build(part) for part in parts]
                return _Part(
                    any(one.empty for one in built),
                    _union(one.first for one in built),
                    _union(one.last for one in built),
                )
            case Repeat(part, least, most):
                return self._repeated(part, least, most)

    def _position(self, chars: frozenset[str]) -> _Part:
        if len(self.follow) == MAX_POSITIONS:
            raise PatternError(
                f"the pattern stands for more than {MAX_POSITIONS} characters in a row", "use smaller repeats"
            )
        bit = 1 << len(self.follow)
        self.follow.append(0)
        for char in chars:
            self.by_char[char] = self.by_char.get(char, 0) | bit
        return _Part(False, bit, bit)

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for position in _positions(one.last):
            self.follow[position] |= other.first
        return _Part(
            one.empty and other.empty,
            one.first | (other.first if one.empty else 0),
            other.last | (one.last if other.empty else 0),
        )

    def _repeated(self, node: Node, least: int, most: int | None) -> _Part:
        one = self.build(node)
        if not one.first:
            return _NOTHING
        whole = one if least else _optional(one)
        for number in range(1, max(least, 1) if most is None else most):
            one = self.build(node)
            whole = self._joined(whole, one if number < least else _optional(one))
        if most is None:
            for position in _positions(one.last):
                self.follow[position] |= one.first
        return whole


def _optional(part: _Part) -> _Part:
    return _Part(True, part.first, part.last)


def _union(sets: Iterator[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _positions(at: int) -> Iterator[int]:
    while at:
        low = at & -at
        yield low.bit_length() - 1
        at ^= low
