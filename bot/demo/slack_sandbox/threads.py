"""Threads: what is posted under a message, what of it the channel shows, and what is left when it is deleted.

Source: https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/messaging
"""

from bot.demo.slack_sandbox.arguments import wrong
from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.people import truth
from bot.demo.slack_sandbox.state import Json, Room

BROADCAST = "thread_broadcast"
TOMBSTONE = "tombstone"
SLACKBOT = "USLACKBOT"
THREAD_FIELDS = ("thread_ts", "parent_user_id", "subtype", "root")
"""Of a message in a thread; what `chat.update` answers has none of them."""


def is_reply(message: Json) -> bool:
    """Whether it stands in a thread, under another message."""
    return message.get("thread_ts") not in (None, message["ts"])


def in_channel(message: Json) -> bool:
    """Whether the channel shows it: what stands in no thread, and replies that were broadcast."""
    return not is_reply(message) or message.get("subtype") == BROADCAST


def replies_to(room: Room, ts: str) -> list[Json]:
    """Of a message, oldest first."""
    return [one for one in room.messages if is_reply(one) and one["thread_ts"] == ts]


def threaded(room: Room, arguments: Json) -> Json:
    """What a message gets of its thread. Raises Failed.

    A parent that isn't there is no error: Slack then posts the message in the channel, without its `thread_ts`.
    See https://github.com/slack-go/slack/issues/1571.
    """
    ts, is_broadcast = arguments.get("thread_ts"), truth(arguments.get("reply_broadcast"))
    if not ts:
        if is_broadcast:
            raise wrong("reply_broadcast goes with thread_ts")
        return {}
    if not isinstance(ts, str):
        raise wrong("thread_ts is a string")
    parent = next((one for one in room.messages if one["ts"] == ts), None)
    if parent is None:
        return {}
    if is_reply(parent):
        raise Failed("cannot_reply_to_message")
    parent["thread_ts"] = ts
    found: Json = {"thread_ts": ts, "parent_user_id": parent["user"]}
    root = {name: parent[name] for name in ("type", "ts", "thread_ts", "text") if name in parent}
    return found | ({"subtype": BROADCAST, "root": root} if is_broadcast else {})


def take_out(room: Room, message: Json) -> None:
    """Take it out of the room; if there are replies a tombstone keeps their thread."""
    at = room.messages.index(message)
    if replies_to(room, message["ts"]):
        kept = {name: message[name] for name in ("type", "ts", "thread_ts")}
        room.messages[at] = {
            **kept,
            "user": SLACKBOT,
            "subtype": TOMBSTONE,
            "text": "This message was deleted.",
            "blocks": [],
        }
    else:
        room.messages.pop(at)
