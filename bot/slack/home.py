"""App Home: where a person starts, what needs their decision, and what is theirs, of every workflow."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.blocks import buttons, section, sections
from bot.slack.button_values import HomeFilter
from bot.slack.home_filter import ALL, filter_blocks, in_force, passes
from bot.slack.layout import size
from bot.slack.mrkdwn import cut, plain_lines
from bot.slack.presenter import HomePart, Item

MAX_ROWS = 10
"""Of each list, as far as a view has room."""
MAX_WARNING_CHARS = 6_000
MAX_BLOCKS, MAX_BYTES = 100, 220_000
"""`views.publish` refuses a view of more than 250 kB."""


def home(parts: Sequence[HomePart], warning: str | None, chosen: HomeFilter = ALL) -> View:
    """The Home tab: ten of each list, or as many as there is room for; of what waits, what was chosen."""
    drawn = (_blocks(parts, warning, chosen, most) for most in range(MAX_ROWS, 0, -1))
    return View(type="home", blocks=next(one for one in drawn if _fits(one)))


def _fits(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MAX_BLOCKS and size(blocks) <= MAX_BYTES


def _blocks(parts: Sequence[HomePart], warning: str | None, chosen: HomeFilter, most: int) -> list[Block]:
    blocks: list[Block] = []
    if warning:
        blocks += [*sections(f":warning: {cut(plain_lines(warning), MAX_WARNING_CHARS)}"), DividerBlock()]
    if starts := [part.start for part in parts if part.start]:
        blocks.append(buttons(*starts))
    blocks.append(HeaderBlock(text=texts.HOME_WAITING))
    blocks += filter_blocks(chosen, parts)
    blocks += _waiting(parts, in_force(chosen, parts), most) or [section(texts.NOTHING_WAITS)]
    if approved := [block for part in parts for block in _list(part.approved, most)]:
        blocks += [section(texts.HOME_APPROVED), *approved]
    for part in parts:
        blocks += [DividerBlock(), HeaderBlock(text=part.title)]
        blocks += _list(part.mine, most) or [section(part.empty)]
    return blocks


def _waiting(parts: Sequence[HomePart], chosen: HomeFilter, most: int) -> list[Block]:
    listed = ([one.item for one in part.waiting if passes(chosen, part, one)] for part in parts)
    return [block for items in listed for block in _list(items, most)]


def _list(items: Sequence[Item], most: int) -> list[Block]:
    blocks = [block for item in items[:most] for block in item]
    left = len(items) - most
    return [*blocks, section(texts.HOME_MORE.format(number=left))] if left > 0 else blocks
