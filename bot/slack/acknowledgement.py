"""Slack is answered within two seconds, whatever the listener still waits for; the rest follows afterwards.

Slack gives three, and tells the person after that that the app failed, though the listener goes on and may well
record what they asked for. So what isn't decided by then is acknowledged as under way, and told when it is decided.
Source: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.models.views import View

from bot.slack import texts
from bot.slack.answers import Answers, Body, Words, marked, notice, person, said
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

WITHIN = 2.0
"""Seconds from a request's arrival to its acknowledgement, at most."""
SETTLING = 1.0
"""Seconds after the acknowledgement in which Slack has shown what was in it."""


class Acknowledging:
    """Hands requests to the Bolt app, and answers for it."""

    def __init__(
        self, app: AsyncApp, answers: Answers, within: float = WITHIN, settling: float = SETTLING
    ) -> None:
        self._app = app
        self._answers = answers
        self._within = within
        self._settling = settling
        self._late: set[asyncio.Task[None]] = set()

    async def dispatch(self, request: AsyncBoltRequest, arrived: float | None = None) -> BoltResponse:
        """What Slack is answered. `arrived` is when the request came in, by the monotonic clock."""
        since = time.monotonic() - arrived if arrived is not None else 0.0
        deciding = asyncio.create_task(self._app.async_dispatch(request))
        done, _ = await asyncio.wait({deciding}, timeout=max(0.0, self._within - since))
        if not done:
            self._keep(self._answer_late(deciding, request.body))
            return _meanwhile(request.body)
        answer = deciding.result()
        if answer.status < 500:
            return answer
        if kind_of(request.body) == "block_actions":
            self._keep(self._answers.tell(request.body, said(texts.UNSURE)))
        return _failed(request.body, answer)

    async def drain(self, seconds: float) -> None:
        """Wait for what isn't decided or told yet."""
        if self._late:
            await asyncio.wait(self._late, timeout=seconds)

    def _keep(self, answering: Any) -> None:
        task = asyncio.create_task(answering)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _answer_late(self, deciding: asyncio.Task[BoltResponse], body: Body) -> None:
        """Tell what would have been the acknowledgement, once Slack has shown the one that it got."""
        answer, _ = await asyncio.gather(deciding, asyncio.sleep(self._settling))
        if kind_of(body) == "view_submission":
            await self._show(body, _view_of(answer))
        elif words := _words_of(answer, body):
            await self._answers.tell(body, words)

    async def _show(self, body: Body, words: Words | View) -> None:
        """In the window that was left open for it, or in a direct message."""
        view = words if isinstance(words, View) else notice(words)
        try:
            await self._answers.replace(body, view)
        except (Retryable, Permanent) as error:
            log.warning("a late answer to %s didn't go into their window: %s", person(body), error)
            told = words if isinstance(words, Words) else Words(texts.ANSWERED, tuple(view.blocks))
            await self._answers.tell(body, told, window=False)


def kind_of(body: Body) -> str:
    """Which of Slack's requests this is: `command`, or the payload's own type."""
    return "command" if "command" in body else str(body.get("type"))


def _meanwhile(body: Body) -> BoltResponse:
    """What Slack is answered while the listener goes on."""
    match kind_of(body):
        case "command":
            return _answer(text=texts.UNDER_WAY, response_type="ephemeral")
        case "view_submission":
            return _answer(response_action="update", view=notice(said(texts.UNDER_WAY)).to_dict())
        case "block_suggestion":
            return _answer(options=[_no_option()])
        case _:
            return BoltResponse(status=200, body="")


def _failed(body: Body, answer: BoltResponse) -> BoltResponse:
    """What Slack is answered when Daypass itself failed: what the person sees says so. An event comes again."""
    match kind_of(body):
        case "command":
            return _answer(**said(texts.UNSURE).sent, response_type="ephemeral")
        case "view_submission" if field := _first_field(body["view"]):
            return _answer(response_action="errors", errors={field: texts.UNSURE})
        case "view_submission":
            return _answer(response_action="update", view=notice(said(texts.UNSURE)).to_dict())
        case "block_suggestion":
            return _answer(options=[_no_option()])
        case "block_actions":
            return BoltResponse(status=200, body="")
        case _:
            return answer


def _view_of(answer: BoltResponse) -> Words | View:
    """What stands in the window in the end."""
    told = _told(answer)
    match told.get("response_action"):
        case _ if answer.status >= 500:
            return said(texts.UNSURE)
        case "errors":
            return said(texts.NOT_ACCEPTED.format(errors=" ".join(map(str, told["errors"].values()))))
        case "update":
            return View(**told["view"])
        case _:
            return said(texts.DONE)


def _words_of(answer: BoltResponse, body: Body) -> Words | None:
    """What the person is told in the end; nothing where the listener tells them by itself."""
    if answer.status >= 500 and kind_of(body) in ("command", "block_actions"):
        return said(texts.UNSURE)
    text = _told(answer).get("text") if kind_of(body) == "command" else None
    return marked(str(text)) if text else None


def _told(answer: BoltResponse) -> Mapping[str, Any]:
    """The JSON of an answer; empty if it has none."""
    found = json.loads(answer.body) if answer.body.startswith("{") else {}
    return found if isinstance(found, Mapping) else {}


def _first_field(view: Mapping[str, Any]) -> str | None:
    fields = (block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input")
    return next(fields, None)


def _no_option() -> dict[str, Any]:
    """A choice that stands for none: nothing has this value."""
    return {"text": {"type": "plain_text", "text": texts.NOT_LOADED}, "value": "-"}


def _answer(**told: Any) -> BoltResponse:
    return BoltResponse(status=200, body=told)
