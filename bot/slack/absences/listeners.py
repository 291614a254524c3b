"""How people say in Slack that they are away, who decides for them, and that they are back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from ulid import ULID

from bot.slack.absences import cards, presenter, texts, windows
from bot.slack.absences.typed_command import BACK, TypedAbsence, is_away, read_away
from bot.slack.answers import Body, person
from bot.slack.button_values import About
from bot.slack.context import ListenerContext, say, typed_behind
from bot.slack.controls import Control, attach_buttons, attach_windows
from bot.slack.texts import NOT_SHOWN
from workflows.approval.approvers import still_needed
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository
from workflows.ports import Directory
from workflows.queries.pending import pending
from workflows.system.absences.commands import EndAbsence, StartAbsence
from workflows.system.absences.state import IN_FORCE, KIND, Absence
from workflows.workflow import Refused


async def _is_away(body: dict[str, Any]) -> bool:
    return is_away(typed_behind(body))


class Listeners:
    """The listeners of absences, over their parts. Attach them before those of access."""

    def __init__(self, parts: ListenerContext, reads: Repository, now: Callable[[], datetime]) -> None:
        self._parts = parts
        self._reads = reads
        self._now = now

    def attach(self, app: AsyncApp) -> None:
        """Attach them to the Bolt app."""
        app.command("/access", matchers=[_is_away])(self.typed)
        app.action(presenter.START)(self.start)
        attach_buttons(app, self._parts, self.buttons)
        attach_windows(app, self._parts, self.windows)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The button of the card and of App Home."""
        return (Control(cards.END, About, self.ended),)

    @property
    def windows(self) -> Sequence[Control[Any]]:
        """The window in which an absence is set."""
        return (Control(windows.START, About, self.started),)

    async def typed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        text = typed_behind(body)
        if text.casefold().split() == [BACK]:
            await self._back(ack, body)
            return
        if text.casefold().split()[1:] == ["help"]:
            await say(ack, texts.HELP)
            return
        await ack()
        read = read_away(text, person(body), self._parts.world().directory, self._now())
        self._parts.afterwards(self._open(read, body), body)

    async def start(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self._parts.afterwards(self._open(TypedAbsence(), body), body)

    async def started(self, ack: AsyncAck, body: Body, about: About) -> None:
        until, delegate = windows.read_away_modal(body["view"])
        command = StartAbsence(about.subject, until or self._now(), delegate)
        await self._parts.submit(ack, body, command, _errors_of)

    async def ended(self, ack: AsyncAck, body: Body, about: About) -> None:
        await self._parts.act(ack, body, EndAbsence(about.subject))

    async def _back(self, ack: AsyncAck, body: Body) -> None:
        mine = self._parts.world().directory.accounts_of(person(body))
        try:
            away = await self._reads.in_status(Absence, KIND, sorted(IN_FORCE))
        except DatabaseAway:
            await say(ack, NOT_SHOWN)
            return
        found = next((one for one in away if one.owner in mine), None)
        if found is None:
            await say(ack, texts.NOT_AWAY)
            return
        outcome = await self._parts.handle(EndAbsence(found.id), body)
        await say(ack, outcome.refusal.sentence if outcome.refusal else texts.BACK)

    async def _open(self, read: TypedAbsence, body: Body) -> None:
        try:
            alone = await waits_alone_for(self._reads, self._parts.world().directory, person(body))
        except DatabaseAway:
            await self._parts.notice(NOT_SHOWN, body)
            return
        await self._parts.open(body, windows.away_modal(About(f"{KIND}_{ULID()}"), read, alone))


async def waits_alone_for(reads: Repository, directory: Directory, who: str) -> int:
    """How many requests and releases wait in some stage for this person and nobody else."""
    mine = directory.accounts_of(who)
    needed = [still_needed(one, directory).values() for one in await pending(reads)]
    return sum(any(people and people <= mine for people in stages) for stages in needed)


def _errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """Under the field that it is about."""
    return dict(refusal.fields) or {windows.UNTIL: refusal.sentence}
