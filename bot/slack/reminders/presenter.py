"""Reminders as App Home shows them: what its reader has chosen, and the button that changes it."""

from collections.abc import Awaitable, Callable

from bot.slack.blocks import beside, button
from bot.slack.presenter import HomePart, Presenter
from bot.slack.reminders import texts
from bot.slack.reminders.windows import chosen_lines
from workflows.ledger.repository import Repository
from workflows.system.reminders.choice import Choice
from workflows.system.reminders.state import KIND, Reminders
from workflows.workflow import World

CHANGE = "home.change-reminders"
ChoiceOf = Callable[[str], Awaitable[Choice]]
"""What a person has chosen, by their id."""


def presenter(choice_of: ChoiceOf) -> Presenter:
    """The presenter, over what people have chosen. Reminders have no card."""

    async def home(reads: Repository, world: World, person: str) -> HomePart:
        return home_part(await choice_of(person))

    return Presenter(KIND, Reminders, cards=lambda state, world, slots: {}, home=home)


def home_part(choice: Choice) -> HomePart:
    """What its reader has chosen."""
    lines = "\n".join([*chosen_lines(choice), texts.ALWAYS])
    return HomePart(
        kind=KIND,
        title=texts.TITLE,
        decisions=texts.TITLE,
        empty="",
        waiting=(),
        mine=[[beside(lines, button(texts.CHANGE, CHANGE, KIND))]],
    )
