"""Methods of the Web API that change rooms: channels made, their topic, their people, their files.

Source: https://docs.slack.dev/reference/methods (conversations.create, .setTopic, .invite, files.*).
"""

import json
import re
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from integrations.sandbox.failed import Failed
from integrations.sandbox.people import channel_object
from integrations.sandbox.state import File, Json, Room, State

LONGEST_NAME = 80
LONGEST_TOPIC = 250
MOST_INVITED = 1000


class RoomsApi:
    """The methods, over the workspace's state; files are kept at `own_url`."""

    def __init__(self, state: State, own_url: str) -> None:
        self._state = state
        self._url = own_url

    @property
    def methods(self) -> dict[str, Callable[[Json], Awaitable[Json]]]:
        return {
            "conversations.create": self._create,
            "conversations.setTopic": self._set_topic,
            "conversations.invite": self._invite,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
        }

    def router(self) -> APIRouter:
        """Where files are put, and looked at."""
        routes = APIRouter()

        @routes.post("/sandbox/upload/{id}")
        async def upload(id: str, request: Request) -> PlainTextResponse:
            file = self._state.files.get(id)
            content = await request.body()
            if file is None or len(content) != file.length:
                return PlainTextResponse("no such upload", status_code=400)
            file.content = content
            return PlainTextResponse(f"OK - {len(content)}")

        @routes.get("/sandbox/files/{id}/{name}")
        async def look(id: str, name: str) -> Response:
            file = self._state.files.get(id)
            if file is None or file.name != name:
                return PlainTextResponse("no such file", status_code=404)
            kind = "text/html" if name.endswith(".html") else "text/plain"
            return Response(file.content, media_type=f"{kind}; charset=utf-8")

        return routes

    async def _create(self, arguments: Json) -> Json:
        name = str(arguments.get("name") or "")
        if not name:
            raise Failed("invalid_name_required")
        if len(name) > LONGEST_NAME:
            raise Failed("invalid_name_maxlength")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise Failed("invalid_name_specials")
        if any(room.kind != "im" and room.name == name for room in self._state.rooms.values()):
            raise Failed("name_taken")
        private = str(arguments.get("is_private", "")).lower() in ("true", "1")
        bot = self._state.workspace.bot.user_id
        room = Room(
            self._state.new_id("C"), name, "", "private" if private else "channel", [bot], creator=bot
        )
        self._state.rooms[room.id] = room
        return {"channel": channel_object(self._state, room)}

    def _room(self, arguments: Json) -> Room:
        room = self._state.rooms.get(str(arguments.get("channel") or arguments.get("channel_id") or ""))
        if room is None or room.kind == "im":
            raise Failed("channel_not_found")
        if self._state.workspace.bot.user_id not in room.members:
            raise Failed("not_in_channel")
        return room

    async def _set_topic(self, arguments: Json) -> Json:
        room, topic = self._room(arguments), str(arguments.get("topic") or "")
        if len(topic) > LONGEST_TOPIC:
            raise Failed("too_long")
        room.topic = topic
        self._state.tell_room(room)
        return {"channel": channel_object(self._state, room)}

    async def _invite(self, arguments: Json) -> Json:
        """With `force` those who can be are invited, and the others named."""
        room = self._room(arguments)
        people = [one for one in str(arguments.get("users") or "").split(",") if one]
        if not people:
            raise Failed("no_user")
        if len(people) > MOST_INVITED:
            raise Failed("too_many_users")
        faults = [
            {"user": one, "ok": False, "error": why} for one in people if (why := self._why_not(room, one))
        ]
        force = str(arguments.get("force", "")).lower() in ("true", "1")
        if faults and (not force or len(faults) == len(people)):
            raise Failed(str(faults[0]["error"]), errors=faults)
        wrong = {fault["user"] for fault in faults}
        room.members += [one for one in people if one not in wrong]
        self._state.tell_room(room)
        answer: Json = {"channel": channel_object(self._state, room)}
        return answer | ({"errors": faults} if faults else {})

    def _why_not(self, room: Room, user: str) -> str | None:
        if user == self._state.workspace.bot.user_id:
            return "cant_invite_self"
        if user not in self._state.workspace.by_id:
            return "user_not_found"
        if user in self._state.control.uninvitable:
            return "cant_invite"
        return "already_in_channel" if user in room.members else None

    async def _upload_url(self, arguments: Json) -> Json:
        name, length = str(arguments.get("filename") or ""), int(arguments.get("length") or 0)
        if not name or length <= 0:
            raise Failed("invalid_arguments")
        id = self._state.new_id("F")
        self._state.files[id] = File(id, name, length)
        return {"upload_url": f"{self._url}/sandbox/upload/{id}", "file_id": id}

    async def _complete(self, arguments: Json) -> Json:
        wanted = arguments.get("files")
        listed = json.loads(wanted) if isinstance(wanted, str) else wanted or []
        room = self._room(arguments)
        shown = []
        for one in listed:
            file = self._state.files.get(one["id"])
            if file is None or file.content is None:
                raise Failed("file_not_found")
            url = f"{self._url}/sandbox/files/{file.id}/{file.name}"
            shown.append(
                {"id": file.id, "name": file.name, "title": one.get("title") or file.name, "url_private": url}
            )
        bot = self._state.workspace.bot
        text = str(arguments.get("initial_comment") or "")
        self._state.post(
            room, {"user": bot.user_id, "bot_id": bot.bot_id, "text": text, "blocks": [], "files": shown}
        )
        return {"files": [{"id": one["id"], "title": one["title"]} for one in shown]}
