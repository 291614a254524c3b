"""Slack's Web API, as far as the app needs it: documented methods, Slack's errors, Slack's strictness.

Source: https://docs.slack.dev/reference/methods.
"""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from integrations.sandbox.blocks import InvalidBlocks, checked_view, message_blocks
from integrations.sandbox.failed import Failed
from integrations.sandbox.faults import Faults, places_of, struck
from integrations.sandbox.people import bot_object, channel_object, message_object, user_object
from integrations.sandbox.rewriting import kept_text
from integrations.sandbox.state import Json, Room, State
from integrations.sandbox.windows import find_window, stored

TEXT_LIMIT = 40_000


class WebApi:
    """The methods, over the workspace's state; `more` are methods that live elsewhere."""

    def __init__(
        self,
        state: State,
        faults: Faults,
        bot_token: str,
        more: dict[str, Callable[[Json], Awaitable[Json]]],
    ) -> None:
        self._state = state
        self._faults = faults
        self._token = bot_token
        self._methods: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "api.test": self._nothing,
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.open": self._open,
            "conversations.list": self._list,
            "conversations.info": self._info,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.members": self._members,
            "users.list": self._users,
            "users.conversations": self._own_rooms,
            "users.info": self._user,
            "users.lookupByEmail": self._by_email,
            "usergroups.list": self._usergroups,
            "views.open": self._open_view,
            "views.push": self._open_view,
            "views.update": self._update_view,
            "views.publish": self._publish,
            **more,
        }

    def router(self) -> APIRouter:
        routes = APIRouter()

        @routes.api_route("/api/{method}", methods=["GET", "POST"])
        async def api(method: str, request: Request) -> Response:
            control = self._state.control
            await asyncio.sleep(control.slow)
            if control.down:
                return JSONResponse({"ok": False, "error": "service_unavailable"}, status_code=503)
            try:
                arguments = await _arguments(request)
            except Failed as failed:
                return JSONResponse(failed.body)
            fault = self._faults.take(method, places_of(self._state, arguments))
            return await struck(fault, request, lambda: self._answer(method, request, arguments))

        return routes

    async def _answer(self, method: str, request: Request, arguments: Json) -> Response:
        try:
            return JSONResponse({"ok": True, **await self._call(method, request, arguments)})
        except Failed as failed:
            return JSONResponse(failed.body)
        except InvalidBlocks as invalid:
            return JSONResponse(
                {
                    "ok": False,
                    "error": "invalid_blocks" if method.startswith("chat") else "invalid_arguments",
                    "errors": invalid.messages,
                    "response_metadata": {"messages": invalid.messages},
                }
            )

    async def _call(self, method: str, request: Request, arguments: Json) -> Json:
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or arguments.pop("token", "")
        if not given:
            raise Failed("not_authed")
        if given != self._token:
            raise Failed("invalid_auth")
        if method not in self._methods:
            raise Failed("unknown_method", req_method=method)
        return await self._methods[method](arguments)

    async def _nothing(self, arguments: Json) -> Json:
        return {"args": arguments}

    async def _auth_test(self, arguments: Json) -> Json:
        bot, team = self._state.workspace.bot, self._state.workspace.team
        return {
            "url": "http://127.0.0.1/",
            "team": team.name,
            "team_id": team.id,
            "user": bot.name.lower(),
            "user_id": bot.user_id,
            "bot_id": bot.bot_id,
        }

    def _room(self, arguments: Json) -> Room:
        wanted = str(arguments.get("channel") or "")
        state = self._state
        if wanted in state.workspace.by_id:
            return state.direct(wanted)
        by_name = (
            room for room in state.rooms.values() if room.kind != "im" and room.name == wanted.lstrip("#")
        )
        room = state.rooms.get(wanted) or next(by_name, None)
        if room is None:
            raise Failed("channel_not_found")
        return room

    def _message(self, arguments: Json) -> Json:
        """The content of a message. Raises Failed or InvalidBlocks."""
        blocks = message_blocks(arguments["blocks"]) if arguments.get("blocks") else []
        text = str(arguments.get("text") or "")
        if not text and not blocks:
            raise Failed("no_text")
        if len(text) > TEXT_LIMIT:
            raise Failed("msg_too_long")
        shown = {"text": kept_text(text), "blocks": blocks}
        return shown | ({"attachments": arguments["attachments"]} if "attachments" in arguments else {})

    async def _post(self, arguments: Json) -> Json:
        room, bot = self._room(arguments), self._state.workspace.bot
        if bot.user_id not in room.members:
            raise Failed("not_in_channel")
        content = self._message(arguments)
        for name in ("thread_ts", "metadata"):
            if arguments.get(name):
                content[name] = arguments[name]
        message = self._state.post(
            room, {"user": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, **content}
        )
        return {"channel": room.id, "ts": message["ts"], "message": message_object(message, True)}

    async def _update(self, arguments: Json) -> Json:
        room = self._room(arguments)
        message = self._own(room, str(arguments.get("ts")))
        message.update(self._message(arguments), edited={"user": message["user"], "ts": self._state.ts()})
        if arguments.get("metadata"):
            message["metadata"] = arguments["metadata"]
        self._state.tell_room(room)
        shown = message_object(message, True)
        return {"channel": room.id, "ts": message["ts"], "text": message["text"], "message": shown}

    async def _delete(self, arguments: Json) -> Json:
        room = self._room(arguments)
        room.messages.remove(self._own(room, str(arguments.get("ts"))))
        self._state.tell_room(room)
        return {"channel": room.id, "ts": arguments["ts"]}

    def _own(self, room: Room, ts: str) -> Json:
        message = self._state.find(room, ts)
        if message is None:
            raise Failed("message_not_found")
        if message["user"] != self._state.workspace.bot.user_id:
            raise Failed("cant_update_message")
        return message

    async def _post_ephemeral(self, arguments: Json) -> Json:
        room = self._room(arguments)
        user = str(arguments.get("user"))
        if user not in room.members:
            raise Failed("user_not_in_channel")
        bot = self._state.workspace.bot
        message = self._state.post_private(room, user, {"user": bot.user_id, **self._message(arguments)})
        return {"message_ts": message["ts"]}

    async def _open(self, arguments: Json) -> Json:
        if arguments.get("channel"):
            return {"channel": {"id": self._room(arguments).id}}
        user = str(arguments.get("users", ""))
        if user not in self._state.workspace.by_id:
            raise Failed("user_not_found")
        return {"channel": {"id": self._state.direct(user).id}}

    async def _list(self, arguments: Json) -> Json:
        kinds = str(arguments.get("types") or "public_channel").split(",")
        wanted = {"public_channel": "channel", "private_channel": "private", "im": "im"}
        allowed = {wanted[kind.strip()] for kind in kinds if kind.strip() in wanted}
        rooms = [room for room in self._state.rooms.values() if room.kind in allowed]
        return _page("channels", [channel_object(self._state, room) for room in rooms], arguments)

    async def _own_rooms(self, arguments: Json) -> Json:
        """The channels that the app is a member of."""
        found = await self._list(arguments | {"limit": len(self._state.rooms), "cursor": ""})
        return _page("channels", [one for one in found["channels"] if one.get("is_member")], arguments)

    async def _info(self, arguments: Json) -> Json:
        return {"channel": channel_object(self._state, self._room(arguments))}

    async def _history(self, arguments: Json) -> Json:
        room = self._room(arguments)
        shown = [message for message in reversed(room.messages) if not message.get("thread_ts")]
        return self._messages(shown, arguments)

    async def _replies(self, arguments: Json) -> Json:
        ts = arguments.get("ts")
        room = self._room(arguments)
        return self._messages(
            [one for one in room.messages if ts in (one["ts"], one.get("thread_ts"))], arguments
        )

    def _messages(self, messages: list[Json], arguments: Json) -> Json:
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in ("true", "1")
        return _page("messages", [message_object(one, with_metadata) for one in messages], arguments)

    async def _members(self, arguments: Json) -> Json:
        return _page("members", list(self._room(arguments).members), arguments)

    async def _users(self, arguments: Json) -> Json:
        team = self._state.workspace.team.id
        members = [user_object(user, team) for user in self._state.workspace.users]
        return _page("members", [*members, bot_object(self._state)], arguments)

    async def _user(self, arguments: Json) -> Json:
        user = self._state.workspace.by_id.get(str(arguments.get("user")))
        if user is None:
            raise Failed("user_not_found")
        return {"user": user_object(user, self._state.workspace.team.id)}

    async def _by_email(self, arguments: Json) -> Json:
        wanted = str(arguments.get("email", "")).casefold()
        for user in self._state.workspace.users:
            if user.email.casefold() == wanted:
                return {"user": user_object(user, self._state.workspace.team.id)}
        raise Failed("users_not_found")

    async def _usergroups(self, arguments: Json) -> Json:
        groups = self._state.workspace.usergroups
        return {"usergroups": [{**group.model_dump(mode="json"), "date_delete": 0} for group in groups]}

    async def _open_view(self, arguments: Json) -> Json:
        view = checked_view(_object(arguments, "view"))
        user = self._exchange(str(arguments.get("trigger_id") or ""))
        window = stored(self._state, view, user)
        self._state.windows[user].append(window)
        self._state.show_window(user)
        return {"view": window}

    def _exchange(self, id: str) -> str:
        """The person whose click the trigger is of. Raises Failed if it is too late or used."""
        trigger = self._state.triggers.get(id)
        if trigger is None:
            raise Failed("invalid_trigger_id")
        if trigger.used:
            raise Failed("exchanged_trigger_id")
        if time.monotonic() > trigger.until:
            raise Failed("expired_trigger_id")
        trigger.used = True
        return trigger.user

    async def _update_view(self, arguments: Json) -> Json:
        view = checked_view(_object(arguments, "view"))
        found = find_window(self._state, str(arguments.get("view_id") or ""))
        if found is None:
            raise Failed("not_found")
        user, position = found
        before = self._state.windows[user][position]
        if arguments.get("hash") and arguments["hash"] != before["hash"]:
            raise Failed("hash_conflict")
        window = stored(self._state, view, user, before)
        self._state.windows[user][position] = window
        self._state.show_window(user)
        return {"view": window}

    async def _publish(self, arguments: Json) -> Json:
        view = checked_view(_object(arguments, "view"))
        user = str(arguments.get("user_id") or "")
        if user not in self._state.workspace.by_id:
            raise Failed("user_not_found")
        home = stored(self._state, view, user, self._state.homes.get(user))
        self._state.homes[user] = home
        self._state.tell(user, {"type": "home", "view": home})
        return {"view": home}


