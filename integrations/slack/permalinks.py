"""Addresses of messages, as Slack makes them: of the workspace's own, the channel's id and the message's timestamp.

https://docs.slack.dev/reference/methods/chat.getPermalink
"""

from slack_sdk.web.async_client import AsyncWebClient

from integrations.slack.calls import call


class Permalinks:
    """Makes them without asking Slack each time: the workspace's address is asked for once."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._workspace: str | None = None

    async def link(self, channel: str, ts: str) -> str | None:
        """The address of this message; None if Slack doesn't say the workspace's. Raises Retryable or Permanent."""
        if not self._workspace:
            answer = await call("auth.test", self._client.auth_test())
            self._workspace = str(answer.get("url") or "").rstrip("/")
        return f"{self._workspace}/archives/{channel}/p{ts.replace('.', '')}" if self._workspace else None
