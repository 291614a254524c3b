"""Emergency stops as the drawing sees them: a card in the alarms channel, and one for whoever pressed it."""

from collections.abc import Collection, Mapping

from bot.slack.message import Message
from bot.slack.presenter import CARD, Presenter
from bot.slack.stops.cards import card
from workflows.database.stored_messages import Slot
from workflows.system.stops.state import IN_FORCE, KIND, Stop
from workflows.workflow import Actor, World


def _cards(stop: Stop, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    places = [f"channel:{world.bundle.settings.channels.alarms}"]
    if not Actor(stop.owner).is_daypass:
        places.append(f"person:{stop.owner}")
    shown = {*(Slot(stop.id, place, CARD) for place in places), *(one for one in slots if one.name == CARD)}
    return dict.fromkeys(sorted(shown, key=lambda one: one.place), card(stop))


PRESENTER = Presenter(KIND, Stop, _cards, open=IN_FORCE, urgent=frozenset({CARD}))
