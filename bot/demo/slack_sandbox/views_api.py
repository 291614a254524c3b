"""Methods of the Web API that open, push, update and publish views.

Source: https://docs.slack.dev/reference/methods/views.open, .push, .update, .publish
"""

import json
import time

from bot.demo.slack_sandbox.arguments import object_of, wrong
from bot.demo.slack_sandbox.blocks import checked_view
from bot.demo.slack_sandbox.failed import Failed, Methods
from bot.demo.slack_sandbox.state import Json, State
from bot.demo.slack_sandbox.windows import MAX_PUSHED, find_external, find_window, stored

MAX_VIEW_BYTES = 250_000


class ViewsApi:
    """The methods, over the workspace's state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Methods:
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    async def _open(self, arguments: Json) -> Json:
        view = self._view(arguments, None)
        return self._shown(view, self._exchange(arguments))

    async def _push(self, arguments: Json) -> Json:
        view = self._view(arguments, None)
        user = self._exchange(arguments)
        if not self._state.windows[user]:
            raise Failed("not_found")
        if len(self._state.windows[user]) >= MAX_PUSHED:
            raise Failed("push_limit_reached")
        return self._shown(view, user)

    def _shown(self, view: Json, user: str) -> Json:
        window = stored(self._state, view, user)
        self._state.windows[user].append(window)
        self._state.show_window(user)
        return {"view": window}

    def _view(self, arguments: Json, replacing: Json | None) -> Json:
        """Raises Failed or InvalidBlocks."""
        given = object_of(arguments, "view")
        if len(json.dumps(given)) > MAX_VIEW_BYTES:
            raise Failed("view_too_large")
        view = checked_view(given)
        if external := view.get("external_id"):
            other = find_external(self._state, external)
            if other and (replacing is None or other["id"] != replacing["id"]):
                raise Failed("duplicate_external_id")
        return view

    def _exchange(self, arguments: Json) -> str:
        """The person whose click the trigger is of. Raises Failed if it is too late or used."""
        trigger = self._state.triggers.get(str(arguments.get("trigger_id") or ""))
        if trigger is None:
            raise Failed("invalid_trigger_id")
        if trigger.used:
            raise Failed("exchanged_trigger_id")
        if time.monotonic() > trigger.until:
            raise Failed("expired_trigger_id")
        trigger.used = True
        return trigger.user

    async def _update(self, arguments: Json) -> Json:
        id = str(arguments.get("view_id") or "")
        if external := arguments.get("external_id"):
            id = str((find_external(self._state, str(external)) or {}).get("id"))
        found = find_window(self._state, id)
        if found is None:
            raise Failed("not_found")
        user, position = found
        before = self._state.windows[user][position]
        view = self._view(arguments, before)
        _check_hash(arguments, before)
        window = stored(self._state, view, user, before)
        self._state.windows[user][position] = window
        self._state.show_window(user)
        return {"view": window}

    async def _publish(self, arguments: Json) -> Json:
        user = str(arguments.get("user_id") or "")
        before = self._state.homes.get(user)
        view = self._view(arguments, before)
        if user not in self._state.people:
            raise wrong("user_id isn't in this workspace")
        if before:
            _check_hash(arguments, before)
        home = stored(self._state, view, user, before)
        self._state.homes[user] = home
        self._state.tell(user, {"type": "home", "view": home})
        return {"view": home}


def _check_hash(arguments: Json, before: Json) -> None:
    if arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise Failed("hash_conflict")
