"""What an administrator does to the workspace, carried out as Slack would: it changes, and the app hears of it.

Source: https://docs.slack.dev/reference/events
"""

from collections.abc import Iterable

from bot.demo.slack_sandbox.delivery import Delivery
from bot.demo.slack_sandbox.people import user_object, usergroup_object
from bot.demo.slack_sandbox.state import Json, Room, State
from bot.demo.slack_sandbox.workspace import User, Usergroup

REVOKED = "token_revoked"


class Administrator:
    """Changes people, groups and channels, and takes the app's token away."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    async def put_people(self, users: Iterable[User]) -> None:
        """Add people (`team_join`), or change those who have their ids (`user_change`)."""
        for user in users:
            kind = "user_change" if user.id in self._state.people else "team_join"
            self._state.put_people([user])
            shown = user_object(self._state, user)
            if "enterprise_user" in shown:
                shown["enterprise_user"].pop("teams")
            await self._delivery.event({"type": kind, "user": shown})

    async def put_groups(self, groups: Iterable[Usergroup]) -> None:
        """Add user groups, or change those who have their ids."""
        for group in groups:
            before = self._state.usergroups.get(group.id)
            self._state.usergroups[group.id] = group
            kind = "subteam_updated" if before else "subteam_created"
            shown = usergroup_object(self._state, group, with_users=True)
            await self._delivery.event({"type": kind, "subteam": shown, "event_ts": self._state.ts()})
            if before and before.users != group.users:
                await self._tell_members(before, group)

    async def _tell_members(self, before: Usergroup, group: Usergroup) -> None:
        added = [one for one in group.users if one not in before.users]
        removed = [one for one in before.users if one not in group.users]
        await self._delivery.event(
            {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": self._state.workspace.team.id,
                "added_users": added,
                "added_users_count": len(added),
                "removed_users": removed,
                "removed_users_count": len(removed),
                "event_ts": self._state.ts(),
            }
        )

    async def change_channel(self, id: str, wanted: Json) -> None:
        """`archived`, `name`, `deleted`, and `members` who are let in (`join`) or put out (`leave`)."""
        room = self._state.rooms[id]
        if "archived" in wanted and room.archived != wanted["archived"]:
            room.archived = wanted["archived"]
            await self._tell(
                "channel_archive" if room.archived else "channel_unarchive", room, user=room.creator
            )
        if name := wanted.get("name"):
            room.name = name
            shown = {"id": room.id, "name": name, "name_normalized": name, "created": 0, "is_channel": True}
            await self._delivery.event(
                {"type": "channel_rename", "channel": shown, "event_ts": self._state.ts()}
            )
        room.members += [one for one in wanted.get("join", ()) if one not in room.members]
        for user in wanted.get("leave", ()):
            await self._put_out(room, user)
        if wanted.get("deleted"):
            del self._state.rooms[id]
            await self._tell("channel_deleted", room)
        self._state.tell_room(room)

    async def _put_out(self, room: Room, user: str) -> None:
        room.members.remove(user)
        if user == self._state.workspace.bot.user_id:
            await self._tell("channel_left" if room.kind == "channel" else "group_left", room)
        else:
            kind = "C" if room.kind == "channel" else "G"
            team = self._state.workspace.team.id
            await self._tell("member_left_channel", room, user=user, channel_type=kind, team=team)

    async def _tell(self, kind: str, room: Room, **more: str) -> None:
        await self._delivery.event({"type": kind, "channel": room.id, "event_ts": self._state.ts(), **more})

    async def set_token(self, word: str | None) -> None:
        """From now on every call is answered with this word; None: the token is good again."""
        self._state.control.token = word
        if word == REVOKED:
            bot = self._state.workspace.bot.user_id
            tokens: dict[str, list[str]] = {"oauth": [], "bot": [bot]}
            await self._delivery.event({"type": "tokens_revoked", "tokens": tokens})
