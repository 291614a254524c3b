"""Channels that Daypass makes: made once, with their topic, their people and files."""

from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import Declined, call
from integrations.slack.channel_lookup import ChannelLookup
from workflows.ports import Permanent

LONGEST_NAME = 80
LONGEST_TOPIC = 250
AT_ONCE = 100
"""People invited in one call."""
THERE = frozenset({"already_in_channel", "cant_invite_self"})
NOT_THEM = frozenset({"cant_invite", "user_not_found", "user_is_restricted", "ura_max_channels", *THERE})
"""Slack's words for why one person can't be invited."""


class Rooms:
    """Channels by their names; a name that is taken by somebody else gets a number."""

    def __init__(self, client: AsyncWebClient, channels: ChannelLookup) -> None:
        self._client = client
        self._channels = channels
        self._topics: dict[str, str] = {}
        self._own_id: str | None = None

    async def make(self, name: str, private: bool) -> str:
        """The new channel's id, or that of the one that an attempt cut short had made.

        Raises Retryable or Permanent.
        """
        for number in range(1, 10):
            wanted = name if number == 1 else f"{name[: LONGEST_NAME - 2]}-{number}"
            try:
                creating = self._client.conversations_create(name=wanted, is_private=private)
                made = await call("conversations.create", creating)
            except Declined as declined:
                if declined.error != "name_taken":
                    raise
                if found := await self._own(wanted, fresh=number == 1):
                    return found
                continue
            return str(made["channel"]["id"])
        raise Permanent(f"Slack has channels called #{name} already, and up to #{name}-9.")

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set it if it isn't so already. Raises Retryable or Permanent."""
        topic = topic if len(topic) <= LONGEST_TOPIC else topic[: LONGEST_TOPIC - 1] + "…"
        if self._topics.get(channel) == topic:
            return
        await call(
            "conversations.setTopic", self._client.conversations_setTopic(channel=channel, topic=topic)
        )
        self._topics[channel] = topic

    async def invite(self, channel: str, people: Sequence[str]) -> dict[str, str]:
        """Invite those who can be; the others with Slack's word for why not. Raises Retryable or Permanent."""
        refused: dict[str, str] = {}
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            refused |= await self._invite(channel, some)
        return refused

    async def _invite(self, channel: str, people: Sequence[str]) -> dict[str, str]:
        try:
            answer = await call(
                "conversations.invite",
                self._client.conversations_invite(channel=channel, users=list(people), force=True),
            )
        except Declined as declined:
            if declined.error not in NOT_THEM:
                raise
            if len(people) == 1:
                return {} if declined.error in THERE else {people[0]: declined.error}
            return {who: why for one in people for who, why in (await self._invite(channel, [one])).items()}
        faults = answer.get("errors") or []
        return {
            str(one["user"]): str(one["error"])
            for one in faults
            if one.get("user") and one.get("error") not in THERE
        }

    async def message(self, channel: str, ts: str) -> tuple[str, str]:
        """Author and text of a message. Raises Retryable or Permanent."""
        page = await call(
            "conversations.replies",
            self._client.conversations_replies(channel=channel, ts=ts, limit=1, inclusive=True),
        )
        for message in page.get("messages", []):
            if message["ts"] == ts:
                return str(message.get("user") or ""), str(message.get("text") or "")
        raise Permanent("The message is no longer there.")

    async def share(self, channel: str, files: Sequence[tuple[str, str, str]], comment: str) -> None:
        """Put files (name, title, content) into the channel, in one message. Raises Retryable or Permanent."""
        uploads = [{"filename": name, "title": title, "content": content} for name, title, content in files]
        await call(
            "files.completeUploadExternal",
            self._client.files_upload_v2(
                file_uploads=uploads, channel=channel, initial_comment=comment, request_file_info=False
            ),
        )

    async def _own(self, name: str, fresh: bool) -> str | None:
        """The id of the channel of this name if Daypass made it, and so is in it."""
        if self._own_id is None:
            self._own_id = str((await call("auth.test", self._client.auth_test()))["user_id"])
        found = await self._channels.named(name, fresh=fresh)
        return found.id if found and found.creator == self._own_id else None
