"""Channels that Daypass makes: made once, with their topic, their people and files."""

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.calls import Listing, call, pages
from integrations.slack.channel_lookup import ChannelLookup
from integrations.slack.error_codes import Meaning
from integrations.slack.errors import Declined, PersonRefused, SlackRefused, Unclear
from workflows.ports import Permanent

log = logging.getLogger(__name__)

MAX_CHANNEL_NAME_CHARS = 80
MAX_TOPIC_CHARS = 250
INVITES_PER_CALL = 100
"""People invited in one call."""
THERE = frozenset({"already_in_channel", "cant_invite_self"})
ABOUT_ALL = frozenset({Meaning.TOKEN, Meaning.METHOD, Meaning.CHANNEL})
"""What a word says that stops every invitation. Any other is about one of the people, known or not."""
PAGE = 100
PAGES = 5
"""Of a channel's history, at most, in search of files that were shared before."""


@dataclass(frozen=True)
class Picture:
    """A picture to share; `alternative` is what screen readers say for it, of 1,000 characters at most."""

    name: str
    title: str
    content: bytes
    alternative: str


class Rooms:
    """Channels by their names; a name that is taken by somebody else gets a number."""

    def __init__(self, client: AsyncWebClient, channels: ChannelLookup) -> None:
        self._client = client
        self._channels = channels
        self._topics: dict[str, str] = {}
        self._own_id: str | None = None

    async def make(self, name: str, private: bool, since: datetime) -> str:
        """The new channel's id, or that of the one that an attempt cut short had made after `since`.

        Raises Retryable or Permanent.
        """
        for number in range(1, 10):
            wanted = name if number == 1 else f"{name[: MAX_CHANNEL_NAME_CHARS - 2]}-{number}"
            try:
                creating = self._client.conversations_create(name=wanted, is_private=private)
                made = await call("conversations.create", creating)
            except Declined as declined:
                if declined.error != "name_taken":
                    raise
                if found := await self._own(wanted, since, fresh=number == 1):
                    return found
                continue
            return str(made["channel"]["id"])
        raise Permanent(f"Slack has channels called #{name} already, and up to #{name}-9.")

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set it if it isn't so already. Raises Retryable or Permanent.

        A topic isn't worth holding up a channel for: one that Slack doesn't take is left as it was.
        """
        topic = topic if len(topic) <= MAX_TOPIC_CHARS else topic[: MAX_TOPIC_CHARS - 1] + "…"
        if self._topics.get(channel) == topic:
            return
        try:
            setting = self._client.conversations_setTopic(channel=channel, topic=topic)
            await call("conversations.setTopic", setting)
        except (PersonRefused, Unclear) as refused:
            log.warning("the topic of %s stays as it was: %s", channel, refused)
            return
        self._topics[channel] = topic

    async def invite(self, channel: str, people: Sequence[str]) -> dict[str, str]:
        """Invite those who can be; the others with Slack's word for why not. Raises Retryable or Permanent."""
        refused: dict[str, str] = {}
        for start in range(0, len(people), INVITES_PER_CALL):
            some = people[start : start + INVITES_PER_CALL]
            refused |= await self._invite(channel, some)
        return refused

    async def _invite(self, channel: str, people: Sequence[str]) -> dict[str, str]:
        """Together if Slack takes all of them, else each alone: one word says nothing of the others."""
        try:
            inviting = self._client.conversations_invite(channel=channel, users=list(people), force=True)
            answer = await call("conversations.invite", inviting)
        except SlackRefused as refused:
            if refused.meaning in ABOUT_ALL:
                raise
            if len(people) == 1:
                return {} if refused.error in THERE else {people[0]: refused.error}
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

    async def share_picture(self, channel: str, picture: Picture, comment: str) -> None:
        """Put a picture into the channel, with words beside it, in one message. Raises Retryable or Permanent."""
        upload = {
            "filename": picture.name,
            "title": picture.title,
            "content": picture.content,
            "alt_txt": picture.alternative,
        }
        await call(
            "files.completeUploadExternal",
            self._client.files_upload_v2(
                file_uploads=[upload], channel=channel, initial_comment=comment, request_file_info=False
            ),
        )

    async def shared_since(self, channel: str, since: datetime) -> frozenset[str]:
        """The names of the files that were put into the channel since then. Raises Retryable or Permanent."""

        def ask(cursor: str | None) -> Awaitable[AsyncSlackResponse]:
            oldest = f"{since.timestamp():.6f}"
            return self._client.conversations_history(
                channel=channel, limit=PAGE, oldest=oldest, cursor=cursor
            )

        found: set[str] = set()
        looked = 0
        async for page in pages(Listing("conversations.history", ask), patience=0):
            messages = [one for one in page.get("messages", []) if float(one["ts"]) >= since.timestamp()]
            found |= {str(file.get("name")) for one in messages for file in one.get("files") or ()}
            looked += 1
            if looked == PAGES or not messages:
                break
        return frozenset(found)

    async def _own(self, name: str, since: datetime, fresh: bool) -> str | None:
        """The id of the channel of this name if Daypass made it after `since`, and so is in it.

        An older one belongs to something else, though it has the same name.
        """
        if self._own_id is None:
            self._own_id = str((await call("auth.test", self._client.auth_test()))["user_id"])
        found = await self._channels.named(name, fresh=fresh)
        is_ours = found and found.creator == self._own_id and found.created >= since.timestamp()
        return found.id if found and is_ours else None
