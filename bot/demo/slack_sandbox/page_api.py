"""What the page asks for and does, each call in the name of one person (`as`)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.demo.slack_sandbox.acting import Acting
from bot.demo.slack_sandbox.people import message_object
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import in_channel, replies_to

KEEP_ALIVE = 15.0


class Deed(BaseModel):
    """The body of every post; each uses what it needs."""

    model_config = ConfigDict(populate_by_name=True)

    user: str = Field(alias="as")
    channel: str = ""
    text: str = ""
    thread_ts: str | None = None
    container: Json = {}
    block_id: str = ""
    action_id: str = ""
    action: Json = {}
    state: Json = {}
    value: str = ""
    view_id: str = ""
    ts: str = ""
    name: str = ""
    remove: bool = False

    @property
    def values(self) -> Json:
        return dict(self.state.get("values") or {})


RoomOf = Callable[[str, str], Room]
"""The channel of this id, for this user."""


def router(state: State, acting: Acting) -> APIRouter:
    """The page's routes."""
    routes = APIRouter(prefix="/sandbox")
    room_of = partial(_room_of, state)
    _add_views(routes, state, room_of)
    _add_deeds(routes, acting, room_of)
    return routes


def _room_of(state: State, channel: str, user: str) -> Room:
    room = state.rooms.get(channel)
    if room is None or user not in room.members:
        raise HTTPException(404, "There is no such channel for this person.")
    return room


def _add_views(routes: APIRouter, state: State, room_of: RoomOf) -> None:
    """What a person sees."""

    @routes.get("/workspace")
    async def workspace() -> Json:
        described = state.workspace.model_dump(mode="json", include={"team", "bot", "commands"})
        shown = [user for user in state.people.values() if not user.record]
        return {**described, "users": [user.model_dump(exclude={"email", "record"}) for user in shown]}

    @routes.get("/channels")
    async def channels(user: str = Query(alias="as")) -> list[Json]:
        return [_channel(room, user) for room in state.rooms.values() if user in room.members]

    @routes.get("/channel-names")
    async def names() -> dict[str, str]:
        return {room.id: room.name for room in state.rooms.values() if room.kind == "channel"}

    @routes.get("/messages")
    async def messages(
        channel: str, user: str = Query(alias="as"), thread_ts: str | None = None
    ) -> list[Json]:
        room = room_of(channel, user)
        if room.messages and not thread_ts:
            room.read[user] = room.messages[-1]["ts"]
        return _messages(state, room, user, thread_ts)

    @routes.get("/view")
    async def view(user: str = Query(alias="as")) -> Json | None:
        stack = state.windows[user]
        return stack[-1] if stack else None

    @routes.get("/stream")
    async def stream(user: str = Query(alias="as")) -> StreamingResponse:
        return StreamingResponse(_events(state, user), media_type="text/event-stream")


def _add_deeds(routes: APIRouter, acting: Acting, room_of: RoomOf) -> None:
    """What a person does."""

    @routes.post("/command")
    async def command(deed: Deed) -> Json:
        return await acting.command(deed.user, room_of(deed.channel, deed.user), deed.text)

    @routes.post("/message")
    async def message(deed: Deed) -> Json:
        return await acting.say(deed.user, room_of(deed.channel, deed.user), deed.text, deed.thread_ts)

    @routes.post("/action")
    async def action(deed: Deed) -> Json:
        return await acting.use(
            deed.user, deed.container, deed.block_id, deed.action_id, deed.action, deed.values
        )

    @routes.post("/suggest")
    async def suggest(deed: Deed) -> Json:
        return await acting.suggest(deed.user, deed.container, deed.block_id, deed.action_id, deed.value)

    @routes.post("/view/submit")
    async def submit(deed: Deed) -> Json:
        return await acting.submit(deed.user, deed.view_id, deed.values)

    @routes.post("/view/close")
    async def close(deed: Deed) -> Json:
        return await acting.close(deed.user, deed.view_id)

    @routes.post("/home")
    async def home(deed: Deed) -> Json | None:
        return await acting.open_home(deed.user)

    @routes.post("/reaction")
    async def reaction(deed: Deed) -> Json:
        return await acting.react(
            deed.user, room_of(deed.channel, deed.user), deed.ts, deed.name, deed.remove
        )


def _channel(room: Room, user: str) -> Json:
    read = room.read.get(user, "")
    unread = sum(one["ts"] > read and one["user"] != user for one in room.messages if in_channel(one))
    return {
        "id": room.id,
        "name": room.name,
        "kind": room.kind,
        "topic": room.topic,
        "user": room.user,
        "unread": unread,
        "members": room.members,
    }


def _messages(state: State, room: Room, user: str, thread_ts: str | None) -> list[Json]:
    """What the channel shows, with this person's private messages; or one thread."""
    everything = sorted([*room.messages, *state.private[room.id, user]], key=lambda one: float(one["ts"]))
    if thread_ts:
        shown = [one for one in everything if thread_ts in (one["ts"], one.get("thread_ts"))]
    else:
        shown = [one for one in everything if in_channel(one)]
    bot = state.workspace.bot.user_id
    return [
        {
            **message_object(one, False),
            "bot": one["user"] == bot,
            "edited": bool(one.get("edited")),
            "ephemeral": bool(one.get("ephemeral")),
            "reply_count": len(replies := replies_to(room, one["ts"])),
            "latest_reply": replies[-1]["ts"] if replies else None,
        }
        for one in shown
    ]


async def _events(state: State, user: str) -> AsyncIterator[str]:
    """Server-sent events of what this person may see."""
    queue: asyncio.Queue[Any] = asyncio.Queue()
    state.looking[user].add(queue)
    try:
        yield ": hello\n\n"
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE):
                    event = await queue.get()
                yield f"data: {json.dumps(event)}\n\n"
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        state.looking[user].discard(queue)
