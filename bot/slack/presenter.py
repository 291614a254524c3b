"""What a workflow tells the drawing of itself: its cards, its notes, its part of the App Home."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.message import Message
from workflows.database.stored_messages import Slot
from workflows.ledger.repository import Repository
from workflows.narrative import LoggedEvent, Replies
from workflows.ports import Directory
from workflows.workflow import State, World

CARD = "card"

Item = Sequence[Block]
"""One subject in a list of the App Home."""


@dataclass(frozen=True)
class Decision:
    """What waits for a person's decision, with the environment and risk that it can be filtered by, if it has them."""

    item: Item
    environment: str = ""
    risk: str = ""


@dataclass(frozen=True)
class HomePart:
    """A person's subjects of one workflow: `waiting` for their decision, oldest first; `mine`, newest first.

    `approved` by them and pending still.
    """

    kind: str
    title: str
    decisions: str
    """What its decisions are called in the filter."""
    empty: str
    waiting: Sequence[Decision]
    mine: Sequence[Item]
    approved: Sequence[Item] = ()
    start: ButtonElement | None = None
    """Opens the window that begins something new; None for who may not."""


@dataclass(frozen=True)
class Lines:
    """Events that are told in short messages in a channel of the subject's own."""

    told: Collection[str]
    """Their names."""
    channel: Callable[[Any], str | None]
    """The channel's id; None until there is one."""
    write: Callable[[Any, LoggedEvent, Directory], Message]


async def _alone(reads: Repository, state: Any) -> Any:
    return state


async def _nothing(reads: Repository, world: World, person: str) -> HomePart | None:
    return None


def _no_note(state: Any, name: str) -> Message:
    raise LookupError(f"there is no note {name}")


@dataclass(frozen=True)
class Presenter:
    """Pure functions of stored state.

    `cards` gets the slots that the subject has already, so that whoever once had a card keeps a true one.
    """

    kind: str
    state: type[State]
    cards: Callable[[Any, World, Collection[Slot]], Mapping[Slot, Message]]
    note: Callable[[Any, str], Message] = _no_note
    notes: Collection[str] = ()
    """The names that `note` knows: of every message that tells one person something."""
    concerned: Callable[[Any, Directory], Collection[str]] = lambda state, directory: ()
    """Whose App Home shows it."""
    home: Callable[[Repository, World, str], Awaitable[HomePart | None]] = _nothing
    whole: Callable[[Any, World, str, str], Sequence[Block]] = lambda state, world, name, person: ()
    """All of the message of this name, whose card has room for some of it; nothing for who may not see it."""
    open: frozenset[str] = frozenset()
    """Statuses in which its cards ask for something: they are drawn again when Daypass starts, and when Slack heals."""
    lasting: frozenset[str] = frozenset()
    """Of its notes, those that are kept true like cards. What somebody is told, telling alone posts."""
    replies: Replies = field(default_factory=dict)
    """The events that are told in the thread of its card."""
    lines: Lines | None = None
    thread: str = CARD
    """Which of its cards in a channel has the thread."""
    topic: Callable[[Any], str] = lambda state: ""
    """What it is about, as markup in a few words."""
    remedy: Callable[[Any, str], Sequence[ButtonElement] | None] = lambda state, event: ()
    """The buttons that repair what the event of this name told of; None once that is over."""
    urgent: frozenset[str] = frozenset()
    """Slots of the alarms channel whose messages the operators get directly where Slack refuses that channel."""
    gather: Callable[[Repository, Any], Awaitable[Any]] = _alone
    """What a subject is shown together with, as one: its state, or that of the subject whose card shows them all."""
