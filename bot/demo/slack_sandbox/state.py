"""What the workspace holds while it runs: messages, windows, homes, and who is looking. In memory only."""

import asyncio
import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.demo.slack_sandbox.workspace import User, Workspace

Json = dict[str, Any]

PATIENCE = 3.0
"""Seconds in which the app has to acknowledge, and in which a trigger can open a window."""
RESPONSE_URL_USES = 5
RESPONSE_URL_LASTS = 1800.0


@dataclass
class Room:
    """A channel, or the direct messages between one person and the app."""

    id: str
    name: str
    topic: str
    kind: str
    members: list[str]
    user: str | None = None
    messages: list[Json] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    """Up to which message each person has read."""
    creator: str = ""
    created: int = 0
    """Seconds since 1970."""
    archived: bool = False

    def seen_by(self, user: str) -> bool:
        """Whether this person, or the app's bot, may know that it is there."""
        return self.kind == "channel" or user in self.members


@dataclass
class File:
    """`content` comes after its name and its `length` in bytes."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    alt_txt: str = ""
    """What screen readers say for a picture."""


@dataclass
class Trigger:
    user: str
    until: float
    used: bool = False


@dataclass
class Answering:
    """A response URL: where it answers, and how often it still may."""

    channel: str
    user: str
    ts: str | None
    until: float
    uses: int = RESPONSE_URL_USES


@dataclass
class Control:
    """Faults on request, for tests."""

    down: bool = False
    slow: float = 0.0
    """Seconds that every call of the Web API takes longer, as if Slack were far away."""
    redeliver: int = 0
    uninvitable: dict[str, str] = field(default_factory=dict)
    """Slack's word for why a person can't be invited."""
    token: str | None = None
    """Slack's word for what is wrong with the app's token, if anything."""


class State:
    """All of it, for one workspace. `patience`: seconds in which the app has to answer."""

    def __init__(self, workspace: Workspace, patience: float = PATIENCE) -> None:
        self.workspace = workspace
        self.patience = patience
        self.people = {user.id: user for user in workspace.users}
        self.usergroups = {group.id: group for group in workspace.usergroups}
        self.rooms: dict[str, Room] = {}
        self.windows: dict[str, list[Json]] = defaultdict(list)
        """Each person's stack of modals."""
        self.homes: dict[str, Json] = {}
        self.triggers: dict[str, Trigger] = {}
        self.answering: dict[str, Answering] = {}
        self.private: dict[tuple[str, str], list[Json]] = defaultdict(list)
        """Messages that only one person sees, by (channel, person)."""
        self.looking: dict[str, set[asyncio.Queue[Json]]] = defaultdict(set)
        self.files: dict[str, File] = {}
        self.control = Control()
        self._last_ts = 0.0
        self._numbers = itertools.count(1)
        for channel in workspace.channels:
            kind = "private" if channel.private else "channel"
            self.rooms[channel.id] = Room(
                channel.id,
                channel.name,
                channel.topic,
                kind,
                list(channel.members),
                archived=channel.archived,
            )
        for user in workspace.users:
            self.direct(user.id)

    def put_people(self, users: Iterable[User]) -> None:
        """Add people, or change those who have their ids."""
        for user in users:
            self.people[user.id] = user
            self.direct(user.id)

    def room(self, wanted: str) -> Room | None:
        """The channel of this id or name, or the direct messages with this person."""
        if wanted in self.people:
            return self.direct(wanted)
        if not wanted or wanted in self.rooms:
            return self.rooms.get(wanted)
        name = wanted.removeprefix("#")
        return next((one for one in self.rooms.values() if one.kind != "im" and one.name == name), None)

    def direct(self, user: str) -> Room:
        """The direct messages between the person and the app."""
        id = f"D{user[1:]}"
        if id not in self.rooms:
            bot = self.workspace.bot
            self.rooms[id] = Room(id, bot.name, "", "im", [user, bot.user_id], user=user)
        return self.rooms[id]

    def ts(self) -> str:
        """A message's time, later than every one before."""
        self._last_ts = max(time.time(), self._last_ts + 0.000001)
        return f"{self._last_ts:.6f}"

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):010X}"

    def post(self, room: Room, message: Json) -> Json:
        """Put a message at the end of a room."""
        message = {"type": "message", "ts": self.ts(), **message}
        room.messages.append(message)
        self.tell_room(room)
        return message

    def post_private(self, room: Room, user: str, message: Json) -> Json:
        """A message that only this person sees."""
        message = {"type": "message", "ts": self.ts(), "ephemeral": True, **message}
        self.private[room.id, user].append(message)
        self.tell(user, {"type": "messages", "channel": room.id})
        return message

    def find(self, room: Room, ts: str) -> Json | None:
        return next((message for message in room.messages if message["ts"] == ts), None)

    def new_trigger(self, user: str) -> str:
        id = f"{int(time.time() * 1000)}.{next(self._numbers)}.{secrets.token_hex(16)}"
        self.triggers[id] = Trigger(user, time.monotonic() + self.patience)
        return id

    def new_response_path(self, room: Room, user: str, ts: str | None) -> str:
        token = secrets.token_urlsafe(16)
        self.answering[token] = Answering(room.id, user, ts, time.monotonic() + RESPONSE_URL_LASTS)
        return f"/sandbox/response/{token}"

    def show_window(self, user: str) -> None:
        """Tell the person's pages what is on top of their windows."""
        top = self.windows[user][-1] if self.windows[user] else None
        self.tell(user, {"type": "view", "view": top})

    def tell_room(self, room: Room) -> None:
        for member in room.members:
            self.tell(member, {"type": "messages", "channel": room.id})
            self.tell(member, {"type": "channels"})

    def tell(self, user: str, event: Json) -> None:
        for queue in self.looking[user]:
            queue.put_nowait(event)
