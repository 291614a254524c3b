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


class Channel(Part):
    """`members` are user ids, the bot's among them where it was invited."""

    id: str
    name: str
    topic: str = ""
    private: bool = False
    members: tuple[str, ...] = ()


class Usergroup(Part):
    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()


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
    commands: tuple[Command, ...] = ()
    events: frozenset[str] = frozenset({"app_home_opened", "reaction_added"})
    """Events that the app has subscribed to."""

    @property
    def by_id(self) -> dict[str, User]:
        return {user.id: user for user in self.users}
