"""Incidents as the drawing sees them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from slack_sdk.models.blocks import Block

from bot.slack.incidents.cards import alarm, announcement, card, headline, whole
from bot.slack.incidents.channel_lines import line
from bot.slack.incidents.checklist import NAME as CHECKLIST
from bot.slack.incidents.checklist import checklist
from bot.slack.incidents.checklist import whole as whole_checklist
from bot.slack.incidents.home import home_part
from bot.slack.incidents.notifications import SENTENCES, note
from bot.slack.message import Message
from bot.slack.presenter import CARD, Lines, Presenter
from workflows.database.stored_messages import Slot
from workflows.incidents.channel_lines import LINES
from workflows.incidents.narrative import REPLIES
from workflows.incidents.state import GOING, KIND, OFFER_NOTE, Incident
from workflows.incidents.views import members, sees
from workflows.ports import Directory
from workflows.workflow import World

ANNOUNCEMENT = "announcement"
ALARM = "alarm"


def _cards(state: Incident, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    """A private incident is shown in its own channel and nowhere else."""
    found: dict[Slot, Message] = {}
    if state.channel:
        place = f"channel:{state.channel}"
        found[Slot(state.id, place, CARD)] = replace(card(state), is_pinned=True)
        if steps := checklist(state):
            found[Slot(state.id, place, CHECKLIST)] = steps
        found |= _alarms(state, place, slots)
    if not state.private and state.terms.announce:
        found[Slot(state.id, f"channel:{state.terms.announce}", ANNOUNCEMENT)] = announcement(state)
    return found | {
        slot: _offer_note(state, slot) for slot in slots if slot.name.startswith(f"{OFFER_NOTE}/")
    }


def _offer_note(state: Incident, slot: Slot) -> Message:
    """It loses its buttons when the offer is gone. Its slot ends with the version at which it was made."""
    return note(state, slot.name.rpartition("/")[0])


def _alarms(state: Incident, place: str, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    """Of a private incident only: elsewhere nobody is told whose access hasn't ended. One that stands stays true."""
    raised = {slot.name for slot in slots}
    return {
        Slot(state.id, place, name): alarm(one)
        for one in state.accesses
        if state.private
        and ((name := f"{ALARM}/{one.id}") in raised or (one.status == "ending" and one.trouble))
    }


def _concerned(state: Incident, directory: Directory) -> Collection[str]:
    return directory.all_accounts_of(members(state, directory))


def _whole(state: Incident, world: World, name: str, person: str) -> Sequence[Block]:
    if not sees(state, world.directory, person):
        return ()
    return whole_checklist(state) if name == CHECKLIST and state.playbook else whole(state)


PRESENTER = Presenter(
    KIND,
    Incident,
    _cards,
    note,
    SENTENCES,
    _concerned,
    home_part,
    _whole,
    open=frozenset(GOING),
    lasting=frozenset({OFFER_NOTE}),
    replies=REPLIES,
    lines=Lines(LINES, lambda state: state.channel, line),
    thread=ANNOUNCEMENT,
    topic=headline,
)
