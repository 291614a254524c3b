"""Slack gives three seconds from when it sends: Daypass answers two seconds after a request arrived, decided or not."""

import asyncio
import time
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.acknowledgement import WITHIN, Acknowledging
from bot.slack.answers import Answers
from bot.slack.texts import UNDER_WAY

SLACK_WAITS = 3.0
"""Seconds: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response"""
LONG = 60.0
AT_ONCE = 10.0
"""Seconds. However busy the machine is; whoever waits for the decision waits for ever."""


class NeverDecides:
    """Stands in for the Bolt app: its listener waits for a database that doesn't answer."""

    async def async_dispatch(self, _request: AsyncBoltRequest) -> BoltResponse:
        await asyncio.Event().wait()
        raise AssertionError


NEVER_DECIDES = cast(AsyncApp, NeverDecides())
ANSWERS = Answers(AsyncWebClient())


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ({"type": "block_actions"}, ""),
        ({"command": "/incident", "text": "sev3 the ranking is stale"}, UNDER_WAY),
        ({"type": "view_submission", "view": {"id": "V01", "blocks": []}}, UNDER_WAY),
        ({"type": "block_suggestion"}, "type again"),
        ({"type": "event_callback"}, ""),
    ],
)
async def test_what_is_due_is_acknowledged_though_nothing_is_decided(
    body: dict[str, Any], answered: str
) -> None:
    answer = await dispatched(Acknowledging(NEVER_DECIDES, ANSWERS), body, WITHIN)
    assert answer.status == 200
    assert answered in answer.body


async def test_the_time_before_it_was_read_counts() -> None:
    answer = await dispatched(Acknowledging(NEVER_DECIDES, ANSWERS, LONG), {"type": "block_actions"}, LONG)
    assert answer.status == 200


def test_it_leaves_slack_a_second() -> None:
    assert WITHIN <= SLACK_WAITS - 1


async def dispatched(acknowledging: Acknowledging, body: dict[str, Any], ago: float) -> BoltResponse:
    """What Slack is answered at once to a request that arrived so many seconds ago."""
    request = AsyncBoltRequest(body="", mode="socket_mode")
    request.body = body
    async with asyncio.timeout(AT_ONCE):
        return await acknowledging.dispatch(request, time.monotonic() - ago)
