"""Keeps what Slack shows in step with the database: cards, notes, App Homes, checkpoints."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from weakref import WeakValueDictionary

from slack_sdk.models.blocks import Block

from bot.slack.artist import Artist
from bot.slack.elements import section
from bot.slack.home import home
from bot.slack.words import escape, moment
from integrations.slack.board import HOME, Board, Message, Slot, home_of
from workflows.audit.sequence import Head
from workflows.claim import Claimed
from workflows.outbox import Performer, Result, attempted
from workflows.pools import Pool
from workflows.reads import Reads
from workflows.workflow import World, kind_of

TELLING = Pool("telling", workers=3, yields=True)
LONGEST = 300.0
"""Seconds for drawing all cards of one subject: each is a call or two of Slack's, which may take ten."""


class Drawing:
    """Draws what is stored; every message can be lost and is drawn again from there."""

    def __init__(
        self,
        board: Board,
        reads: Reads,
        world: Callable[[], World],
        warning: Callable[[], str | None],
        artists: Iterable[Artist],
    ) -> None:
        self._board = board
        self._reads = reads
        self._world = world
        self._warning = warning
        self._artists = {artist.kind: artist for artist in artists}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """One drawing at a time of each subject, so that no message is posted twice."""

    @property
    def performers(self) -> dict[str, Performer]:
        """Of the effects `draw` and `tell`."""
        return {
            "draw": Performer(self._perform_draw, TELLING, LONGEST),
            "tell": Performer(self._perform_tell, TELLING, LONGEST),
        }

    async def subject(self, subject: str, again: bool = False) -> None:
        """Bring every card of the subject up to date. Raises Retryable or Permanent."""
        async with self._turns.setdefault(subject, asyncio.Lock()):
            await self._draw(subject, again)

    async def _draw(self, subject: str, again: bool) -> None:
        artist, world = self._artists[kind_of(subject)], self._world()
        state = await self._reads.find(artist.state, subject)
        if state is None:
            return
        cards = artist.cards(state, world, await self._board.slots(subject))
        await self._show(cards, again)
        concerned = {f"person:{one}" for one in artist.concerned(state, world.directory)}
        for place in sorted(concerned & {slot.place for slot in await self._board.slots(HOME)}):
            await self.home(place.removeprefix("person:"))

    async def _show(self, cards: Mapping[Slot, Message], again: bool) -> None:
        """Each place for itself, in order within it: what one channel refuses holds up no other.

        Raises what the first of them raised, when all have been tried.
        """

        async def in_place(place: str) -> None:
            for slot, message in cards.items():
                if slot.place == place:
                    await self._board.show(slot, message, again)

        places = dict.fromkeys(slot.place for slot in cards)
        outcomes = await asyncio.gather(*map(in_place, places), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def open_home(self, person: str) -> None:
        """The person looks at their App Home: publish it, and keep it in step from now on."""
        await self._board.remember(home_of(person))
        await self.home(person)

    async def home(self, person: str) -> None:
        """Publish the person's App Home. Raises Retryable or Permanent."""
        world = self._world()
        parts = [await artist.home(self._reads, world, person) for artist in self._artists.values()]
        await self._board.publish(person, home([part for part in parts if part], self._warning()))

    async def whole(self, subject: str, name: str, person: str) -> Sequence[Block]:
        """All of the subject's message of this name; nothing if there is none, or none for this person."""
        artist = self._artists[kind_of(subject)]
        state = await self._reads.find(artist.state, subject)
        return artist.whole(state, self._world(), name, person) if state else ()

    async def checkpoint(self, head: Head) -> None:
        """Post a checkpoint of the log where its operator can't take it back. Raises Retryable or Permanent."""
        place = f"channel:{self._world().bundle.settings.channels.audit}"
        slot = Slot("log", place, f"checkpoint/{head.size}/{int(head.at.timestamp())}")
        await self._board.show(slot, checkpoint_message(head))

    async def _perform_draw(self, effect: Claimed) -> Result:
        return await attempted(self.subject(effect.subject))

    async def _perform_tell(self, effect: Claimed) -> Result:
        artist = self._artists[kind_of(effect.subject)]
        state = await self._reads.find(artist.state, effect.subject)
        assert state is not None
        name = effect.payload["note"]
        told = self._world().directory.told_for(effect.payload["person"])
        slots = [Slot(effect.subject, f"person:{one}", f"{name}/{effect.version}") for one in sorted(told)]
        return await attempted(self._show({slot: artist.note(state, name) for slot in slots}, again=False))


def checkpoint_message(head: Head) -> Message:
    """The checkpoint as it is read back from Slack: its whole note."""
    text = f":lock: Checkpoint of the audit log: {head.size} events, {moment(head.at)}\n```{escape(head.note)}```"
    return Message(text, (section(text),))
