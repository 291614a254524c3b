"""Where messages go: a place's channel by its id, and which places Slack refuses at the moment.

A place is `person:<user id>` or `channel:<id or #name>`. The id of one that Slack refuses is forgotten and looked up
again; until then it is left alone for a while, so that many messages don't ask in vain.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import call
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.errors import ChannelRefused, PersonRefused, SlackRefused

FIRST_PAUSE_SECONDS = 2.0
MAX_PAUSE_SECONDS = 300.0
"""For which a place is left alone: doubling from the first to the longest."""
CHANNEL = "channel:"
REMEDIES = {
    "not_in_channel": "Invite Daypass to it",
    "is_archived": "Unarchive it",
    "is_inactive": "Unarchive it",
    "channel_not_found": "Create it and invite Daypass to it",
}


@dataclass(frozen=True)
class Trouble:
    """Why a place can't be used, how often in a row Slack said so, and until when it is left alone (monotonic)."""

    refusal: ChannelRefused | PersonRefused
    times: int
    until: float
    is_plain: bool = False
    """Whether one sees it without a message; if not, only a message shows that it is over."""


class Places:
    """Finds channels, and keeps who was refused. `changed` is told when a channel breaks or works again."""

    def __init__(
        self,
        client: AsyncWebClient,
        lookup: ChannelLookup,
        pace: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pace` is a factor on every pause."""
        self.changed: Callable[[], None] = lambda: None
        self._client = client
        self._lookup = lookup
        self._pace = pace
        self._monotonic = monotonic
        self._channels: dict[str, str] = {}
        self._troubles: dict[str, Trouble] = {}
        self._restored = False

    @contextmanager
    def using(self, place: str) -> Iterator[None]:
        """Use a place; a refusal of it is kept. Raises that at once while the place is left alone."""
        trouble = self._troubles.get(place)
        if trouble and (left := trouble.until - self._monotonic()) > 0:
            trouble.refusal.pause = left
            raise trouble.refusal.with_traceback(None)
        try:
            yield
        except (ChannelRefused, PersonRefused) as refusal:
            self._refused(place, refusal)
            raise

    async def channel(self, place: str) -> str:
        """The channel id of a place. Raises Retryable; ChannelRefused if there is no such channel."""
        if place not in self._channels:
            kind, _, name = place.partition(":")
            asked = self._direct(name) if kind == "person" else self._lookup.id_of(name)
            self._channels[place] = await asked
        return self._channels[place]

    async def moved(self, place: str, channel: str) -> bool:
        """Whether the place is another channel by now than this one, which Slack refuses. Raises as `channel` does."""
        self._forget(place)
        return await self.channel(place) != channel

    def worked(self, place: str) -> None:
        """A message was shown there."""
        if self._troubles.pop(place, None) and place.startswith(CHANNEL):
            self._restored = True
            self.changed()

    def release(self) -> None:
        """Leave nothing alone any more: what was in the way may be mended."""
        self._troubles = {
            place: replace(one, times=0, until=self._monotonic()) for place, one in self._troubles.items()
        }

    async def check(self, place: str) -> bool:
        """Ask whether the channel looks usable, without a message. Raises Retryable.

        A channel that was found already isn't looked for again: the list of channels may be long. If Slack refuses
        it, it is found by its name the next time.

        https://docs.slack.dev/reference/methods/conversations.info
        """
        try:
            id = await self.channel(place)
            found = await call("conversations.info", self._client.conversations_info(channel=id))
            if word := _why_not(found.get("channel")):
                raise ChannelRefused("chat.postMessage", word)
        except ChannelRefused as refusal:
            self._refused(place, refusal, is_plain=True)
            return False
        trouble = self._troubles.get(place)
        if trouble and trouble.is_plain:
            self.worked(place)
        return True

    def take_restored(self) -> bool:
        """Whether a channel works again since this was last asked."""
        restored, self._restored = self._restored, False
        return restored

    @property
    def troubles(self) -> dict[str, SlackRefused]:
        """The channels that Slack refuses, each with its refusal."""
        return {place: one.refusal for place, one in self._troubles.items() if place.startswith(CHANNEL)}

    def _refused(self, place: str, refusal: ChannelRefused | PersonRefused, is_plain: bool = False) -> None:
        before = self._troubles.get(place)
        times = before.times + 1 if before else 1
        pause = self._pace * min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(times - 1, 10))
        refusal.pause = pause
        self._troubles[place] = Trouble(refusal, times, self._monotonic() + pause, is_plain)
        self._forget(place)
        if before is None and place.startswith(CHANNEL):
            self.changed()

    async def _direct(self, person: str) -> str:
        answer = await call("conversations.open", self._client.conversations_open(users=person))
        return str(answer["channel"]["id"])

    def _forget(self, place: str) -> None:
        if id := self._channels.pop(place, None):
            self._lookup.forget(id)


def trouble_sentence(place: str, refusal: SlackRefused) -> str:
    """What an operator is told of a channel that Slack refuses."""
    channel = place.removeprefix(CHANNEL)
    shown = channel if channel.startswith("#") else f"the channel {channel}"
    remedy = REMEDIES.get(refusal.error, "Let Daypass post there")
    return (
        f"Slack doesn't let Daypass post to {shown} ({refusal.error}), so what belongs there isn't seen. "
        f"{remedy}, or name another channel in the policy bundle. Daypass tries again and catches up by itself."
    )


def _why_not(channel: object) -> str | None:
    """Slack's word for why nothing can be posted there; fields that aren't told say nothing."""
    told = channel if isinstance(channel, dict) else {}
    if told.get("is_archived"):
        return "is_archived"
    return "not_in_channel" if told.get("is_member") is False else None
