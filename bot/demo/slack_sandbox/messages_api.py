"""Methods of the Web API that post, change and delete messages.

Source: https://docs.slack.dev/reference/methods/chat.postMessage, .update, .delete, .postEphemeral
"""

import json
from typing import Any

from bot.demo.slack_sandbox.arguments import wrong
from bot.demo.slack_sandbox.blocks import characters, message_blocks
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.people import message_object
from bot.demo.slack_sandbox.rewriting import kept_text
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import THREAD_FIELDS, TOMBSTONE, take_out, threaded

MAX_TEXT_CHARS = 40_000
"""The rest is cut, with a warning: https://api.slack.com/changelog/2018-04-truncating-really-long-messages"""
MAX_UPDATED_TEXT_CHARS = 4_000
"""What `chat.update` takes; more is refused."""
TRUNCATED = {
    "response_metadata": {
        "messages": ["[WARN] Your message was truncated but still posted."],
        "warnings": ["message_truncated"],
    }
}
MAX_BLOCKS_CHARS = 12_000
"""Of all text in a message's blocks together: said by Slack's engineers, https://github.com/slackapi/bolt-js/issues/2509"""
MAX_ATTACHMENTS = 100


class MessagesApi:
    """The methods, over the workspace's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Methods:
        return {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._post_ephemeral,
        }

    async def _post(self, arguments: Json) -> Json:
        bot = self._state.workspace.bot
        room = self._writable(str(arguments.get("channel") or ""))
        content = self._content(arguments, "msg_blocks_too_long")
        content |= threaded(room, arguments)
        if arguments.get("metadata"):
            content["metadata"] = arguments["metadata"]
        message = self._state.post(
            room, {"user": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, **content}
        )
        answer = {"channel": room.id, "ts": message["ts"], "message": message_object(message, True)}
        return answer | (TRUNCATED if len(str(arguments.get("text") or "")) > MAX_TEXT_CHARS else {})

    def _writable(self, channel: str) -> Room:
        room, bot = self._state.room(channel), self._state.workspace.bot.user_id
        if room is None or not room.seen_by(bot):
            raise Failed("channel_not_found")
        if room.archived:
            raise Failed("is_archived")
        if bot not in room.members:
            raise Failed("not_in_channel")
        return room

    def _content(self, arguments: Json, too_long: str) -> Json:
        """The content of a message; `too_long` is the word for blocks that are, all together.

        Raises Failed or InvalidBlocks.
        """
        given = arguments.get("blocks")
        blocks = message_blocks(given) if given else []
        text, attachments = str(arguments.get("text") or ""), arguments.get("attachments")
        if not text and not blocks and not attachments:
            raise Failed("no_text")
        if characters(given) > MAX_BLOCKS_CHARS:
            raise Failed(too_long)
        if attachments and len(attachments) > MAX_ATTACHMENTS:
            raise Failed("too_many_attachments")
        if arguments.get("metadata"):
            _check_metadata(arguments["metadata"])
        shown = {"text": kept_text(text[:MAX_TEXT_CHARS]), "blocks": blocks}
        return shown | ({"attachments": attachments} if attachments else {})

    async def _update(self, arguments: Json) -> Json:
        """Only by the channel's id: neither by its name nor by a person's."""
        room = self._state.rooms.get(str(arguments.get("channel") or ""))
        if room is None or not room.seen_by(self._state.workspace.bot.user_id):
            raise Failed("channel_not_found")
        if room.archived:
            raise Failed("is_inactive")
        message = self._own(room, arguments, "cant_update_message")
        content = self._content(arguments, "msg_too_long")
        if len(str(arguments.get("text") or "")) > MAX_UPDATED_TEXT_CHARS:
            raise Failed("msg_too_long")
        if "attachments" in arguments and not arguments["attachments"]:
            message.pop("attachments", None)
        message.update(content, edited={"user": message["user"], "ts": self._state.ts()})
        if arguments.get("metadata"):
            message["metadata"] = arguments["metadata"]
        self._state.tell_room(room)
        kept = message_object(message, True)
        shown = {name: value for name, value in kept.items() if name not in ("ts", *THREAD_FIELDS)}
        return {"channel": room.id, "ts": message["ts"], "text": message["text"], "message": shown}

    async def _delete(self, arguments: Json) -> Json:
        room = self._state.rooms.get(str(arguments.get("channel") or ""))
        if room is None or not room.seen_by(self._state.workspace.bot.user_id):
            raise Failed("channel_not_found")
        take_out(room, self._own(room, arguments, "cant_delete_message"))
        self._state.tell_room(room)
        return {"channel": room.id, "ts": arguments["ts"]}

    def _own(self, room: Room, arguments: Json, otherwise: str) -> Json:
        message = self._state.find(room, str(arguments.get("ts")))
        if message is None or message.get("subtype") == TOMBSTONE:
            raise Failed("message_not_found")
        if message["user"] != self._state.workspace.bot.user_id:
            raise Failed(otherwise)
        return message

    async def _post_ephemeral(self, arguments: Json) -> Json:
        room = self._writable(str(arguments.get("channel") or ""))
        user = str(arguments.get("user"))
        if user not in room.members:
            raise Failed("user_not_in_channel")
        content = self._content(arguments, "invalid_blocks")
        message = self._state.post_private(room, user, {"user": self._state.workspace.bot.user_id, **content})
        return {"message_ts": message["ts"]}


def _check_metadata(given: Any) -> None:
    if not isinstance(given, dict) or set(given) - {"event_type", "event_payload", "entities"}:
        raise wrong("metadata has unknown fields", "invalid_metadata_format")
    if not isinstance(given.get("event_type"), str) or not isinstance(given.get("event_payload"), dict):
        raise wrong("metadata needs event_type and event_payload", "invalid_metadata_format")
    json.dumps(given)
