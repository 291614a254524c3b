"""App Home: what a person has asked for and holds, and what waits for them."""

from collections.abc import Callable, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.slack.cards import APPROVE, DENY, GET_CREDENTIALS, GIVE_BACK, STANDING, shown
from bot.slack.words import literal, mention, moment, plain
from workflows.access.model import Access
from workflows.policy.durations import spell_duration

MOST = 10
"""Of each list; a view has a hundred blocks at most."""


def home(mine: Sequence[Access], waiting: Sequence[Access], warning: str | None) -> View:
    """The Home tab. `mine` newest first, `waiting` oldest first."""
    blocks: list[Block] = []
    if warning:
        blocks += [_text(f":warning: {literal(warning, 2_800)}"), DividerBlock()]
    blocks += [
        HeaderBlock(text="Waiting for your decision"),
        *_list(waiting, _waiting_blocks, "Nothing waits for you."),
        DividerBlock(),
        HeaderBlock(text="Your access"),
        *_list(mine, _mine_blocks, "You have asked for nothing yet. Type `/access` in any channel to ask."),
    ]
    return View(type="home", blocks=blocks)


def _list(states: Sequence[Access], draw: Callable[[Access], list[Block]], empty: str) -> list[Block]:
    if not states:
        return [_text(empty)]
    blocks = [block for state in states[:MOST] for block in draw(state)]
    left = len(states) - MOST
    return [*blocks, _text(f"… and {left} more; their cards are in your messages.")] if left > 0 else blocks


def _waiting_blocks(state: Access) -> list[Block]:
    why = literal(" ".join(state.justification.split()), 500)
    text = (
        f"*{plain(state.terms.title)}* for {spell_duration(state.seconds)}, asked by {mention(state.requester)}\n"
        f">{why}\nLapses {moment(state.lapses_at)}"
    )
    return [_text(text), _buttons(state, ("Approve", APPROVE, "primary"), ("Deny", DENY, "danger"))]


def _mine_blocks(state: Access) -> list[Block]:
    until = f", until {moment(state.grant.ends_at)}" if state.grant and state.status == "active" else ""
    text = (
        f"*{plain(state.terms.title)}* for {spell_duration(state.seconds)}{until}\n{STANDING[state.status]}"
    )
    if state.status != "active":
        return [_text(text)]
    return [
        _text(text),
        _buttons(state, ("Get credentials", GET_CREDENTIALS, "primary"), ("Give back", GIVE_BACK, None)),
    ]


def _buttons(state: Access, *buttons: tuple[str, str, str | None]) -> ActionsBlock:
    return ActionsBlock(
        elements=[
            ButtonElement(text=label, action_id=action, value=shown(state).value, style=style)
            for label, action, style in buttons
        ]
    )


def _text(markup: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=markup))
