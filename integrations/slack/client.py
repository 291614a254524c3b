"""Slack's Web API as the SDK calls it, with turns kept, no call repeated blindly, and each outcome noted."""

from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from integrations.slack.api_status import ApiStatus
from integrations.slack.errors import Limited, SlackRefused, refusal
from integrations.slack.rate_limiter import RateLimiter
from workflows.ports import Retryable

TIMEOUT = 10
"""Seconds for one call."""


class SlackClient(AsyncWebClient):
    """The SDK's client. Its own retries are off: a write whose answer was lost may have been done."""

    def __init__(self, token: str, base_url: str, session: aiohttp.ClientSession, pace: float = 1.0) -> None:
        """`pace` is a factor on the second between two messages."""
        super().__init__(token, base_url=base_url, timeout=TIMEOUT, session=session, retry_handlers=[])
        self.standing = ApiStatus()
        self.pace = RateLimiter(pace)

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        """Call a method when it is its turn; a reply in a thread gives way. Raises NotSent, or what the SDK raises."""
        channel = _argument(how, "channel")
        await self.pace.turn(api_method, channel, yields=bool(_argument(how, "thread_ts")))
        try:
            answer = await super().api_call(api_method, **how)
        except SlackApiError as error:
            self._note(api_method, channel, meaning(api_method, error))
            raise
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            self.standing.failed(type(error).__name__)
            raise
        self.standing.worked(api_method)
        if scopes := answer.headers.get("x-oauth-scopes"):
            self.standing.granted(scopes.replace(" ", "").split(","))
        return answer

    def _note(self, method: str, channel: str, found: Exception) -> None:
        if isinstance(found, Limited):
            self.pace.hold(method, channel, found.pause or 0.0)
        if isinstance(found, SlackRefused | Limited):
            self.standing.refused(found)
        else:
            self.standing.failed(str(found))


def meaning(method: str, error: SlackApiError) -> Retryable | SlackRefused:
    """What the SDK's error means for whoever called."""
    response = error.response
    said = response.data if isinstance(getattr(response, "data", None), dict) else {}
    headers = {name.casefold(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    return refusal(
        method,
        str(said.get("error") or ""),
        getattr(response, "status_code", 0),
        _seconds(headers.get("retry-after")),
        str(said.get("needed") or ""),
    )


def _seconds(retry_after: Any) -> float:
    try:
        return float(retry_after)
    except (TypeError, ValueError):
        return 1.0


def _argument(how: dict[str, Any], name: str) -> str:
    """An argument of the method; empty if it isn't given."""
    for part in ("json", "params", "data"):
        given = how.get(part)
        if isinstance(given, dict) and given.get(name):
            return str(given[name])
    return ""
