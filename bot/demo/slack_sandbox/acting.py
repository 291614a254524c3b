"""What a person does on the page, carried out as Slack would: sent to the app, its answer acted upon."""

from typing import Any

from bot.demo.slack_sandbox import payloads
from bot.demo.slack_sandbox.blocks import InvalidBlocks, checked_options, checked_view, message_blocks
from bot.demo.slack_sandbox.delivery import Answer, Delivery
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import threaded
from bot.demo.slack_sandbox.windows import MAX_PUSHED, faults, find_window, stored

TROUBLE = {
    "operation_timeout": "{what} failed because the app did not respond in time (operation_timeout).",
    "dispatch_failed": "{what} failed with the error “dispatch_failed”: the app can't be reached, or it failed.",
}


class Acting:
    """Everything that people can do in the workspace. `base` is where response URLs lead."""

    def __init__(self, state: State, delivery: Delivery, base: str) -> None:
        self._state = state
        self._delivery = delivery
        self._base = base

    async def command(self, user: str, room: Room, text: str) -> Json:
        """A slash command; what it answers at once is shown to this person alone."""
        name, _, rest = text.strip().partition(" ")
        if name not in {command.name for command in self._state.workspace.commands}:
            return {"ok": False, "error": f"{name} is not a valid command. Type / to see those that are."}
        form = payloads.command(self._state, user, room, name, rest.strip(), self._base)
        answer = await self._delivery.command(form)
        if answer.error:
            trouble = TROUBLE[answer.error].format(what=name)
            self._say_privately(room, user, {"text": trouble})
            return {"ok": False, "error": trouble}
        self._answer_command(room, user, answer.body)
        return {"ok": True}

    def _answer_command(self, room: Room, user: str, body: Any) -> None:
        if isinstance(body, str) and body:
            self._say_privately(room, user, {"text": body})
        elif isinstance(body, dict) and (body.get("text") or body.get("blocks")):
            try:
                self.answer(room, user, body)
            except InvalidBlocks as invalid:
                self._say_privately(room, user, {"text": f"The app's answer can't be shown: {invalid}"})

    async def use(
        self, user: str, container: Json, block_id: str, action_id: str, action: Json, values: Json | None
    ) -> Json:
        """A button pressed, an option chosen."""
        room, message, view = self._seen(user, container)
        blocks = (view or message or {}).get("blocks", [])
        if view is None and message is None:
            return {"ok": False, "error": "What you clicked is no longer there."}
        element = payloads.element_of(blocks, block_id, action_id)
        full = {"block_id": block_id, "action_id": action_id, **action}
        if element and element["type"] == "button":
            full = {"text": element["text"], "style": element.get("style"), **full}
        if view is not None:
            view["state"] = {"values": values or {}}
        payload = payloads.block_actions(
            self._state, user, full, room=room, message=message, view=view, base=self._base
        )
        return self._outcome(await self._delivery.interaction(payload), "That")

    async def suggest(self, user: str, container: Json, block_id: str, action_id: str, value: str) -> Json:
        """The options that the app offers for what was typed so far."""
        _, message, view = self._seen(user, container)
        ids = {"block_id": block_id, "action_id": action_id}
        payload = payloads.suggestion(self._state, user, ids, value, view, message)
        answer = await self._delivery.interaction(payload)
        try:
            return checked_options(answer.body if isinstance(answer.body, dict) else {"options": []})
        except InvalidBlocks as invalid:
            return {"options": [], "error": f"The app answered with options that Slack can't show: {invalid}"}

    async def submit(self, user: str, view_id: str, values: Json) -> Json:
        """A window submitted; it closes, or stays with what is wrong, or becomes another."""
        found = find_window(self._state, view_id)
        if found is None or found[0] != user:
            return {"ok": False, "error": "This window is no longer open."}
        view = self._state.windows[user][found[1]]
        wrong = faults(view, values)
        if wrong:
            return {"ok": True, "errors": wrong}
        answer = await self._delivery.interaction(payloads.submission(self._state, user, view, values))
        if answer.error:
            return {"ok": False, "error": "We had some trouble connecting. Try again?"}
        try:
            return self._after_submission(user, view, answer.body if isinstance(answer.body, dict) else {})
        except InvalidBlocks:
            return {"ok": False, "error": "The app answered with a window that Slack can't show."}

    def _after_submission(self, user: str, view: Json, body: Json) -> Json:
        """The app may have replaced the window, or the person closed it, while the app thought."""
        stack = self._state.windows[user]
        found = find_window(self._state, view["id"])
        match body.get("response_action"):
            case "errors":
                blocks = {block.get("block_id") for block in view["blocks"] if block["type"] == "input"}
                if not body.get("errors") or set(body["errors"]) - blocks:
                    return {"ok": False, "error": "The app named fields that this window doesn't have."}
                return {"ok": True, "errors": body["errors"]}
            case "update":
                after = stored(self._state, checked_view(body["view"]), user, view)
                if found:
                    stack[found[1]] = after
            case "push" if len(stack) >= MAX_PUSHED:
                return {
                    "ok": False,
                    "error": "The app opened more windows than Slack shows one upon the other.",
                }
            case "push":
                stack.append(stored(self._state, checked_view(body["view"]), user))
            case "clear":
                stack.clear()
            case _ if found:
                stack.pop(found[1])
        self._state.show_window(user)
        return {"ok": True}

    async def close(self, user: str, view_id: str) -> Json:
        """A window closed without submitting."""
        found = find_window(self._state, view_id)
        if found and found[0] == user:
            view = self._state.windows[user].pop(found[1])
            cleared = bool(view.get("clear_on_close"))
            if cleared:
                self._state.windows[user].clear()
            self._state.show_window(user)
            if view.get("notify_on_close"):
                await self._delivery.interaction(payloads.closed(self._state, user, view, cleared))
        return {"ok": True}

    async def say(self, user: str, room: Room, text: str, thread_ts: str | None) -> Json:
        """A message typed by a person."""
        content = {"user": user, "text": payloads.escaped(text), "blocks": []}
        message = self._state.post(room, content | threaded(room, {"thread_ts": thread_ts}))
        event = {
            "type": "message",
            "channel": room.id,
            "user": user,
            "text": content["text"],
            "ts": message["ts"],
        }
        await self._delivery.event({**event, "channel_type": "im" if room.kind == "im" else "channel"})
        return {"ok": True, "ts": message["ts"]}

    async def react(self, user: str, room: Room, ts: str, name: str, remove: bool) -> Json:
        """An emoji put under a message, or taken away."""
        message = self._state.find(room, ts)
        if message is None:
            return {"ok": False, "error": "This message is no longer there."}
        reactions = {one["name"]: set(one["users"]) for one in message.get("reactions", [])}
        (reactions.setdefault(name, set()).discard if remove else reactions.setdefault(name, set()).add)(user)
        message["reactions"] = [
            {"name": one, "users": sorted(people)} for one, people in reactions.items() if people
        ]
        self._state.tell_room(room)
        kind = "reaction_removed" if remove else "reaction_added"
        item = {"type": "message", "channel": room.id, "ts": ts}
        await self._delivery.event(
            {"type": kind, "user": user, "reaction": name, "item": item, "event_ts": self._state.ts()}
        )
        return {"ok": True}

    async def open_home(self, user: str) -> Json | None:
        """The app's Home tab; the app hears of it and may publish it anew."""
        await self._delivery.event(
            {
                "type": "app_home_opened",
                "user": user,
                "channel": self._state.direct(user).id,
                "tab": "home",
                "event_ts": self._state.ts(),
                **({"view": self._state.homes[user]} if user in self._state.homes else {}),
            }
        )
        return self._state.homes.get(user)

    def answer(self, room: Room, user: str, body: Json, ts: str | None = None) -> None:
        """What the app answers through a response URL, or to a command. Raises InvalidBlocks."""
        content = {"text": str(body.get("text") or ""), "blocks": message_blocks(body.get("blocks") or [])}
        message = self._state.find(room, ts) if ts else None
        if message and body.get("delete_original"):
            room.messages.remove(message)
            self._state.tell_room(room)
        elif message and body.get("replace_original"):
            message.update(content)
            self._state.tell_room(room)
        elif body.get("response_type") == "in_channel":
            bot = self._state.workspace.bot
            self._state.post(room, {"user": bot.user_id, "bot_id": bot.bot_id, **content})
        else:
            self._say_privately(room, user, content)

    def _say_privately(self, room: Room, user: str, content: Json) -> None:
        self._state.post_private(
            room, user, {"user": self._state.workspace.bot.user_id, "blocks": [], **content}
        )

    def _seen(self, user: str, container: Json) -> tuple[Room | None, Json | None, Json | None]:
        """The message or view that the person acts on."""
        if container["type"] == "view":
            home = self._state.homes.get(user)
            if home and home["id"] == container["view_id"]:
                return None, None, home
            found = find_window(self._state, container["view_id"])
            return None, None, self._state.windows[user][found[1]] if found and found[0] == user else None
        room = self._state.rooms.get(container["channel"])
        if room is None or user not in room.members:
            return None, None, None
        private = self._state.private[room.id, user]
        message = self._state.find(room, container["ts"])
        return room, message or next((one for one in private if one["ts"] == container["ts"]), None), None

    def _outcome(self, answer: Answer, what: str) -> Json:
        if answer.error:
            return {"ok": False, "error": TROUBLE[answer.error].format(what=what)}
        return {"ok": True}
