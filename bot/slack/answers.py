"""Reaching the person who clicked or typed, and nobody else: each way that Slack has, until one works.

A window needs a trigger of the last three seconds, a response URL works five times within half an hour, and
an ephemeral message is seen by whoever is in the channel. A direct message always stays.
Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack import texts
from bot.slack.blocks import message, sections, sentences
from bot.slack.mrkdwn import plain
from integrations.slack.calls import call
from integrations.slack.errors import Limited, SlackRefused
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

Body = Mapping[str, Any]
OPENING_SECONDS = 4.0
"""A trigger opens a window for three seconds; Slack says no more after that."""
ANSWERING_SECONDS = 5.0
"""For one way of telling a person something."""
ROUNDS = (0.0, 2.0, 10.0, 60.0)
"""Seconds to wait before each round of all ways, when none has worked."""
KEPT_CLICKS = 256
STALE = frozenset({"hash_conflict", "not_found", "view_not_found"})
"""The person has changed or closed the window meanwhile, so they look at something newer."""


@dataclass(frozen=True)
class Words:
    """What a person is told. `text` is Slack markup, so escape what people typed."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def sent(self) -> dict[str, Any]:
        return {"text": self.text, "blocks": [block.to_dict() for block in self.blocks]}


def said(words: str) -> Words:
    """Words as text and nothing else."""
    shown = message(plain(words), *sentences(words))
    return Words(shown.text, tuple(shown.blocks))


def marked(markup: str) -> Words:
    """Words in Slack's markup."""
    shown = message(markup, *sections(*markup.split("\n")))
    return Words(shown.text, tuple(shown.blocks))


class Answers:
    """Answers people over Slack. `seconds` bound one attempt at opening a window."""

    def __init__(self, client: AsyncWebClient, seconds: float = OPENING_SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._clicks: dict[str, Body] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def note(self, body: Body) -> None:
        """Keep by its trigger what somebody clicked, for whoever answers them later; the last few only."""
        self._clicks[str(body["trigger_id"])] = body
        while len(self._clicks) > KEPT_CLICKS:
            del self._clicks[next(iter(self._clicks))]

    def noted(self, trigger: str, person: str) -> Body:
        """What this person clicked; what is left of it if another process has noted it."""
        return self._clicks.pop(trigger, {"user": {"id": person}, "trigger_id": trigger})

    def tell_later(self, body: Body, words: Words, window: bool = True) -> None:
        """Tell the person without keeping anybody waiting."""
        task = asyncio.create_task(self.tell(body, words, window))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def drain(self, seconds: float) -> None:
        """Wait until those who wait have been told; what takes longer is given up."""
        if self._telling:
            await asyncio.wait(self._telling, timeout=seconds)

    async def tell(self, body: Body, words: Words, window: bool = True) -> None:
        """Tell the person by the first way that works; `window` says whether one may be opened for it."""
        for pause in ROUNDS:
            await asyncio.sleep(pause)
            for way, attempt in self._ways(body, words, window):
                try:
                    await asyncio.wait_for(attempt(), ANSWERING_SECONDS)
                    return
                except (Retryable, Permanent, TimeoutError) as error:
                    log.warning("an answer to %s didn't go by %s: %s", person(body), way, error)
        log.error("nothing reached %s in Slack, so nobody told them: %s", person(body), words.text)

    async def open(self, body: Body, view: View) -> Body | None:
        """Open a window for the person; what Slack made of it, or None, and they are told that it isn't there."""
        try:
            return await self._open(body, view)
        except (Retryable, Permanent) as error:
            log.warning("no window for %s: %s", person(body), error)
            self.tell_later(body, said(unopened(body, error)), window=False)
            return None

    async def update(self, body: Body, view: View, opened: Body | None = None) -> None:
        """Replace the window that the person clicked in, or `opened` since, unless they have changed or closed it."""
        shown = (opened or body)["view"]
        update = self._client.views_update(view_id=shown["id"], hash=shown["hash"], view=view.to_dict())
        try:
            await call("views.update", update)
        except (Retryable, Permanent) as error:
            if isinstance(error, SlackRefused) and error.error in STALE:
                return
            log.warning("a window of %s stays as it was: %s", person(body), error)
            await self.tell(body, said(texts.UNCHANGED), window=False)

    async def write(self, person: str, words: Words) -> None:
        """Write to the person directly. Raises Retryable or Permanent."""
        await self._write(person, words)

    async def replace(self, body: Body, view: View) -> None:
        """Replace the window that was submitted and stayed open. Raises Retryable or Permanent."""
        update = self._client.views_update(view_id=body["view"]["id"], view=view.to_dict())
        await call("views.update", update)

    def _ways(
        self, body: Body, words: Words, window: bool
    ) -> Iterator[tuple[str, Callable[[], Awaitable[Any]]]]:
        """The ways to this person, the nearest to where they clicked first."""
        if url := body.get("response_url"):
            yield "response_url", lambda: self._respond(str(url), words)
        elif window and body.get("trigger_id") and not in_window(body):
            yield "views.open", lambda: self._open(body, notice(words))
        if channel := channel_of(body):
            yield "chat.postEphemeral", lambda: self._whisper(channel, person(body), words)
        yield "chat.postMessage", lambda: self._write(person(body), words)

    async def _open(self, body: Body, view: View) -> Body:
        opening = self._client.views_open(trigger_id=body["trigger_id"], view=view.to_dict())
        return await call("views.open", asyncio.wait_for(opening, self._seconds))

    async def _respond(self, url: str, words: Words) -> None:
        webhook = AsyncWebhookClient(url, session=self._client.session, retry_handlers=[])
        try:
            answer = await webhook.send(
                text=words.text,
                blocks=list(words.blocks),
                response_type="ephemeral",
                replace_original=False,
            )
        except (SlackClientError, aiohttp.ClientError, OSError) as error:
            raise Retryable(texts.UNREACHABLE.format(error=type(error).__name__)) from None
        if answer.status_code != 200:
            raise Permanent(f"Slack answered {answer.status_code}.")

    async def _whisper(self, channel: str, person: str, words: Words) -> None:
        doing = self._client.chat_postEphemeral(channel=channel, user=person, **words.sent)
        await call("chat.postEphemeral", doing)

    async def _write(self, person: str, words: Words) -> None:
        await call("chat.postMessage", self._client.chat_postMessage(channel=person, **words.sent))


def unopened(body: Body, error: Retryable | Permanent) -> str:
    """What to say of a window that Slack refused, or of which nobody knows whether it opened."""
    certain = isinstance(error, SlackRefused | Limited)
    unopened = texts.NOT_OPENED if certain else texts.MAY_NOT_HAVE_OPENED
    return unopened.format(again=texts.TYPE_AGAIN if "command" in body else texts.PRESS_AGAIN)


def person(body: Body) -> str:
    """Who clicked or typed, by Slack's signed word."""
    return str(body["user"]["id"] if "user" in body else body["user_id"])


def channel_of(body: Body) -> str | None:
    """Where they clicked or typed; None in a window or an App Home."""
    found = body.get("channel_id") or (body.get("channel") or {}).get("id")
    return found or (body.get("container") or {}).get("channel_id")


def in_window(body: Body) -> bool:
    """Whether they clicked in a window; an App Home isn't one."""
    return bool((body.get("view") or {}).get("type") == "modal")


def notice(words: Words) -> View:
    """The words in a window, where there is no message to answer under."""
    return View(type="modal", title="Daypass", close="Close", blocks=list(words.blocks))
