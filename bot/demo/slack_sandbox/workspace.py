"""A workspace as it is described to the sandbox: the team, its people, channels and the app."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Team(Part):
    id: str
    name: str


class Bot(Part):
    """The app's bot user."""

    user_id: str
    bot_id: str
    name: str
    app_id: str


class User(Part):
    id: str
    name: str
    real_name: str
    email: str
    title: str = ""
    tz: str = "Etc/UTC"
    color: str = "#1264a3"
    record: dict[str, Any] = {}
    """What `users.list` says of them besides, such as that they are a guest. The page offers nobody who has one."""


class Enterprise(Part):
    """The Enterprise organization that the team belongs to; `org_wide`: the app is installed for all its teams."""

    id: str
    name: str
    org_wide: bool = False


class Channel(Part):
    """`members` are user ids, the bot's among them where it was invited."""

    id: str
    name: str
    topic: str = ""
    private: bool = False
    archived: bool = False
    members: tuple[str, ...] = ()


class Usergroup(Part):
    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()
    disabled: bool = False
    external: bool = False
    """Whether it is another workspace's, shared with this one."""


class Command(Part):
    """A slash command of the app, as the composer offers it."""

    name: str
    usage: str = ""
    description: str = ""


class Workspace(Part):
    team: Team
    bot: Bot
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    usergroups: tuple[Usergroup, ...] = ()
    enterprise: Enterprise | None = None
    commands: tuple[Command, ...] = ()
    events: frozenset[str] = frozenset(
        {
            *(
                "app_home_opened",
                "reaction_added",
                "user_change",
                "team_join",
                "tokens_revoked",
                "app_uninstalled",
            ),
            *("subteam_created", "subteam_updated", "subteam_members_changed", "member_left_channel"),
            *("channel_archive", "channel_rename", "channel_deleted", "channel_left"),
            *("group_archive", "group_rename", "group_deleted", "group_left"),
        }
    )
    """Events that the app has subscribed to: those of docs/slack-manifest.yaml."""
