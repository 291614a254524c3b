"""What people choose in their App Home of what it lists, of all workflows."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack.answers import Body, person
from bot.slack.button_values import HomeFilter, read_value
from bot.slack.context import ListenerContext
from bot.slack.home_filter import ALL, CHOOSE, SHOW_ALL


class HomeFiltering:
    """Listens to the filter of the waiting decisions, and to *show all* beside it.

    The choice is its reader's alone and changes nothing else, so it counts whatever the Home shows by now.
    """

    def __init__(self, parts: ListenerContext) -> None:
        self._parts = parts

    def attach(self, app: AsyncApp) -> None:
        """Attach it to the Bolt app."""
        app.action(CHOOSE)(self.chosen)
        app.action(SHOW_ALL)(self.chosen)

    async def chosen(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._parts.drawing.choose(person(body), _chosen(body))
        await ack()
        self._parts.afterwards(self._parts.drawing.home(person(body)), body)


def _chosen(body: Body) -> HomeFilter:
    """What was chosen; ALL for what this release doesn't know."""
    action = body["actions"][0]
    carried = (action.get("selected_option") or action).get("value") or ""
    return read_value(HomeFilter, carried) or ALL
