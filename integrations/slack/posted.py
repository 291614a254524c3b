"""What was posted into a channel, as the people there can read it."""

import re
from collections.abc import Awaitable
from html import unescape

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.calls import channel_named, pages
from workflows.ports import Permanent

PAGE = 100
PAGES = 5
_LINK = re.compile(r"<(?:https?://[^|>]*\|)?([^<>|]*)>")


async def posted_in(client: AsyncWebClient, channel: str) -> list[str]:
    """The newest texts in a channel (id or #name), newest first, without Slack's escapes and links.

    Five hundred at most. Raises Limited, Retryable or Permanent. https://docs.slack.dev/reference/methods/conversations.history
    """
    id = await _id(client, channel)

    def ask(cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        return client.conversations_history(channel=id, limit=PAGE, cursor=cursor)

    found: list[str] = []
    async for page in pages("conversations.history", ask):
        found += [plain(str(message.get("text", ""))) for message in page.get("messages", [])]
        if len(found) >= PAGE * PAGES:
            break
    return found


def plain(text: str) -> str:
    """Slack's markup as it reads: a link by its words, &lt;, &gt; and &amp; as the characters."""
    return unescape(_LINK.sub(r"\1", text))


async def _id(client: AsyncWebClient, channel: str) -> str:
    if not channel.startswith("#"):
        return channel
    found = await channel_named(client, channel[1:], exclude_archived=True)
    if found is None:
        raise Permanent(f"Slack has no channel {channel} that Daypass can see: create it and invite Daypass.")
    return str(found["id"])
