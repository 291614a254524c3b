"""App Home: what waits for a person's decision, and what is theirs, of every workflow."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.slack.artist import HomePart, Item
from bot.slack.elements import section
from bot.slack.words import cut, plain_lines

MOST = 10
"""Of each list; a view has a hundred blocks at most."""


def home(parts: Sequence[HomePart], warning: str | None) -> View:
    """The Home tab."""
    blocks: list[Block] = []
    if warning:
        blocks += [section(f":warning: {plain_lines(cut(warning, 2_000))}"), DividerBlock()]
    blocks.append(HeaderBlock(text="Waiting for your decision"))
    waiting = [_list(part.waiting) for part in parts if part.waiting]
    blocks += [block for items in waiting for block in items] or [section("Nothing waits for you.")]
    for part in parts:
        blocks += [DividerBlock(), HeaderBlock(text=part.title)]
        blocks += _list(part.mine) or [section(part.empty)]
    return View(type="home", blocks=blocks)


def _list(items: Sequence[Item]) -> list[Block]:
    blocks = [block for item in items[:MOST] for block in item]
    left = len(items) - MOST
    return [*blocks, section(f"… and {left} more; their cards are in your messages.")] if left > 0 else blocks
