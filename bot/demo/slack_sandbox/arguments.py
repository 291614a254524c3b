"""A call's arguments, read as Slack reads them: from JSON, a form or the query."""

import json
from typing import Any

from fastapi import Request

from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.state import Json, State

NESTED = ("blocks", "view", "metadata", "attachments")
"""Arguments that are JSON inside a form."""


async def arguments_of(request: Request) -> Json:
    """Give every argument by its name. Raises Failed."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise Failed("invalid_arguments") from None
        return dict(body) if isinstance(body, dict) else {}
    form = {**request.query_params, **(await request.form() if request.method == "POST" else {})}
    return {name: _unfolded(name, value) for name, value in form.items()}


def object_of(arguments: Json, name: str) -> Json:
    """Give an argument that has to be an object. Raises Failed."""
    value = arguments.get(name)
    if isinstance(value, str):
        value = _unfolded(name, value)
    if not isinstance(value, dict):
        raise wrong(f"missing required field: {name}")
    return value


def wrong(message: str, word: str = "invalid_arguments") -> Failed:
    """Give Slack's error for a wrong argument, with a sentence that says what is wrong."""
    return Failed(word, response_metadata={"messages": [f"[ERROR] {message}"]})


def check_team(state: State, arguments: Json) -> None:
    """Raise Failed if an app that is installed for a whole organization doesn't name the team."""
    enterprise = state.workspace.enterprise
    if enterprise and enterprise.org_wide and not arguments.get("team_id"):
        raise Failed("missing_argument")


def _unfolded(name: str, value: Any) -> Any:
    if name not in NESTED:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise wrong(f"{name} isn't JSON") from None
