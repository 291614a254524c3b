"""Access as the drawing sees it."""

from collections.abc import Collection, Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access import texts
from bot.slack.access.break_glass import texts as glass
from bot.slack.access.break_glass.lines import review_buttons
from bot.slack.access.cards import card
from bot.slack.access.details import whole
from bot.slack.access.home import home_part
from bot.slack.access.kits import texts as kits
from bot.slack.access.kits.cards import kit_card
from bot.slack.access.less import less_buttons
from bot.slack.access.notifications import APPROVED, note
from bot.slack.access.on_behalf import texts as on_behalf
from bot.slack.blocks import buttons
from bot.slack.message import Message
from bot.slack.mrkdwn import plain
from bot.slack.presenter import CARD, Presenter
from bot.slack.questions import NOTES as QUESTION_NOTES
from bot.slack.questions import ask_buttons, question_blocks
from bot.slack.reviews import own_approval
from workflows.access.break_glass.decide import unreviewed
from workflows.access.break_glass.reviewers import reviewers
from workflows.access.kits.whole import WholeKit, is_in_kit, with_its_kit
from workflows.access.narrative import REPLIES
from workflows.access.state import KIND, OPEN, STANDING, Access
from workflows.access.views import audiences
from workflows.approval.approvers import deciders
from workflows.approval.audiences import Audience, Role
from workflows.database.stored_messages import Slot
from workflows.ports import Directory
from workflows.workflow import World

ALARM = "alarm"


def _cards(state: Access, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    current = _audiences(state, world)
    wanted: dict[Slot, Role] = {}
    for one in current:
        wanted.setdefault(Slot(state.id, one.place, _name(one)), one.role)
    for slot in slots:
        wanted.setdefault(slot, "alarm" if slot.name == ALARM else "approver")
    drawn = {role: _card(state, role, world.directory) for role in {*wanted.values()}}
    cards = {slot: drawn[role] for slot, role in wanted.items() if slot.name in (CARD, ALARM)}
    return cards | {slot: note(state, APPROVED) for slot in slots if slot.name.startswith(APPROVED)}


def _audiences(state: Access, world: World) -> Collection[Audience]:
    """Whom its cards are for. What was requested with a kit has its card, of all of it, under the first request."""
    alarms = world.bundle.settings.channels.alarms
    mine = audiences(state, world.directory, alarms)
    if isinstance(state, WholeKit):
        every = [one for each in state.states for one in audiences(each, world.directory, alarms)]
        return [one for one in dict.fromkeys((*mine, *every)) if one.role != "alarm" or one in mine]
    return [one for one in mine if one.role == "alarm" or not is_in_kit(state)]


def _card(state: Access, role: Role, directory: Directory) -> Message:
    if isinstance(state, WholeKit) and role != "alarm":
        return kit_card(state, role, directory)
    return card(state, role, directory)


def _name(audience: Audience) -> str:
    return ALARM if audience.role == "alarm" else CARD


def _concerned(state: Access, directory: Directory) -> Collection[str]:
    if state.unaccepted:
        return {state.requester, state.owner}
    each = state.states if isinstance(state, WholeKit) else (state,)
    deciding = {who for one in each for who in deciders(one, directory)}
    asker = {state.asked_by} if state.holder and state.asked_by else set()
    return {state.requester, *asker, *deciding, *reviewers(state, directory)}


def _whole(state: Access, world: World, name: str, person: str) -> Sequence[Block]:
    """Of access given in a private incident only the requester has a card."""
    hidden = state.private and person not in world.directory.told_for(state.requester)
    if hidden:
        return ()
    if isinstance(state, WholeKit):
        return [block for one in state.states for block in _whole(one, world, name, person)]
    directory = world.directory
    pressed = [*less_buttons(state, directory, person), *ask_buttons(state, directory, person)]
    return [
        *whole(state, directory),
        *question_blocks(state, directory, person),
        *([buttons(*pressed)] if pressed else []),
        *own_approval(state, person),
    ]


def _remedy(state: Access, event: str) -> Sequence[ButtonElement] | None:
    """What an overdue review needs; None once it is there."""
    return review_buttons(state) if unreviewed(state) else None


PRESENTER = Presenter(
    KIND,
    Access,
    _cards,
    note,
    {**texts.NOTES, **kits.NOTES, **glass.NOTES, **on_behalf.NOTES, **dict.fromkeys(QUESTION_NOTES)},
    _concerned,
    home_part,
    _whole,
    open=frozenset((*OPEN, *STANDING)),
    lasting=frozenset({APPROVED}),
    urgent=frozenset({ALARM}),
    replies=REPLIES,
    topic=lambda state: plain(state.terms.title),
    remedy=_remedy,
    gather=with_its_kit,
)
