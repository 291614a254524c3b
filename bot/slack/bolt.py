"""The Bolt app and how HTTP reaches it."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)
_ABOUT_THE_TOKEN = {warning_token_skipped(), warning_client_prioritized_and_token_skipped()}
"""What Bolt says of SLACK_BOT_TOKEN, which it looks up itself, though it is given a client."""


def bolt_app(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app for one workspace that never waits for Slack before it acknowledges.

    Whoever hands it a request has checked the signature.

    `process_before_response`: a listener is short and acknowledges itself, so its answer goes out as soon as
    it returns; Bolt's default looks for it every 10 ms only.
    """

    async def authorize(
        enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    logger = logging.getLogger("slack_bolt")
    logger.addFilter(_is_news)
    app = AsyncApp(
        name="daypass",
        client=client,
        logger=logger,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(_failed)
    return app


def _is_news(record: logging.LogRecord) -> bool:
    return record.getMessage() not in _ABOUT_THE_TOKEN


async def _failed(error: Exception, body: dict[str, Any]) -> None:
    """Slack shows the person that something went wrong; nothing was changed, or it was and is recorded."""
    log.error("a listener failed on %s", body.get("type") or body.get("command"), exc_info=error)
