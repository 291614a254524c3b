"""Keeps what Slack shows in step with the database: cards, notes, App Homes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

from slack_sdk.models.blocks import Block

from bot.slack import texts
from bot.slack.button_values import HomeFilter, read_value
from bot.slack.home import home
from bot.slack.home_filter import ALL, EMPTIED, still_waiting
from bot.slack.message import Message
from bot.slack.message_store import MessageStore, NoCard
from bot.slack.presenter import HomePart, Presenter
from bot.slack.retry import leading, result_of
from bot.slack.threads import Threads, is_reply
from integrations.slack.errors import SlackRefused
from workflows.database.stored_messages import HOME, Slot, home_of
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Performer, Result
from workflows.ledger.repository import Repository
from workflows.ledger.worker_pools import Pool
from workflows.ports import Permanent, Retryable
from workflows.system.alarms import KIND as ALARM
from workflows.workflow import World, kind_of

log = logging.getLogger(__name__)

TELLING = Pool("telling", workers=3, yields=True)
REPLYING = Pool("replying", workers=1, yields=True)
"""Of its own, so that no reply takes a worker from a card."""
MAX_DRAW_SECONDS = 300.0
"""Seconds for drawing all cards of one subject: each is a call or two of Slack's, which may take ten."""

MAX_OPERATORS = 20
"""Who get an alarm directly, at most."""


