"""What a test of the sandbox works with."""

from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.flow.office import GENERAL, Slack, fault

Json = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """A sandbox and a client of its Web API."""

    slack: Slack
    client: AsyncWebClient
    session: aiohttp.ClientSession

    async def fault(self, **wanted: Any) -> None:
        await fault(self.slack.page, **wanted)

    async def call(self, method: str, **arguments: Any) -> Json:
        """Slack's answer, good or bad, with its status as `status`, and `retry_after` if it gave one."""
        try:
            answer = await self.client.api_call(method, json=arguments)
        except SlackApiError as error:
            answer = error.response  # type: ignore[assignment]
        found = dict(answer.data) if isinstance(answer.data, dict) else {"raw": answer.data}
        after = {"retry_after": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
        return {**found, "status": answer.status_code, **after}

    async def error(self, method: str, **arguments: Any) -> str | None:
        """Slack's word for what is wrong, if anything."""
        word: str | None = (await self.call(method, **arguments)).get("error")
        return word

    async def texts(self, channel: str = GENERAL) -> list[str]:
        """What stands in the channel, oldest first."""
        page = await self.call("conversations.history", channel=channel)
        return [message["text"] for message in reversed(page["messages"])]
