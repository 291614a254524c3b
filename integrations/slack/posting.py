"""Posts, changes, deletes and finds messages of Daypass's own.

Each carries a name as metadata, so that one whose answer was lost is found in the channel's history.
https://docs.slack.dev/messaging/message-metadata
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import Listing, call, pages
from integrations.slack.content_digest import digest_of
from integrations.slack.errors import SlackRefused

EVENT_TYPE = "daypass_card"
LOOK_BACK_PAGE = 100
LOOK_BACK_PAGES = 10
"""Of a channel's history since a message was begun, at most, in search of it."""
SKEW = timedelta(minutes=10)
"""By which this machine's clock may be ahead of Slack's."""
MESSAGE_GONE = "message_not_found"

Content = Mapping[str, Any]
"""The `text` and the `blocks` of a message."""
Name = Mapping[str, str]
"""What tells a message from all others of Daypass's: its `subject` and its `slot`."""


@dataclass(frozen=True)
class Thread:
    """The thread under the message of this `ts`; `broadcast`: the channel shows the reply as well."""

    ts: str
    broadcast: bool = False


@dataclass(frozen=True)
class Posted:
    """A message that Slack has taken: its `ts`, the digest of what it shows, and the thread in which it is."""

    ts: str
    drawn: str
    thread_ts: str | None = None


class Poster:
    """Slack's methods for messages, with what their answers mean. All raise Retryable or Permanent."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel: str, name: Name, content: Content, thread: Thread | None = None) -> Posted:
        """Post it. A reply to a message that was deleted meanwhile is posted too, but in no thread.

        See https://github.com/slack-go/slack/issues/1571.
        """
        in_thread: Content = {"thread_ts": thread.ts, "reply_broadcast": thread.broadcast} if thread else {}
        answer = await call(
            "chat.postMessage",
            self._client.chat_postMessage(
                channel=channel,
                metadata={"event_type": EVENT_TYPE, "event_payload": dict(name)},
                unfurl_links=False,
                unfurl_media=False,
                **content,
                **in_thread,
            ),
        )
        message = answer.get("message") or {}
        return Posted(str(answer["ts"]), digest_of(message, content), message.get("thread_ts"))

    async def update(self, channel: str, ts: str, content: Content) -> str:
        """Change it; the digest of what it shows now. Raises Declined if it is gone, or can't be changed any more."""
        updating = self._client.chat_update(channel=channel, ts=ts, attachments=[], **content)
        answer = await call("chat.update", updating)
        return digest_of(answer.get("message"), content)

    async def delete(self, channel: str, ts: str) -> bool:
        """Delete it; whether it is gone now, and its buttons with it. Raises Retryable if that may work a little later."""
        try:
            await call("chat.delete", self._client.chat_delete(channel=channel, ts=ts))
        except SlackRefused as refusal:
            return refusal.error == MESSAGE_GONE
        return True

    async def find(
        self,
        channel: str,
        name: Name,
        begun_at: datetime,
        but: Collection[str],
        thread: Thread | None = None,
    ) -> str | None:
        """Find the message that an attempt may have posted whose answer was lost: its `ts`; none of those in `but`."""
        looked = 0
        async for page in pages(self._history(channel, begun_at, thread), patience=0):
            for message in page.get("messages", []):
                told = (message.get("metadata") or {}).get("event_payload")
                if told == name and str(message["ts"]) not in but:
                    return str(message["ts"])
            looked += 1
            if looked == LOOK_BACK_PAGES:
                break
        return None

    def _history(self, channel: str, begun_at: datetime, thread: Thread | None) -> Listing:
        """Of the channel, or of the thread: the channel's doesn't have what stands in threads."""
        where: dict[str, Any] = {
            "channel": channel,
            "limit": LOOK_BACK_PAGE,
            "include_all_metadata": True,
            "oldest": f"{(begun_at - SKEW).timestamp():.6f}",
        }
        if thread is None:
            return Listing(
                "conversations.history",
                lambda cursor: self._client.conversations_history(**where, cursor=cursor),
            )
        return Listing(
            "conversations.replies",
            lambda cursor: self._client.conversations_replies(**where, ts=thread.ts, cursor=cursor),
        )
