"""Lays a message out within Slack's limits: what warns and what can be acted on stays, details are folded.

A message is made of passages, each of which can be drawn in several sizes. While it is too large, the passage
that matters least takes its next size; what is left out is named beside *Show all*, which opens the whole.
Sources: https://docs.slack.dev/reference/block-kit/blocks; for all blocks together, which is documented nowhere,
https://github.com/slackapi/bolt-js/issues/2509.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.slack import texts
from bot.slack.blocks import beside, button, fields, fine_print, section, sections, sentences, typed
from bot.slack.button_values import Page
from bot.slack.mrkdwn import cut, escape, indented, packed

MAX_BLOCKS = 50
MAX_MESSAGE_CHARS = 12_000
"""Of all blocks together; Slack takes about 13,000."""
BLOCK_CHARS = 125
"""What a block, a field or a button counts besides its texts."""
FIELDS_PER_SECTION = 10
SHORT_LINE_CHARS = 200
SHOW_ALL = "show-all"
"""The second word of the action that opens the whole, after that of the workflow."""


@dataclass(frozen=True)
class Drawn:
    """What of a passage stands on the card, and in words what doesn't; empty if all of it does."""

    blocks: Sequence[Block]
    left_out: str = ""

    @cached_property
    def chars(self) -> int:
        return _chars(self.blocks)


class Passage(Protocol):
    """A part of a message. `stays`: those with less give way first, and of equals the lower one."""

    @property
    def stays(self) -> int: ...

    @property
    def sizes(self) -> Sequence[int]:
        """In which it can be drawn, the largest first."""

    def draw(self, size: int) -> Drawn: ...

    def whole(self) -> list[Block]:
        """All of it, without anything to press."""


@dataclass(frozen=True)
class Fixed:
    """Blocks that are short by what they are made of."""

    blocks: Sequence[Block]
    left_out: str = ""
    stays: int = 9
    sizes: Sequence[int] = (0,)

    def draw(self, size: int) -> Drawn:
        return Drawn(self.blocks, self.left_out)

    def whole(self) -> list[Block]:
        return [one for one in self.blocks if not isinstance(one, ActionsBlock)]


