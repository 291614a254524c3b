"""What was posted into a channel, as the people there can read it."""

import re
from collections.abc import Awaitable
from html import unescape

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.calls import Listing, pages
from integrations.slack.channel_lookup import ChannelLookup

PAGE = 100
PAGES = 5
_LINK = re.compile(r"<(?:https?://[^|>]*\|)?([^<>|]*)>")


async def posted_in(client: AsyncWebClient, channels: ChannelLookup, channel: str) -> list[str]:
    """The newest texts in a channel (id or #name), newest first, without Slack's escapes and links.

    Five hundred at most. Raises Limited, Retryable or Permanent. https://docs.slack.dev/reference/methods/conversations.history
    """
    id = await channels.id_of(channel)

    def ask(cursor: str | None) -> Awaitable[AsyncSlackResponse]:
        return client.conversations_history(channel=id, limit=PAGE, cursor=cursor)

    found: list[str] = []
    async for page in pages(Listing("conversations.history", ask), patience=0):
        found += [plain(str(message.get("text", ""))) for message in page.get("messages", [])]
        if len(found) >= PAGE * PAGES:
            break
    return found


def plain(text: str) -> str:
    """Slack's markup as it reads: a link by its words, &lt;, &gt; and &amp; as the characters."""
    return unescape(_LINK.sub(r"\1", text))