class Renderer:
    """Draws what is stored; every message can be lost and is drawn again from there."""

    def __init__(
        self,
        board: MessageStore,
        reads: Repository,
        world: Callable[[], World],
        warning: Callable[[], str | None],
        presenters: Iterable[Presenter],
        now: Callable[[], datetime],
        pace: float = 1.0,
    ) -> None:
        """`pace` is a factor on every pause between attempts."""
        self._board = board
        self._reads = reads
        self._world = world
        self._warning = warning
        self._artists = {presenter.kind: presenter for presenter in presenters}
        self._now = now
        self._pace = pace
        self._threads = Threads(board, reads, world, now)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """One drawing at a time of each subject and each Home, so that no message is posted twice or goes back in time."""

    @property
    def performers(self) -> dict[str, Performer]:
        """Of the effects `draw`, `tell` and `reply`."""
        return {
            "draw": Performer(self._perform_draw, TELLING, MAX_DRAW_SECONDS),
            "tell": Performer(self._perform_tell, TELLING, MAX_DRAW_SECONDS),
            "reply": Performer(self._perform_reply, REPLYING, MAX_DRAW_SECONDS),
        }

    async def subject(self, subject: str, again: bool = False) -> None:
        """Bring every card of the subject up to date, and every Home that shows it, each for itself.

        What one place refuses holds up no other. Raises Retryable or Permanent when all have been tried.
        """
        async with self._turns.setdefault(subject, asyncio.Lock()):
            if failure := leading(await self._draw(subject, again)):
                raise failure

    async def _draw(self, subject: str, again: bool) -> list[Exception]:
        """What failed of it."""
        presenter, world = self._artists[kind_of(subject)], self._world()
        state = await self._reads.find(presenter.state, subject)
        if state is None:
            return []
        elsewhere: list[Exception] = []
        gathered = await presenter.gather(self._reads, state)
        if gathered.id == subject:
            state = gathered
        else:
            elsewhere = await failures_of(self.subject(gathered.id, again))
        slots = await self._board.slots(subject, posted_only=lambda slot: _is_told_once(presenter, slot))
        cards = presenter.cards(state, world, slots)
        refused = await self._show(cards, again)
        failures = [*elsewhere, *refused.values()]
        failures += (await self._show(_elsewhere(presenter, cards, refused, world), again)).values()
        for slot, said in await self._threads.keep_true(slots, presenter, state):
            failures += await failures_of(self._board.redraw(slot, said))
        concerned = {f"person:{one}" for one in presenter.concerned(state, world.directory)}
        for place in sorted(concerned & {slot.place for slot in await self._board.slots(HOME)}):
            failures += await failures_of(self.home(place.removeprefix("person:"), again=False))
        return failures

    async def _show(self, cards: Mapping[Slot, Message], again: bool = False) -> dict[str, Exception]:
        """Each place for itself, in order within it; what failed, by place."""

        async def in_place(place: str) -> None:
            for slot, message in cards.items():
                if slot.place == place:
                    await self._board.show(slot, message, again)

        places = list(dict.fromkeys(slot.place for slot in cards))
        outcomes = await asyncio.gather(*(failures_of(in_place(place)) for place in places))
        return {place: failed[0] for place, failed in zip(places, outcomes, strict=True) if failed}

    async def open_home(self, person: str) -> None:
        """The person looks at their App Home: publish it, and keep it in step from now on."""
        await self._board.remember(home_of(person))
        await self.home(person)
        await self._board.kept.keep_home_filter(person, ALL.value, instead_of=EMPTIED.value)

    async def choose(self, person: str, chosen: HomeFilter) -> None:
        """Keep which decisions the person's App Home lists, for every drawing from now on."""
        await self._board.remember(home_of(person))
        await self._board.kept.keep_home_filter(person, chosen.value)

    async def home(self, person: str, again: bool = True) -> None:
        """Publish the person's App Home; without `again` only if it has changed. Raises Retryable or Permanent."""
        async with self._turns.setdefault(home_of(person).place, asyncio.Lock()):
            world = self._world()
            drawn = [await presenter.home(self._reads, world, person) for presenter in self._artists.values()]
            parts = [part for part in drawn if part]
            chosen = await self._chosen(person, parts)
            await self._board.publish(person, home(parts, self._warning(), chosen), again)

    async def _chosen(self, person: str, parts: Sequence[HomePart]) -> HomeFilter:
        """The filter that the person chose; forgotten if nothing of it waits any more."""
        kept = await self._board.kept.home_filter(person) or ALL.value
        chosen = still_waiting(read_value(HomeFilter, kept) or ALL, parts)
        if chosen.value != kept:
            await self._board.kept.keep_home_filter(person, chosen.value, instead_of=kept)
        return chosen

    async def whole(self, subject: str, name: str, person: str) -> Sequence[Block]:
        """All of the subject's message of this name; nothing if there is none, or none for this person."""
        presenter = self._artists[kind_of(subject)]
        state = await self._reads.find(presenter.state, subject)
        if state is None:
            return ()
        return presenter.whole(await presenter.gather(self._reads, state), self._world(), name, person)

    async def _perform_draw(self, effect: ClaimedEffect) -> Result:
        return await self._result(effect, self.subject(effect.subject))

    async def _perform_tell(self, effect: ClaimedEffect) -> Result:
        return await self._result(effect, self._tell(effect))

    async def _tell(self, effect: ClaimedEffect) -> None:
        presenter = self._artists[kind_of(effect.subject)]
        state = await self._reads.find(presenter.state, effect.subject)
        assert state is not None
        name = effect.payload["note"]
        told = self._world().directory.told_for(effect.payload["person"])
        slots = [Slot(effect.subject, f"person:{one}", f"{name}/{effect.version}") for one in sorted(told)]
        refused = await self._show({slot: presenter.note(state, name) for slot in slots})
        if failure := leading(refused.values()):
            raise failure
        if name in presenter.lasting and await self._reads.find(presenter.state, effect.subject) != state:
            await self.subject(effect.subject)  # a drawing of what came meanwhile has left the note alone

    async def _perform_reply(self, effect: ClaimedEffect) -> Result:
        return await self._result(effect, self._reply(effect))

    async def _reply(self, effect: ClaimedEffect) -> None:
        """In each channel that has the card, each for itself; or as a message of its own in the subject's channel."""
        presenter = self._artists[kind_of(effect.subject)]
        state = await self._reads.find(presenter.state, effect.subject)
        assert state is not None
        if line := await self._threads.line(effect, presenter, state):
            await self._board.show(*line)
            return
        replies = await self._threads.replies(effect, presenter, state)
        failed = [error for one in replies for error in await failures_of(self._threads.say(effect, *one))]
        if any(isinstance(error, NoCard) for error in failed):
            await self.subject(effect.subject)
        if failure := leading(failed):
            raise failure

    async def _result(self, effect: ClaimedEffect, doing: Awaitable[None]) -> Result:
        try:
            await doing
        except (Retryable, Permanent) as error:
            return result_of(effect, error, self._now(), self._pace, kind_of(effect.subject) == ALARM)
        return Done()


async def failures_of(doing: Awaitable[None]) -> list[Exception]:
    """What went wrong, if anything. What Daypass itself did wrong is logged, and tried again like the rest."""
    try:
        await doing
    except (Retryable, Permanent) as error:
        return [error]
    except Exception as error:
        log.exception("something could not be drawn")
        return [Retryable(texts.OWN_FAULT.format(error=type(error).__name__))]
    return []


def _is_told_once(presenter: Presenter, slot: Slot) -> bool:
    """What a drawing keeps true and never posts."""
    return is_reply(slot) or slot.name.partition("/")[0] in presenter.lasting


def _elsewhere(
    presenter: Presenter, cards: Mapping[Slot, Message], refused: Mapping[str, Exception], world: World
) -> dict[Slot, Message]:
    """What the operators get directly, because Slack refuses the channel where they would see it."""
    alarms = f"channel:{world.bundle.settings.channels.alarms}"
    if not isinstance(refused.get(alarms), SlackRefused):
        return {}
    operators = sorted(world.directory.all_members_of(world.bundle.settings.console.operators))
    return {
        replace(slot, place=f"person:{one}"): message
        for slot, message in cards.items()
        if slot.place == alarms and slot.name in presenter.urgent
        for one in operators[:MAX_OPERATORS]
    }
