"""The Bolt app and how HTTP reaches it."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger(__name__)


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

    app = AsyncApp(
        name="daypass",
        client=client,
        logger=logging.getLogger("slack_bolt"),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(_failed)
    return app


async def _failed(error: Exception, body: dict[str, Any]) -> None:
    """Slack shows the person that something went wrong; nothing was changed, or it was and is recorded."""
    log.error("a listener failed on %s", body.get("type") or body.get("command"), exc_info=error)
