"""People, channels and messages as Slack's Web API shows them."""

from integrations.sandbox.state import Json, Room, State
from integrations.sandbox.workspace import User


def user_object(user: User, team: str) -> Json:
    return {
        "id": user.id,
        "team_id": team,
        "name": user.name,
        "deleted": False,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": False,
        "profile": {
            "real_name": user.real_name,
            "display_name": user.real_name,
            "title": user.title,
            "email": user.email,
        },
        **user.record,
    }


def bot_object(state: State) -> Json:
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


def channel_object(state: State, room: Room) -> Json:
    common = {"id": room.id, "created": 0, "is_archived": False, "is_im": room.kind == "im"}
    if room.kind == "im":
        return {**common, "user": room.user}
    return {
        **common,
        "name": room.name,
        "is_channel": True,
        "is_private": room.kind == "private",
        "is_member": state.workspace.bot.user_id in room.members,
        "creator": room.creator,
        "topic": {"value": room.topic},
        "num_members": len(room.members),
    }


def message_object(message: Json, with_metadata: bool) -> Json:
    """A message as history shows it; metadata only on request."""
    hidden = {"ephemeral"} if with_metadata else {"ephemeral", "metadata"}
    return {name: value for name, value in message.items() if name not in hidden}
