"""What Slack tells of people, user groups, channels and the app itself changing.

None of it gives anybody anything: it takes away, or leads to asking Slack.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.wiring.directory import People
from integrations.slack.channel_lookup import ChannelLookup

OF_PEOPLE = (
    "user_change",
    "team_join",
    "subteam_created",
    "subteam_updated",
    "subteam_members_changed",
    "tokens_revoked",
    "app_uninstalled",
)
OF_CHANNELS = (
    "channel_archive",
    "channel_rename",
    "channel_deleted",
    "channel_left",
    "member_left_channel",
    "group_archive",
    "group_rename",
    "group_deleted",
    "group_left",
)


class Changes:
    """Listens to the events."""

    def __init__(self, people: People, channels: ChannelLookup) -> None:
        self._people = people
        self._channels = channels

    def attach(self, app: AsyncApp) -> None:
        for name in OF_PEOPLE:
            app.event(name)(self._of_people)
        for name in OF_CHANNELS:
            app.event(name)(self._of_channel)

    async def _of_people(self, event: Mapping[str, Any]) -> None:
        await self._people.hear(event)

    async def _of_channel(self, event: Mapping[str, Any]) -> None:
        """Another member's leaving changes nothing; Daypass's own does."""
        if event["type"] == "member_left_channel" and event.get("user") != self._people.bot:
            return
        channel = event["channel"]
        self._channels.forget(str(channel["id"] if isinstance(channel, Mapping) else channel))
