"""Absences as the drawing sees them: a card for who is away, one for who decides for them, and both in App Home."""

from collections.abc import Collection, Mapping

from bot.slack.absences import texts
from bot.slack.absences.cards import delegate_card, delegate_lines, end_button, own_card, own_lines
from bot.slack.blocks import button, buttons, section
from bot.slack.message import Message
from bot.slack.presenter import CARD, HomePart, Item, Presenter
from workflows.database.stored_messages import Slot
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.system.absences.rights import may_delegate
from workflows.system.absences.state import IN_FORCE, KIND, Absence
from workflows.workflow import World

START = "home.set-time-away"


def _cards(absence: Absence, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    cards = {Slot(absence.id, f"person:{absence.owner}", CARD): own_card(absence)}
    if absence.asked:
        cards[Slot(absence.id, f"person:{absence.asked}", CARD)] = delegate_card(absence)
    return cards


async def _home(reads: Repository, world: World, person: str) -> HomePart | None:
    """Their own time away and those for whom they decide; nothing where there is nothing to say or to set."""
    away = await reads.in_status(Absence, KIND, sorted(IN_FORCE))
    items = [
        *(_own(one) for one in away if one.owner == person),
        *([section("\n".join(delegate_lines(one)))] for one in away if one.delegate == person),
    ]
    if not items and not may_delegate(world.bundle, world.directory, person):
        return None
    start = None if any(one.owner == person for one in away) else button(texts.TITLE, START, KIND)
    return HomePart(
        kind=KIND,
        title=texts.HOME_TITLE,
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=(),
        mine=items,
        start=start,
    )


def _own(absence: Absence) -> Item:
    return [section("\n".join(own_lines(absence))), buttons(end_button(absence))]


def _concerned(absence: Absence, directory: Directory) -> Collection[str]:
    return {absence.owner, absence.asked} - {None}  # type: ignore[return-value]


PRESENTER = Presenter(KIND, Absence, _cards, concerned=_concerned, home=_home, open=IN_FORCE)
