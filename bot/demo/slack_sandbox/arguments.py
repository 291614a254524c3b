"""What a call gives, read as Slack reads it: JSON, a form, or the query."""

import json
from typing import Any

from fastapi import Request

from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.state import Json, State

NESTED = ("blocks", "view", "metadata", "attachments")
"""Arguments that are JSON inside a form."""


async def arguments_of(request: Request) -> Json:
    """Every argument by its name. Raises Failed."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise Failed("invalid_arguments") from None
        return dict(body) if isinstance(body, dict) else {}
    form = {**request.query_params, **(await request.form() if request.method == "POST" else {})}
    return {name: _unfolded(name, value) for name, value in form.items()}


def object_of(arguments: Json, name: str) -> Json:
    """An argument that has to be an object. Raises Failed."""
    value = arguments.get(name)
    if isinstance(value, str):
        value = _unfolded(name, value)
    if not isinstance(value, dict):
        raise wrong(f"missing required field: {name}")
    return value


def wrong(message: str, word: str = "invalid_arguments") -> Failed:
    """Slack's refusal with a sentence on what is wrong."""
    return Failed(word, response_metadata={"messages": [f"[ERROR] {message}"]})


def check_team(state: State, arguments: Json) -> None:
    """An app that is installed for a whole organization has to say which team it means. Raises Failed."""
    enterprise = state.workspace.enterprise
    if enterprise and enterprise.org_wide and not arguments.get("team_id"):
        raise Failed("missing_argument")


def _unfolded(name: str, value: Any) -> Any:
    if name not in NESTED:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise wrong(f"{name} is no JSON") from None
