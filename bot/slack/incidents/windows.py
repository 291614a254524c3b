"""The windows about one incident, opened by a button of its card or by a word behind `/incident`."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.models.views import View

from bot.slack.answers import Body, person
from bot.slack.button_values import About
from bot.slack.context import ListenerContext
from bot.slack.controls import Control
from bot.slack.incidents import cards, modals, texts
from bot.slack.incidents.typed_command import playbook_for
from workflows.incidents.refusals import UNKNOWN
from workflows.incidents.state import EVERY, GOING, KIND, Incident
from workflows.incidents.views import sees
from workflows.ledger.repository import Repository

OPENS = {
    cards.ROLES: "roles",
    cards.SEVERITY: "severity",
    cards.PLAYBOOK: "playbook",
    cards.FOLLOW_UP: "follow-up",
    cards.RESOLVE: "resolve",
    cards.CANCEL: "cancel",
}
"""The buttons that open a window, and the word that opens the same."""


class Windows:
    """Opens them for whoever may see the incident."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads

    async def in_channel(self, channel: str | None) -> Incident | None:
        """The incident that is worked on in this channel; None in any other."""
        going = await self._reads.in_status(Incident, KIND, GOING)
        return next((one for one in going if channel and one.channel == channel), None)

    @property
    def buttons(self) -> Sequence[Control[Any]]:
        """The buttons that open one."""
        return [Control(action, About, self.ask) for action in OPENS]

    async def ask(self, ack: AsyncAck, body: Body, about: About) -> None:
        await ack()
        self._parts.afterwards(self._open(about, body), body)

    async def called(self, number: str) -> Incident | None:
        """The incident that people call by this number."""
        every = await self._reads.in_status(Incident, KIND, EVERY)
        return next((one for one in every if one.number == number), None)

    async def show(self, word: str, state: Incident | None, body: Body, typed: str = "") -> None:
        """Open the window of this word, filled in with what was typed, or say why not."""
        if state is None or not sees(state, self._parts.world().directory, person(body)):
            await self._parts.notice(UNKNOWN.sentence, body)
        elif view := self._window(word, state, typed):
            await self._parts.open(body, view)
        else:
            await self._parts.notice(texts.NO_PLAYBOOKS, body)

    async def _open(self, about: About, body: Body) -> None:
        state = await self._reads.find(Incident, about.subject)
        await self.show(OPENS[body["actions"][0]["action_id"]], state, body)

    def _window(self, word: str, state: Incident, typed: str) -> View | None:
        """None if there is no playbook to choose."""
        value, bundle = About(state.id).value, self._parts.world().bundle
        match word:
            case "roles":
                return modals.roles_modal(state, value)
            case "severity":
                return modals.severity_modal(state, value, typed.casefold())
            case "playbook":
                named = typed.casefold()
                first = named if named in bundle.playbooks else playbook_for(state.service, bundle)
                return modals.playbook_modal(value, bundle.playbooks, first) if bundle.playbooks else None
            case "follow-up":
                return modals.follow_up_modal(value, typed)
            case "resolve":
                return modals.resolve_modal(state, value, typed)
            case _:
                return modals.cancel_modal(value, typed)
