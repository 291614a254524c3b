"""Draws the window that hands a credential over again, for another way to use it.

All that it shows comes with the click: Slack keeps it in the window, so that no process of Daypass has to.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.access.credential_modal import handing_over
from bot.slack.access.ways import USE
from bot.slack.answers import Body
from bot.slack.button_values import HandedOver, read_value
from bot.slack.context import ListenerContext
from bot.slack.texts import NOT_SHOWN
from workflows.access.state import Access
from workflows.database.outage import DatabaseAway
from workflows.ledger.repository import Repository


class CredentialListener:
    """Listens to the choice."""

    def __init__(self, parts: ListenerContext, reads: Repository) -> None:
        self._parts = parts
        self._reads = reads

    def attach(self, app: AsyncApp) -> None:
        """Attach it to the Bolt app."""
        app.action(USE)(self.chosen)

    async def chosen(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        handed = read_value(HandedOver, body["view"]["private_metadata"])
        if handed:
            self._parts.afterwards(self._draw(handed, body), body)

    async def _draw(self, handed: HandedOver, body: Body) -> None:
        try:
            state = await self._reads.find(Access, handed.subject)
        except DatabaseAway:
            state = None
        if state is None:
            await self._parts.notice(NOT_SHOWN, body)
            return
        entitlement = self._parts.world().bundle.entitlements.get(state.terms.entitlement)
        chosen = body["actions"][0]["selected_option"]["value"]
        view = handing_over(state, handed, entitlement.connect if entitlement else None, chosen)
        await self._parts.update(body, view)