@dataclass(frozen=True)
class Prose:
    """What a person typed, with its label. Sizes are characters."""

    label: str
    text: str
    stays: int = 2
    sizes: Sequence[int] = (3_000, 1_500, 700, 300, 150)

    def draw(self, size: int) -> Drawn:
        shown = typed(self.label, self.text, size)
        fits = len(escape(f"{self.label}: {indented(self.text)}")) <= size
        return Drawn([shown], "" if fits else texts.REST_OF.format(label=self.label))

    def whole(self) -> list[Block]:
        return sentences(f"{self.label}: {indented(self.text)}")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of markup under its heading. Sizes are characters."""

    heading: str
    markup: str
    stays: int = 3
    sizes: Sequence[int] = (1_500, 700)

    def draw(self, size: int) -> Drawn:
        shown = section(f"*{self.heading}*\n{cut(self.markup, size)}")
        return Drawn([shown], "" if len(self.markup) <= size else texts.REST_OF.format(label=self.heading))

    def whole(self) -> list[Block]:
        return sections(f"*{self.heading}*", self.markup)


@dataclass(frozen=True)
class Facts:
    """Short facts side by side, each with its label in the first line.

    Sizes are characters of each; the last is negative: so many, and of one section only.
    """

    texts: Sequence[str]
    stays: int = 3
    sizes: Sequence[int] = (700, 250, 110, -110)

    def draw(self, size: int) -> Drawn:
        texts = self.texts if size > 0 else self.texts[:FIELDS_PER_SECTION]
        shown = [cut(text, abs(size)) for text in texts]
        rows = [
            fields(*shown[start : start + FIELDS_PER_SECTION])
            for start in range(0, len(shown), FIELDS_PER_SECTION)
        ]
        return Drawn(rows, "" if shown == list(self.texts) else "some facts")

    def whole(self) -> list[Block]:
        return [block for text in self.texts for block in sections(text)]


@dataclass(frozen=True)
class Lines:
    """Lines of markup under a heading; `what` they are, for counting those left out.

    Sizes are numbers of lines; all but the first are negative: so many, each of `SHORT_LINE_CHARS`.
    """

    what: str
    lines: Sequence[str]
    heading: str = ""
    most: int = 40
    least: int = 0
    longest: int = 700
    """Characters of a line on the card."""
    stays: int = 2

    @property
    def sizes(self) -> Sequence[int]:
        counts = _fewer(min(len(self.lines), self.most), self.least)
        return [counts[0], *(-count for count in counts)]

    def draw(self, size: int) -> Drawn:
        longest, number = (self.longest, size) if size > 0 else (SHORT_LINE_CHARS, -size)
        shown = [cut(line, longest) for line in self.lines[:number]]
        heading = [self.heading] if shown and self.heading else []
        blocks = [section(text) for text in packed([*heading, *shown])]
        shortened = shown != list(self.lines[:number])
        return Drawn(blocks, _missing(self.what, len(self.lines) - number, shortened))

    def whole(self) -> list[Block]:
        return sections(*([self.heading] if self.heading else []), *self.lines) if self.lines else []


@dataclass(frozen=True)
class Item:
    """Something with blocks of its own, which may have buttons, and in `lines` of markup without them.

    `shortened`: its blocks don't say all that its lines do.
    """

    blocks: Sequence[Block]
    lines: Sequence[str]
    shortened: bool = False


@dataclass(frozen=True)
class Items:
    """Things with buttons, each shown completely or not at all. Sizes are numbers of them."""

    what: str
    items: Sequence[Item]
    heading: str = ""
    most: int = 20
    least: int = 0
    stays: int = 4

    @property
    def sizes(self) -> Sequence[int]:
        return _fewer(min(len(self.items), self.most), self.least)

    def draw(self, size: int) -> Drawn:
        heading = [section(self.heading)] if self.heading else []
        shown = [block for item in self.items[:size] for block in item.blocks]
        shortened = any(item.shortened for item in self.items[:size])
        return Drawn([*heading, *shown], _missing(self.what, len(self.items) - size, shortened))

    def whole(self) -> list[Block]:
        lines = [line for item in self.items for line in item.lines]
        return sections(*([self.heading] if self.heading else []), *lines)


def laid_out(passages: Sequence[Passage], below: Sequence[Block], opens: Page, word: str) -> list[Block]:
    """The passages as large as they fit, then `below`, which stays.

    `opens` is what *Show all* carries, `word` the first of its action: the workflow's. Where `below` has a button
    that opens the same, what isn't shown is named without another.
    """
    has_button = any(_opens(block, word) for block in below)
    sizes = [list(one.sizes) for one in passages]
    drawn = [one.draw(size.pop(0)) for one, size in zip(passages, sizes, strict=True)]
    gives_way = sorted(range(len(passages)), key=lambda index: (passages[index].stays, -index))
    while True:
        fold = _fold(drawn, opens, word, has_button)
        number = len(below) + len(fold) + sum(len(one.blocks) for one in drawn)
        chars = _chars([*fold, *below]) + sum(one.chars for one in drawn)
        index = next((index for index in gives_way if sizes[index]), None)
        if index is None or (number <= MAX_BLOCKS and chars <= MAX_MESSAGE_CHARS):
            return [*(block for one in drawn for block in one.blocks), *fold, *below]
        drawn[index] = passages[index].draw(sizes[index].pop(0))


def whole_of(passages: Iterable[Passage], *below: Block) -> list[Block]:
    """All that the passages have to say, in as many blocks as that takes."""
    return [*(block for one in passages for block in one.whole()), *below]


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes them as one message."""
    return len(blocks) <= MAX_BLOCKS and _chars(blocks) <= MAX_MESSAGE_CHARS


def size(blocks: Sequence[Block]) -> int:
    """Bytes that they take in a view, of which Slack takes 250 kB (`view_too_large`)."""
    return len(json.dumps([one.to_dict() for one in blocks]))


def weight(block: Block) -> int:
    """Characters that a block counts for: its texts, and what Slack adds for each of its parts."""
    described = block.to_dict()
    parts = described.get("elements") or described.get("fields") or [None]
    return BLOCK_CHARS * (1 + len(parts)) + _text_chars(described)


def _chars(blocks: Sequence[Block]) -> int:
    return sum(map(weight, blocks))


def _text_chars(node: Any) -> int:
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(map(_text_chars, node.values()))
    return sum(map(_text_chars, node)) if isinstance(node, list | tuple) else 0


def _fold(drawn: Iterable[Drawn], opens: Page, word: str, has_button: bool) -> list[Block]:
    left_out = [one.left_out for one in drawn if one.left_out]
    if not left_out:
        return []
    text = texts.FOLDED.format(what=", ".join(dict.fromkeys(left_out)))
    if has_button:
        return [fine_print(text)]
    return [beside(text, button("Show all", f"{word}.{SHOW_ALL}", opens.value))]


def _opens(block: Block, word: str) -> bool:
    elements = block.elements if isinstance(block, ActionsBlock) else []
    return any(getattr(one, "action_id", None) == f"{word}.{SHOW_ALL}" for one in elements)


def _missing(what: str, number: int, shortened: bool) -> str:
    if number:
        return texts.SOME_OF.format(number=number, what=what)
    return texts.ENDS_OF.format(what=what) if shortened else ""


def _fewer(most: int, least: int) -> list[int]:
    found = [most]
    while found[-1] > least:
        found.append(max(least, found[-1] * 2 // 3))
    return found
