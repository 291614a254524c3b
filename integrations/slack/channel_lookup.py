"""Which channels Daypass is in, by name: one reading for everybody who asks.

Slack has no way to ask for a channel by its name. The list of all channels is long in a large company; the list of
those that Daypass is a member of, and can post to, isn't.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.calls import PAGE_ITEMS, Listing
from integrations.slack.errors import ChannelRefused, SlackRefused

KEPT_SECONDS = 3600.0
"""For which a name stands for the same channel; somebody may have renamed it without Daypass hearing of it."""
MISS_SECONDS_PER_PAGE = 3.0
"""For which a name that wasn't on the list isn't looked for again: at most 20 calls a minute."""


@dataclass(frozen=True)
class Channel:
    """A channel that Daypass is in; `creator` is a Slack user id, `created` in seconds since 1970."""

    id: str
    name: str
    creator: str
    created: float


class ChannelLookup:
    """Finds channels by name. What was read before an error isn't read again."""

    def __init__(self, client: AsyncWebClient, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._channels: dict[str, Channel] = {}
        self._missed_until = self._kept_until = -1.0
        self._listing: Listing | None = None
        self._found: dict[str, Channel] = {}
        self._pages = 0

    async def named(self, name: str, *, fresh: bool = False) -> Channel | None:
        """The channel of this name that Daypass is in; `fresh` if it may be new. Raises Retryable or Permanent."""
        async with self._turn:
            now = self._monotonic()
            known = self._channels.get(name) if now < self._kept_until else None
            if known or (not fresh and now < self._missed_until):
                return known
            await self._read()
            return self._channels.get(name)

    async def id_of(self, channel: str) -> str:
        """The id of a channel that is given by its id or as `#name`. Raises Retryable; ChannelRefused if there is none."""
        if not channel.startswith("#"):
            return channel
        found = await self.named(channel[1:])
        if found is None:
            raise ChannelRefused(
                "users.conversations",
                "not_in_channel",
                sentence=f"Daypass isn't in a channel {channel}. Create it if there is none, and invite Daypass to it.",
            )
        return found.id

    def forget(self, id: str) -> None:
        """Something has happened to this channel: look it up again, by its name."""
        self._channels = {name: one for name, one in self._channels.items() if one.id != id}
        self._missed_until = -1.0

    async def _read(self) -> None:
        """Read the list to its end; after an error, from where that left it."""
        listing = self._listing = self._listing or Listing("users.conversations", self._ask)
        try:
            while (page := await listing.page()) is not None:
                self._pages += 1
                for one in page.get("channels", ()):
                    channel = Channel(
                        str(one["id"]),
                        str(one["name"]),
                        str(one.get("creator", "")),
                        float(one.get("created", 0)),
                    )
                    self._found.setdefault(channel.name, channel)
        except SlackRefused:
            self._begin_anew()
            raise
        now = self._monotonic()
        self._channels = self._found
        self._kept_until = now + KEPT_SECONDS
        self._missed_until = now + MISS_SECONDS_PER_PAGE * self._pages
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._listing, self._found, self._pages = None, {}, 0

    def _ask(self, cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        return self._client.users_conversations(
            types="public_channel,private_channel", exclude_archived=True, limit=PAGE_ITEMS, cursor=cursor
        )
