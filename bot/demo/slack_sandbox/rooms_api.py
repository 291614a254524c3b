"""Methods of the Web API that change rooms: channels made, their topic, their people, their files.

Source: https://docs.slack.dev/reference/methods (conversations.create, .setTopic, .invite, files.*).
"""

import json
import re
import time

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from bot.demo.slack_sandbox.arguments import check_team, wrong
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.people import channel_object, truth
from bot.demo.slack_sandbox.state import File, Json, Room, State

MAX_NAME_CHARS = 80
MAX_TOPIC_CHARS = 250
MAX_ALT_CHARS = 1_000
MAX_INVITED = 100
"""People in one call."""


class RoomsApi:
    """The methods, over the workspace's state; files are kept at `own_url`."""

    def __init__(self, state: State, own_url: str) -> None:
        self._state = state
        self._url = own_url

    @property
    def methods(self) -> Methods:
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
            return Response(file.content, media_type=kind_of(name))

        return routes

    async def _create(self, arguments: Json) -> Json:
        check_team(self._state, arguments)
        name = str(arguments.get("name") or "")
        self._check_name(name)
        private, bot = truth(arguments.get("is_private")), self._state.workspace.bot.user_id
        kind, now = "private" if private else "channel", int(time.time())
        room = Room(self._state.new_id("C"), name, "", kind, [bot], creator=bot, created=now)
        self._state.rooms[room.id] = room
        return {"channel": channel_object(self._state, room)}

    def _check_name(self, name: str) -> None:
        """A name is taken by archived channels too, and by private ones that the app can't see."""
        if not name:
            raise Failed("invalid_name_required")
        if len(name) > MAX_NAME_CHARS:
            raise Failed("invalid_name_maxlength")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise Failed("invalid_name_specials")
        if not re.search(r"[a-z0-9]", name):
            raise Failed("invalid_name_punctuation")
        if any(room.kind != "im" and room.name == name for room in self._state.rooms.values()):
            raise Failed("name_taken")

    def _room(self, wanted: str) -> Room:
        room, bot = self._state.rooms.get(wanted), self._state.workspace.bot.user_id
        if room is None or not room.seen_by(bot):
            raise Failed("channel_not_found")
        if bot not in room.members:
            raise Failed("not_in_channel")
        return room

    def _changeable(self, arguments: Json) -> Room:
        room = self._room(str(arguments.get("channel") or ""))
        if room.kind == "im":
            raise Failed("method_not_supported_for_channel_type")
        if room.archived:
            raise Failed("is_archived")
        return room

    async def _set_topic(self, arguments: Json) -> Json:
        room, topic = self._changeable(arguments), str(arguments.get("topic") or "")
        if len(topic) > MAX_TOPIC_CHARS:
            raise Failed("too_long")
        room.topic = topic
        self._state.tell_room(room)
        return {"channel": channel_object(self._state, room)}

    async def _invite(self, arguments: Json) -> Json:
        """With `force` those who can be are invited, and the others named."""
        room = self._changeable(arguments)
        people = [one for one in str(arguments.get("users") or "").split(",") if one]
        if not people:
            raise Failed("no_user")
        if len(people) > MAX_INVITED:
            raise wrong(f"no more than {MAX_INVITED} users")
        faults = [
            {"user": one, "ok": False, "error": why} for one in people if (why := self._why_not(room, one))
        ]
        if faults and (not truth(arguments.get("force")) or len(faults) == len(people)):
            raise Failed(str(faults[0]["error"]), errors=faults)
        refused = {fault["user"] for fault in faults}
        room.members += [one for one in people if one not in refused]
        self._state.tell_room(room)
        answer: Json = {"channel": channel_object(self._state, room)}
        return answer | ({"errors": faults} if faults else {})

    def _why_not(self, room: Room, user: str) -> str | None:
        if user == self._state.workspace.bot.user_id:
            return "cant_invite_self"
        if user not in self._state.people:
            return "user_not_found"
        if word := self._state.control.uninvitable.get(user):
            return word
        return "already_in_channel" if user in room.members else self._why_kept_out(user)

    def _why_kept_out(self, user: str) -> str | None:
        """Leavers, strangers and guests, each in Slack's own word."""
        record = self._state.people[user].record
        if record.get("deleted"):
            return "cant_invite"
        if record.get("is_stranger") or record.get("team_id", self._team) != self._team:
            return "no_external_invite_permission"
        if self._team not in record.get("enterprise_user", {}).get("teams", [self._team]):
            return "org_user_not_in_team"
        rooms = (room for room in self._state.rooms.values() if room.kind != "im")
        if record.get("is_ultra_restricted") and any(user in room.members for room in rooms):
            return "ura_max_channels"
        return None

    @property
    def _team(self) -> str:
        return self._state.workspace.team.id

    async def _upload_url(self, arguments: Json) -> Json:
        name, length = str(arguments.get("filename") or ""), int(arguments.get("length") or 0)
        if not name or length <= 0:
            raise Failed("missing_argument")
        id = self._state.new_id("F")
        alternative = str(arguments.get("alt_txt") or "")
        if len(alternative) > MAX_ALT_CHARS:
            raise Failed("invalid_arguments")
        self._state.files[id] = File(id, name, length, alt_txt=alternative)
        return {"upload_url": f"{self._url}/sandbox/upload/{id}", "file_id": id}

    async def _complete(self, arguments: Json) -> Json:
        wanted = arguments.get("files")
        listed = json.loads(wanted) if isinstance(wanted, str) else wanted or []
        room = self._room(str(arguments.get("channel_id") or ""))
        shown = []
        for one in listed:
            file = self._state.files.get(one["id"])
            if file is None or file.content is None:
                raise Failed("file_not_found")
            url = f"{self._url}/sandbox/files/{file.id}/{file.name}"
            shown.append(
                {
                    "id": file.id,
                    "name": file.name,
                    "title": one.get("title") or file.name,
                    "mimetype": kind_of(file.name),
                    "alt_txt": file.alt_txt,
                    "url_private": url,
                }
            )
        bot = self._state.workspace.bot
        text = str(arguments.get("initial_comment") or "")
        self._state.post(
            room, {"user": bot.user_id, "bot_id": bot.bot_id, "text": text, "blocks": [], "files": shown}
        )
        return {"files": [{"id": one["id"], "title": one["title"]} for one in shown]}


def kind_of(name: str) -> str:
    """The MIME type of a file, by its name."""
    kinds = {".html": "text/html; charset=utf-8", ".png": "image/png"}
    return next((kind for end, kind in kinds.items() if name.endswith(end)), "text/plain; charset=utf-8")
