"""Keeps what Slack shows in step with the database: cards, notes, App Homes, alarms, checkpoints."""

from collections.abc import Awaitable, Callable

from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards import card
from bot.slack.home import home
from bot.slack.notes import APPROVED, note
from bot.slack.words import escape, literal, moment
from integrations.slack.board import Board, Message, Slot
from integrations.slack.calls import Limited, call
from workflows import alarms
from workflows.access.model import KIND, Access
from workflows.access.views import Audience, audiences, deciders, waits_for
from workflows.alarms import Alarm
from workflows.audit.sequence import Head
from workflows.claim import Claimed
from workflows.outbox import Done, Later, Never, Perform, Result
from workflows.ports import Permanent, Retryable
from workflows.reads import Reads
from workflows.workflow import World, kind_of

CARD = "card"
ALARM = "alarm"
HOME = "home"
LISTED = 40
LONGEST_ALARM = 2_800


class Drawing:
    """Draws what is stored; every message can be lost and is drawn again from there."""

    def __init__(
        self,
        board: Board,
        client: AsyncWebClient,
        reads: Reads,
        world: Callable[[], World],
        warning: Callable[[], str | None],
    ) -> None:
        self._board = board
        self._client = client
        self._reads = reads
        self._world = world
        self._warning = warning

    @property
    def performers(self) -> dict[str, Perform]:
        """Of the effects `draw` and `tell`."""
        return {"draw": self._perform_draw, "tell": self._perform_tell}

    async def subject(self, subject: str, again: bool = False) -> None:
        """Bring every card of the subject up to date. Raises Retryable or Permanent."""
        if kind_of(subject) == alarms.KIND:
            await self._alarm(subject, again)
        elif state := await self._reads.find(Access, subject):
            await self._access(state, again)

    async def open_home(self, person: str) -> None:
        """The person looks at their App Home: publish it, and keep it in step from now on."""
        await self._board.remember(Slot(HOME, f"person:{person}", HOME))
        await self.home(person)

    async def home(self, person: str) -> None:
        """Publish the person's App Home. Raises Retryable or Permanent."""
        directory = self._world().directory
        mine = await self._reads.owned_by(Access, KIND, person, LISTED)
        pending = await self._reads.in_status(Access, KIND, ["pending"])
        waiting = [state for state in pending if waits_for(state, directory, person)]
        view = home(mine, waiting, self._warning())
        await call("views.publish", self._client.views_publish(user_id=person, view=view.to_dict()))

    async def checkpoint(self, head: Head) -> None:
        """Post a checkpoint of the log where its operator can't take it back. Raises Retryable or Permanent."""
        text = f":lock: Checkpoint of the audit log: {head.size} events, {moment(head.at)}\n```{escape(head.note)}```"
        place = f"channel:{self._world().bundle.settings.channels.audit}"
        await self._board.show(
            Slot("log", place, f"checkpoint/{head.size}/{int(head.at.timestamp())}"), _message(text)
        )

    async def _access(self, state: Access, again: bool) -> None:
        world = self._world()
        current = audiences(state, world.directory, world.bundle.settings.channels.alarms)
        wanted = {Slot(state.id, one.place, _slot(one)): one.role for one in current}
        for slot in await self._board.slots(state.id):
            wanted.setdefault(slot, "alarm" if slot.name == ALARM else "approver")
        for slot, role in wanted.items():
            if slot.name in (CARD, ALARM):
                await self._board.show(slot, card(state, role, world.directory), again)
            elif slot.name.startswith(APPROVED):
                await self._board.show(slot, note(state, APPROVED))
        concerned = {f"person:{one}" for one in (state.requester, *deciders(state, world.directory))}
        for place in sorted(concerned & {slot.place for slot in await self._board.slots(HOME)}):
            await self.home(place.removeprefix("person:"))

    async def _alarm(self, subject: str, again: bool) -> None:
        alarm = await self._reads.find(Alarm, subject)
        if alarm is None:
            return
        text = f":rotating_light: {literal(alarm.sentence, LONGEST_ALARM)}"
        if alarm.status == "cleared":
            text = f":white_check_mark: Over: ~{literal(' '.join(alarm.sentence.split()), LONGEST_ALARM)}~"
        place = f"channel:{self._world().bundle.settings.channels.alarms}"
        await self._board.show(Slot(subject, place, CARD), _message(text), again)

    async def _perform_draw(self, effect: Claimed) -> Result:
        return await _attempt(self.subject(effect.subject))

    async def _perform_tell(self, effect: Claimed) -> Result:
        state = await self._reads.find(Access, effect.subject)
        assert state is not None
        name = effect.payload["note"]
        slot = Slot(effect.subject, f"person:{effect.payload['person']}", f"{name}/{effect.version}")
        return await _attempt(self._board.show(slot, note(state, name)))


async def _attempt(showing: Awaitable[None]) -> Result:
    try:
        await showing
    except Limited as limited:
        return Later(str(limited), pause=limited.pause)
    except Retryable as error:
        return Later(str(error))
    except Permanent as error:
        return Never(str(error))
    return Done()


def _slot(audience: Audience) -> str:
    return ALARM if audience.role == "alarm" else CARD


def _message(markup: str) -> Message:
    return Message(markup, (SectionBlock(text=MarkdownTextObject(text=markup)),))
