"""The payloads that Slack sends for what a person does (https://docs.slack.dev/reference/interaction-payloads)."""

from bot.demo.slack_sandbox.blocks import elements_of
from bot.demo.slack_sandbox.people import message_object
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.threads import is_reply


def who(state: State, user: str) -> Json:
    """What every interaction says of the person, the workspace and the app.

    An app that is installed for a whole organization hears of the organization, and of no team.
    """
    person, team, bot = state.people[user], state.workspace.team, state.workspace.bot
    enterprise = state.workspace.enterprise
    org_wide = bool(enterprise and enterprise.org_wide)
    own_team = str(person.record.get("team_id") or team.id)
    return {
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": own_team},
        "team": None if org_wide else {"id": team.id, "domain": team.name.lower()},
        "api_app_id": bot.app_id,
        "token": "sandbox",
        "is_enterprise_install": org_wide,
        "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
    }


def block_actions(
    state: State,
    user: str,
    action: Json,
    *,
    room: Room | None,
    message: Json | None,
    view: Json | None,
    base: str,
) -> Json:
    """Somebody used an element, in a message or in a view."""
    payload = {
        **who(state, user),
        "type": "block_actions",
        "trigger_id": state.new_trigger(user),
        "actions": [{**action, "action_ts": state.ts()}],
    }
    if view is not None:
        return {**payload, "view": view, "container": {"type": "view", "view_id": view["id"]}}
    assert room is not None
    assert message is not None
    return {
        **payload,
        "channel": {"id": room.id, "name": "directmessage" if room.kind == "im" else room.name},
        "message": message_object(message, True),
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": room.id,
            "is_ephemeral": bool(message.get("ephemeral")),
            **({"thread_ts": message["thread_ts"]} if is_reply(message) else {}),
        },
        "response_url": base + state.new_response_path(room, user, message["ts"]),
        "state": {"values": {}},
    }


def suggestion(
    state: State, user: str, ids: Json, value: str, view: Json | None, message: Json | None
) -> Json:
    """Somebody types into a select whose options the app gives."""
    about = {"view": view} if view is not None else {"message": message}
    return {**who(state, user), "type": "block_suggestion", "value": value, **ids, **about}


def submission(state: State, user: str, view: Json, values: Json) -> Json:
    """Somebody submitted a window."""
    return {
        **who(state, user),
        "type": "view_submission",
        "trigger_id": state.new_trigger(user),
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def closed(state: State, user: str, view: Json, cleared: bool) -> Json:
    """Somebody closed a window of which the app wanted to know."""
    return {**who(state, user), "type": "view_closed", "view": view, "is_cleared": cleared}


def command(state: State, user: str, room: Room, name: str, text: str, base: str) -> Json:
    """Somebody typed a slash command."""
    person, team, enterprise = state.people[user], state.workspace.team, state.workspace.enterprise
    of = {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name} if enterprise else {}
    return {
        **of,
        "token": "sandbox",
        "team_id": team.id,
        "team_domain": team.name.lower(),
        "channel_id": room.id,
        "channel_name": "directmessage" if room.kind == "im" else room.name,
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": escaped(text),
        "api_app_id": state.workspace.bot.app_id,
        "is_enterprise_install": str(bool(enterprise and enterprise.org_wide)).lower(),
        "response_url": base + state.new_response_path(room, user, None),
        "trigger_id": state.new_trigger(user),
    }


def element_of(blocks: list[Json], block_id: str, action_id: str) -> Json | None:
    """The element that was used, if it is still there."""
    for block, element in elements_of(blocks):
        if (block.get("block_id"), element["action_id"]) == (block_id, action_id):
            return element
    return None


def escaped(text: str) -> str:
    """What people type, as Slack hands it on."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
