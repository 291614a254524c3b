"""Releases as the drawing sees them."""

from collections.abc import Callable, Collection, Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.blocks import buttons
from bot.slack.message import Message
from bot.slack.presenter import CARD, Presenter
from bot.slack.questions import NOTES as QUESTION_NOTES
from bot.slack.questions import ask_buttons, question_blocks
from bot.slack.releases import texts
from bot.slack.releases.cards import card, whole
from bot.slack.releases.exceptions import texts as exception_texts
from bot.slack.releases.exceptions.lines import review_buttons
from bot.slack.releases.home import home_part
from bot.slack.releases.names import what
from bot.slack.releases.notifications import note
from bot.slack.releases.repairs import repairs
from bot.slack.reviews import own_approval
from workflows.approval.approvers import deciders
from workflows.approval.audiences import Role, audiences
from workflows.database.stored_messages import Slot
from workflows.ports import Directory
from workflows.releases.gates.gate import all_passed
from workflows.releases.narrative import REPLIES
from workflows.releases.state import GOING, KIND, STANDING, Release
from workflows.workflow import World


def _cards(state: Release, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    current = audiences(state, world.directory)
    wanted: dict[Slot, Role] = {Slot(state.id, one.place, CARD): one.role for one in current}
    for slot in slots:
        if slot.name == CARD:
            wanted.setdefault(slot, "approver")
    drawn = {role: card(state, role, world.directory) for role in {*wanted.values()}}
    return {slot: drawn[role] for slot, role in wanted.items()}


def _concerned(state: Release, directory: Directory) -> Collection[str]:
    return {state.requester, *deciders(state, directory)}


def _whole(state: Release, world: World, name: str, person: str) -> Sequence[Block]:
    pressed = ask_buttons(state, world.directory, person)
    return [
        *whole(state, world.directory),
        *question_blocks(state, world.directory, person),
        *([buttons(*pressed)] if pressed else []),
        *own_approval(state, person),
    ]


def _has_live_check(state: Release, verdict: str) -> bool:
    return any(one.result.verdict == verdict for one in state.live_checks)


_HOLDS: Mapping[str, Callable[[Release], object]] = {
    "approval-voided": lambda state: state.status in ("proposed", "pending") and state.voided,
    "check-failed": lambda state: state.status in ("live", "rolling back") and not all_passed(state.checks),
    "live-check-failed": lambda state: (
        state.status in ("live", "evaluated", "rolling back") and _has_live_check(state, "failed")
    ),
    "live-check-not-read": lambda state: (
        state.status in ("live", "evaluated") and _has_live_check(state, "unknown")
    ),
    "drifted": lambda state: state.drifted and state.status in STANDING,
    "artifact-changed": lambda state: state.swapped and state.status in STANDING,
    "artifact-not-read": lambda state: state.unread and state.status in STANDING,
    "move-stopped": lambda state: state.stopped and state.status in STANDING,
}
"""Whether what an event has told of is still so."""


def _remedy(state: Release, event: str) -> Sequence[ButtonElement] | None:
    if event == "exception-review-overdue":
        return review_buttons(state) or None
    return repairs(state) if _HOLDS[event](state) else None


PRESENTER = Presenter(
    KIND,
    Release,
    _cards,
    note,
    {**texts.NOTES, **exception_texts.NOTES, **dict.fromkeys(QUESTION_NOTES)},
    _concerned,
    home_part,
    _whole,
    open=frozenset(GOING),
    replies=REPLIES,
    topic=what,
    remedy=_remedy,
)