async def _arguments(request: Request) -> Json:
    """Of a JSON body, a form, or the query; nested values in a form are JSON."""
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.json()
        return dict(body) if isinstance(body, dict) else {}
    form = {**request.query_params, **(await request.form() if request.method == "POST" else {})}
    return {name: _unfolded(name, value) for name, value in form.items()}


def _unfolded(name: str, value: Any) -> Any:
    if name not in ("blocks", "view", "metadata", "attachments"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Failed(
            "invalid_arguments", response_metadata={"messages": [f"[ERROR] {name} is no JSON"]}
        ) from None


def _object(arguments: Json, name: str) -> Json:
    value = arguments.get(name)
    if isinstance(value, str):
        value = _unfolded(name, value)
    if not isinstance(value, dict):
        raise Failed(
            "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]}
        )
    return value


def _page(name: str, items: list[Any], arguments: Json) -> Json:
    """A page of a listing, with the cursor to the next."""
    limit = int(arguments.get("limit") or 100)
    cursor = str(arguments.get("cursor") or "")
    try:
        start = int(base64.b64decode(cursor)) if cursor else 0
    except ValueError:
        raise Failed("invalid_cursor") from None
    rest = start + limit < len(items)
    following = base64.b64encode(str(start + limit).encode()).decode() if rest else ""
    return {
        name: items[start : start + limit],
        "has_more": rest,
        "response_metadata": {"next_cursor": following},
    }
