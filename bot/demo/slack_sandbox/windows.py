"""Modals and Home tabs: how a view is kept, and what is wrong with what was typed into one."""

import secrets
import time

from bot.demo.slack_sandbox.state import Json, State

MAX_PUSHED = 3
"""Views in one stack: https://docs.slack.dev/surfaces/modals"""


def stored(state: State, view: Json, user: str, before: Json | None = None) -> Json:
    """The view as Slack keeps and returns it; it keeps its id when it takes another's place."""
    id = before["id"] if before else state.new_id("V")
    root = before["root_view_id"] if before else (state.windows[user][0]["id"] if state.windows[user] else id)
    previous = state.windows[user][-1]["id"] if state.windows[user] and not before else None
    bot = state.workspace.bot
    defaults = {"private_metadata": "", "callback_id": "", "title": None, "submit": None, "close": None}
    return {
        **defaults,
        **view,
        "id": id,
        "team_id": state.workspace.team.id,
        "state": {"values": (before or {}).get("state", {}).get("values", {})},
        "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
        "root_view_id": root,
        "previous_view_id": previous if not before else before.get("previous_view_id"),
        "app_id": bot.app_id,
        "bot_id": bot.bot_id,
    }


def find_window(state: State, id: str) -> tuple[str, int] | None:
    """Whose window it is, and where in their stack."""
    for user, stack in state.windows.items():
        for position, window in enumerate(stack):
            if window["id"] == id:
                return user, position
    return None


def find_external(state: State, external_id: str) -> Json | None:
    """The view that the app calls by this name, among all that are open or published."""
    shown = [*state.homes.values(), *(one for stack in state.windows.values() for one in stack)]
    return next((one for one in shown if one.get("external_id") == external_id), None)


def faults(view: Json, values: Json) -> dict[str, str]:
    """What Slack itself finds wrong with what was typed, by block, before the app is asked."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            held = (values.get(block["block_id"]) or {}).get(block["element"]["action_id"]) or {}
            fault = _fault(block, held)
            if fault:
                found[block["block_id"]] = fault
    return found


def _fault(block: Json, held: Json) -> str | None:
    element = block["element"]
    chosen = [value for name, value in held.items() if name != "type" and value not in (None, "", [])]
    if not chosen:
        return None if block.get("optional") else "Please complete this required field."
    typed = held.get("value")
    if isinstance(typed, str) and element["type"] == "plain_text_input":
        least, most = element.get("min_length") or 0, element.get("max_length") or 3000
        if len(typed) < least:
            return f"Please enter at least {least} characters."
        if len(typed) > most:
            return f"Please enter at most {most} characters."
    return None
