"""Access as the drawing sees it."""

from collections.abc import Collection, Mapping

from bot.slack.access.cards import card
from bot.slack.access.home import home_part
from bot.slack.access.notes import APPROVED, note
from bot.slack.artist import CARD, Artist
from integrations.slack.board import Message, Slot
from workflows.access.model import KIND, OPEN, STANDING, Access
from workflows.access.views import audiences
from workflows.deciding import Audience, Role, deciders
from workflows.ports import Directory
from workflows.workflow import World

ALARM = "alarm"


def _cards(state: Access, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    current = audiences(state, world.directory, world.bundle.settings.channels.alarms)
    wanted: dict[Slot, Role] = {Slot(state.id, one.place, _name(one)): one.role for one in current}
    for slot in slots:
        wanted.setdefault(slot, "alarm" if slot.name == ALARM else "approver")
    cards = {
        slot: card(state, role, world.directory)
        for slot, role in wanted.items()
        if slot.name in (CARD, ALARM)
    }
    return cards | {slot: note(state, APPROVED) for slot in slots if slot.name.startswith(APPROVED)}


def _name(audience: Audience) -> str:
    return ALARM if audience.role == "alarm" else CARD


def _concerned(state: Access, directory: Directory) -> Collection[str]:
    return {state.requester, *deciders(state, directory)}


ARTIST = Artist(
    KIND,
    Access,
    _cards,
    note,
    _concerned,
    home_part,
    open=frozenset((*OPEN, *STANDING)),
    notes=frozenset({APPROVED}),
    urgent=frozenset({ALARM}),
)
