"""Alarms as the drawing sees them: one message in the alarms channel, struck out when it is over.

Where Slack refuses that channel the operators get it directly, and what they got is kept true like any card.
"""

from collections.abc import Collection, Mapping

from bot.slack import texts
from bot.slack.blocks import message, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, plain, plain_lines
from bot.slack.presenter import CARD, Presenter
from workflows.database.stored_messages import Slot
from workflows.system.alarms import KIND, Alarm
from workflows.workflow import World

MAX_RAISED_CHARS, MAX_CLEARED_CHARS = 9_000, 2_000
"""Characters of one that is raised, and of one that is over; the log has all of it."""


def _cards(alarm: Alarm, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    text = f":rotating_light: {cut(plain_lines(alarm.sentence), MAX_RAISED_CHARS)}"
    if alarm.status == "cleared":
        text = texts.OVER_MARKED.format(what=cut(plain(alarm.sentence), MAX_CLEARED_CHARS))
    place = f"channel:{world.bundle.settings.channels.alarms}"
    shown = {Slot(alarm.id, place, CARD), *(slot for slot in slots if slot.name == CARD)}
    return {slot: message(text, *sections(*text.split("\n"))) for slot in shown}


PRESENTER = Presenter(KIND, Alarm, _cards, open=frozenset({"raised"}), urgent=frozenset({CARD}))
