"""Methods of the Web API that pin messages to a channel.

Source: https://docs.slack.dev/reference/methods/pins.add, .list
"""

import time

from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.people import message_object
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import TOMBSTONE

MAX_PINS = 100
"""In one channel."""


class PinsApi:
    """The methods, over the workspace's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Methods:
        return {"pins.add": self._add, "pins.list": self._list}

    async def _add(self, arguments: Json) -> Json:
        """Only by the channel's id. A message stays pinned until it is deleted."""
        room, bot = self._room(arguments), self._state.workspace.bot.user_id
        if bot not in room.members:
            raise Failed("not_in_channel")
        if not arguments.get("timestamp"):
            raise Failed("no_item_specified")
        message = self._state.find(room, str(arguments["timestamp"]))
        if message is None or message.get("subtype") == TOMBSTONE:
            raise Failed("message_not_found")
        if message.get("pinned_to"):
            raise Failed("already_pinned")
        if len(_pinned(room)) >= MAX_PINS:
            raise Failed("too_many_pins")
        message |= {"pinned_to": [room.id], "pinned_info": {"pinned_by": bot, "pinned_ts": int(time.time())}}
        self._state.tell_room(room)
        return {}

    async def _list(self, arguments: Json) -> Json:
        room = self._room(arguments)
        return {"items": [_item(room, one) for one in _pinned(room)]}

    def _room(self, arguments: Json) -> Room:
        room = self._state.rooms.get(str(arguments.get("channel") or ""))
        if room is None or not room.seen_by(self._state.workspace.bot.user_id):
            raise Failed("channel_not_found")
        return room


def _pinned(room: Room) -> list[Json]:
    return [one for one in room.messages if one.get("pinned_to")]


def _item(room: Room, message: Json) -> Json:
    info = message["pinned_info"]
    return {
        "type": "message",
        "channel": room.id,
        "message": message_object(message, False),
        "created": info["pinned_ts"],
        "created_by": info["pinned_by"],
    }
