"""The Web API's methods that read conversations and open direct messages.

Source: https://docs.slack.dev/reference/methods/conversations.list, .info, .history, .replies, .members, .open,
https://docs.slack.dev/reference/methods/users.conversations
"""

import re
from collections.abc import Callable

from bot.demo.slack_sandbox.arguments import check_team, wrong
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.paging import page
from bot.demo.slack_sandbox.people import channel_object, message_object, truth
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import in_channel, is_reply, replies_to

KINDS = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}
MAX_PEOPLE = 8
"""People in one group direct message."""
TIMES = {"latest": "invalid_ts_latest", "oldest": "invalid_ts_oldest"}


class ConversationsApi:
    """Serves the methods from the workspace's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Methods:
        return {
            "conversations.open": self._open,
            "conversations.list": self._list,
            "conversations.info": self._info,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.members": self._members,
            "users.conversations": self._own,
        }

    async def _open(self, arguments: Json) -> Json:
        if arguments.get("channel"):
            return {"channel": {"id": self._visible(arguments).id}}
        users = [one for one in str(arguments.get("users") or "").split(",") if one]
        if not users:
            raise Failed("users_list_not_supplied")
        if len(users) > MAX_PEOPLE:
            raise Failed("too_many_users")
        for user in users:
            self._check_reachable(user)
        if len(users) > 1:
            raise Failed("invalid_user_combination")
        room = self._state.direct(users[0])
        return {
            "channel": channel_object(self._state, room)
            if truth(arguments.get("return_im"))
            else {"id": room.id}
        }

    def _check_reachable(self, user: str) -> None:
        person = self._state.people.get(user)
        if person is None:
            raise Failed("user_not_found")
        if person.record.get("deleted"):
            raise Failed("user_disabled")
        if person.record.get("is_stranger"):
            raise Failed("user_not_visible")

    async def _list(self, arguments: Json) -> Json:
        check_team(self._state, arguments)
        bot = self._state.workspace.bot.user_id
        return self._page("conversations.list", arguments, lambda room: room.seen_by(bot), with_count=True)

    async def _own(self, arguments: Json) -> Json:
        check_team(self._state, arguments)
        user = str(arguments.get("user") or self._state.workspace.bot.user_id)
        return self._page(
            "users.conversations", arguments, lambda room: user in room.members, with_count=False
        )

    def _page(self, method: str, arguments: Json, among: Callable[[Room], bool], *, with_count: bool) -> Json:
        """Leave archived channels out of a page after it was cut, as Slack does."""
        kinds = [one.strip() for one in str(arguments.get("types") or "public_channel").split(",")]
        if set(kinds) - set(KINDS):
            raise Failed("invalid_types")
        wanted = {KINDS[kind] for kind in kinds}
        return page(
            method,
            "channels",
            [room for room in self._state.rooms.values() if room.kind in wanted and among(room)],
            arguments,
            show=lambda room: channel_object(self._state, room, with_count),
            keep=lambda room: not (room.archived and truth(arguments.get("exclude_archived"))),
        )

    def _visible(self, arguments: Json) -> Room:
        room = self._state.rooms.get(str(arguments.get("channel") or ""))
        if room is None or not room.seen_by(self._state.workspace.bot.user_id):
            raise Failed("channel_not_found")
        return room

    def _readable(self, arguments: Json, otherwise: str) -> Room:
        room = self._visible(arguments)
        if self._state.workspace.bot.user_id not in room.members:
            raise Failed(otherwise)
        return room

    async def _info(self, arguments: Json) -> Json:
        with_count = truth(arguments.get("include_num_members"))
        return {"channel": channel_object(self._state, self._visible(arguments), with_count)}

    async def _history(self, arguments: Json) -> Json:
        room = self._readable(arguments, "not_in_channel")
        shown = [message for message in reversed(room.messages) if in_channel(message)]
        return self._messages("conversations.history", room, shown, arguments)

    async def _replies(self, arguments: Json) -> Json:
        room, ts = self._readable(arguments, "channel_not_found"), arguments.get("ts")
        shown = [one for one in room.messages if ts in (one["ts"], one.get("thread_ts"))]
        if not shown:
            raise Failed("thread_not_found")
        return self._messages("conversations.replies", room, shown, arguments)

    def _messages(self, method: str, room: Room, messages: list[Json], arguments: Json) -> Json:
        with_metadata = truth(arguments.get("include_all_metadata"))
        found = page(
            method,
            "messages",
            _between(messages, arguments),
            arguments,
            show=lambda message: message_object(message, with_metadata) | _thread_of(room, message),
        )
        return found | {"has_more": bool(found["response_metadata"]["next_cursor"])}

    async def _members(self, arguments: Json) -> Json:
        return page("conversations.members", "members", self._visible(arguments).members, arguments)


def _thread_of(room: Room, message: Json) -> Json:
    """What is told of a message's thread; nothing of one that has none."""
    replies = [] if is_reply(message) else replies_to(room, message["ts"])
    if not replies:
        return {}
    people = sorted({one["user"] for one in replies})
    return {
        "reply_count": len(replies),
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": replies[-1]["ts"],
    }


def _between(messages: list[Json], arguments: Json) -> list[Json]:
    for name, word in TIMES.items():
        if arguments.get(name) and not re.fullmatch(r"\d+(\.\d+)?", str(arguments[name])):
            raise wrong(f"{name} isn't a timestamp", word)
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    inclusive = truth(arguments.get("inclusive"))
    return [
        one
        for one in messages
        if oldest < float(one["ts"]) < latest or (inclusive and float(one["ts"]) in (oldest, latest))
    ]
