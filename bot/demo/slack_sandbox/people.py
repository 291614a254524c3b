"""People, channels and messages as Slack's Web API shows them.

Source: https://docs.slack.dev/reference/objects/user-object, .../usergroup-object, .../conversation-object
"""

from typing import Any

from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.workspace import User, Usergroup

DELETED_AT = 1_700_000_000
"""When a disabled group was, by Unix time."""


def user_object(state: State, user: User) -> Json:
    """A person, with what their record says over what is said of everybody."""
    record = dict(user.record)
    profile = {
        "real_name": user.real_name,
        "display_name": user.real_name,
        "title": user.title,
        "email": user.email,
        **record.pop("profile", {}),
    }
    team = str(record.get("team_id") or state.workspace.team.id)
    return {
        "id": user.id,
        "team_id": team,
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_email_confirmed": True,
        **_in_the_organization(state, user, team),
        **record,
        "profile": {name: value for name, value in profile.items() if value is not None},
    }


def _in_the_organization(state: State, user: User, team: str) -> Json:
    enterprise = state.workspace.enterprise
    if enterprise is None:
        return {}
    told = {"id": user.id, "enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
    return {"enterprise_user": {**told, "is_admin": False, "is_owner": False, "teams": [team]}}


def bot_object(state: State) -> Json:
    """The app's own bot user."""
    bot = state.workspace.bot
    return {
        "id": bot.user_id,
        "team_id": state.workspace.team.id,
        "name": bot.name.lower(),
        "deleted": False,
        "real_name": bot.name,
        "is_bot": True,
        "profile": {"real_name": bot.name, "display_name": bot.name, "bot_id": bot.bot_id},
    }


def usergroup_object(state: State, group: Usergroup, with_users: bool) -> Json:
    """A user group; a disabled one says when, and by whom."""
    by = {"deleted_by": state.workspace.bot.user_id} if group.disabled else {}
    return {
        "id": group.id,
        "team_id": state.workspace.team.id,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "is_external": group.external,
        "date_delete": DELETED_AT if group.disabled else 0,
        **by,
        **({"users": list(group.users)} if with_users else {}),
    }


def channel_object(state: State, room: Room, with_count: bool = False) -> Json:
    """A channel, or the direct messages with a person."""
    common: Json = {
        "id": room.id,
        "created": room.created,
        "is_archived": room.archived,
        "is_im": room.kind == "im",
        "is_org_shared": False,
    }
    if room.kind == "im":
        return {**common, "user": room.user}
    shown: Json = {
        **common,
        "name": room.name,
        "is_channel": room.kind == "channel",
        "is_group": room.kind == "private",
        "is_private": room.kind == "private",
        "is_member": state.workspace.bot.user_id in room.members,
        "is_ext_shared": False,
        "creator": room.creator,
        "topic": {"value": room.topic, "creator": "", "last_set": 0},
    }
    return shown | ({"num_members": len(room.members)} if with_count else {})


def message_object(message: Json, with_metadata: bool) -> Json:
    """A message as history shows it; metadata only on request."""
    hidden = {"ephemeral"} if with_metadata else {"ephemeral", "metadata"}
    return {name: value for name, value in message.items() if name not in hidden}


def truth(value: Any) -> bool:
    """Whether an argument says yes, as JSON or in a form."""
    return str(value).lower() in ("true", "1")
