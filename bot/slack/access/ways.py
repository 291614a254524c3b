"""The ways to use a login: a line to paste for each that the policy tells how to connect for, and the login itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, Option, PlainTextObject, SectionBlock, StaticSelectElement

from bot.slack.access import texts
from bot.slack.access.pasteable import (
    Handed,
    program_line,
    program_of,
    python_line,
    unwrap_lines,
    variables_line,
)
from bot.slack.blocks import code, marked_up, section
from workflows.access.state import Access

USE = "login.use-with"
"""The choice in the window, by a way's name."""
LOGIN = "login"
"""The way that there always is."""


@dataclass(frozen=True)
class Way:
    """What is pasted, with the sentence above it. `said` leaves a place for `seconds`."""

    label: str
    said: str
    blocks: tuple[Block, ...]


def ways_of(state: Access, handed: Handed) -> dict[str, Way]:
    """By name, what most people use first; a line that doesn't fit into one block isn't among them."""
    connection = handed.connection
    lines = (
        ("program", program_of(connection), texts.PASTE_PROGRAM, program_line(handed)),
        ("variables", texts.USE_VARIABLES, texts.PASTE_VARIABLES, variables_line(handed)),
        ("python", texts.USE_PYTHON, texts.PASTE_PYTHON, python_line(handed)),
    )
    ways = {
        name: Way(label, texts.PASTE_THIS, (section(where), *shown))
        for name, label, where, line in lines
        if line and len(shown := code(line)) == 1
    }
    return {**ways, LOGIN: Way(texts.USE_LOGIN, texts.UNWRAP, _by_hand(state, handed))}


def choosing(markup: str, ways: Mapping[str, Way], chosen: str) -> SectionBlock:
    """The sentence, and beside it the other ways."""
    options = {
        name: Option(value=name, text=PlainTextObject(text=way.label, emoji=False))
        for name, way in ways.items()
    }
    return SectionBlock(
        # Slack keeps showing what was chosen under an old id, whatever the new drawing says.
        block_id=f"{USE}:{chosen}",
        text=marked_up(markup),
        accessory=StaticSelectElement(
            action_id=USE, options=list(options.values()), initial_option=options[chosen]
        ),
    )


def _by_hand(state: Access, handed: Handed) -> tuple[Block, ...]:
    """Show the login, and connect with it."""
    by_openbao, by_vault = unwrap_lines(handed)
    return (
        *code(by_openbao),
        section(texts.UNWRAP_WITH_VAULT),
        *code(by_vault),
        section(texts.CONNECT),
        *(code(state.terms.connect.strip()) or [section(texts.CONNECT_AS_USUAL)]),
    )
