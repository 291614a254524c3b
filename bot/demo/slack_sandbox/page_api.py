"""What the page asks for and does, each call in the name of one person (`as`)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
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


@dataclass(frozen=True)
class Page:
    """What the page shows of one workspace, and how people act in it."""

    state: State
    acting: Acting

    def room(self, channel: str, user: str) -> Room:
        """The channel of this id, for this user."""
        room = self.state.rooms.get(channel)
        if room is None or user not in room.members:
            raise HTTPException(404, "There is no such channel for this person.")
        return room

    def room_of(self, deed: Deed) -> Room:
        return self.room(deed.channel, deed.user)


def serve_page(app: FastAPI, page: Page) -> None:
    """Serve the page's routes, which are the same in every sandbox, for this workspace."""
    app.state.page = page
    app.include_router(routes)


async def _page(request: Request) -> Page:
    page: Page = request.app.state.page
    return page


Here = Annotated[Page, Depends(_page)]
As = Annotated[str, Query(alias="as")]
routes = APIRouter(prefix="/sandbox")


@routes.get("/workspace")
async def workspace(here: Here) -> Json:
    described = here.state.workspace.model_dump(mode="json", include={"team", "bot", "commands"})
    shown = [user for user in here.state.people.values() if not user.record]
    return {**described, "users": [user.model_dump(exclude={"email", "record"}) for user in shown]}


@routes.get("/channels")
async def channels(here: Here, user: As) -> list[Json]:
    return [_channel(room, user) for room in here.state.rooms.values() if user in room.members]


@routes.get("/channel-names")
async def names(here: Here) -> dict[str, str]:
    return {room.id: room.name for room in here.state.rooms.values() if room.kind == "channel"}


@routes.get("/messages")
async def messages(here: Here, channel: str, user: As, thread_ts: str | None = None) -> list[Json]:
    room = here.room(channel, user)
    if room.messages and not thread_ts:
        room.read[user] = room.messages[-1]["ts"]
    return _messages(here.state, room, user, thread_ts)


@routes.get("/view")
async def view(here: Here, user: As) -> Json | None:
    stack = here.state.windows[user]
    return stack[-1] if stack else None


@routes.get("/stream")
async def stream(here: Here, user: As) -> StreamingResponse:
    return StreamingResponse(_events(here.state, user), media_type="text/event-stream")


@routes.post("/command")
async def command(here: Here, deed: Deed) -> Json:
    return await here.acting.command(deed.user, here.room_of(deed), deed.text)


@routes.post("/message")
async def message(here: Here, deed: Deed) -> Json:
    return await here.acting.say(deed.user, here.room_of(deed), deed.text, deed.thread_ts)


@routes.post("/action")
async def action(here: Here, deed: Deed) -> Json:
    return await here.acting.use(
        deed.user, deed.container, deed.block_id, deed.action_id, deed.action, deed.values
    )


@routes.post("/suggest")
async def suggest(here: Here, deed: Deed) -> Json:
    return await here.acting.suggest(deed.user, deed.container, deed.block_id, deed.action_id, deed.value)


@routes.post("/view/submit")
async def submit(here: Here, deed: Deed) -> Json:
    return await here.acting.submit(deed.user, deed.view_id, deed.values)


@routes.post("/view/close")
async def close(here: Here, deed: Deed) -> Json:
    return await here.acting.close(deed.user, deed.view_id)


@routes.post("/home")
async def home(here: Here, deed: Deed) -> Json | None:
    return await here.acting.open_home(deed.user)


@routes.post("/reaction")
async def reaction(here: Here, deed: Deed) -> Json:
    return await here.acting.react(deed.user, here.room_of(deed), deed.ts, deed.name, deed.remove)


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
