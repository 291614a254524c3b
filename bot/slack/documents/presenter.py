"""Documents as the drawing sees them: a card for the author, one for the approvers, and both in App Home."""

from collections.abc import Collection, Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.slack.blocks import button, buttons, section
from bot.slack.documents import texts
from bot.slack.documents.cards import REVIEW, card, shown, what, whole
from bot.slack.message import Message
from bot.slack.presenter import CARD, Decision, HomePart, Presenter
from workflows.approval.approvers import deciders, waits_for
from workflows.approval.audiences import Role, audiences
from workflows.database.stored_messages import Slot
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.system.documents.state import KIND, OPEN, Document
from workflows.system.documents.views import concerns
from workflows.workflow import World

START = "home.write-document"
LISTED = 10


def _cards(state: Document, world: World, slots: Collection[Slot]) -> Mapping[Slot, Message]:
    """Approvers hear of it once it is in review; whoever once had a card keeps a true one."""
    current = audiences(state, world.directory, alone=state.status != "pending")
    wanted: dict[Slot, Role] = {Slot(state.id, one.place, CARD): one.role for one in current}
    for slot in slots:
        if slot.name == CARD:
            wanted.setdefault(slot, "approver")
    drawn = {role: card(state, role, world.directory) for role in {*wanted.values()}}
    return {slot: drawn[role] for slot, role in wanted.items()}


def _concerned(state: Document, directory: Directory) -> Collection[str]:
    return {*state.authors, *deciders(state, directory)}


def _whole(state: Document, world: World, name: str, person: str) -> Sequence[Block]:
    return whole(state, world.directory) if concerns(state, world.directory, person) else ()


async def home_part(reads: Repository, world: World, person: str) -> HomePart | None:
    """What waits for the person's approval, and what they write; None for who has nothing to do with documents."""
    mine = [one for one in await reads.owned_by(Document, KIND, person, LISTED) if one.status != "discarded"]
    pending = await reads.in_status(Document, KIND, ["pending"])
    waiting = [_decision(one) for one in pending if waits_for(one, world.directory, person)]
    if not (mine or waiting):
        return None
    return HomePart(
        kind=KIND,
        title=texts.HOME_TITLE,
        decisions=texts.HOME_DECISIONS,
        empty=texts.HOME_EMPTY,
        waiting=waiting,
        mine=[[section(f"{texts.STANDING[one.status]} · {what(one)}")] for one in mine],
    )


def _decision(state: Document) -> Decision:
    review = button("Review…", REVIEW, shown(state).value, style="primary")
    return Decision([section(f"*{what(state)}*"), buttons(review)])


PRESENTER = Presenter(
    KIND,
    Document,
    _cards,
    concerned=_concerned,
    home=home_part,
    whole=_whole,
    open=frozenset(OPEN),
    topic=what,
)
