"""What the stories of the tour have in common: who plays, how it is told, and that all of it is checked."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import psycopg
from rich.console import Console

from bot.demo.actor import Actor, Json, seen, text_of
from bot.demo.cast import CHANNELS
from bot.demo.stage import ROOT, Stage

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]


class Untrue(AssertionError):
    """Something that the tour promises was not so."""


@dataclass
class Tour:
    """The story so far; each chapter sees for itself that what it tells is true."""

    stage: Stage
    ada: Actor
    grace: Actor
    margaret: Actor
    out: Console
    told: int = 0
    sessions: list[psycopg.AsyncConnection[Any]] = field(default_factory=list)
    watching: list[asyncio.Task[None]] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        self.told += 1
        self.out.print(f"[bold]{self.told:>2}.[/bold] {sentence}")

    def saw(self, what: str, so: object) -> None:
        """Tell what was seen. Raises Untrue if it was not."""
        if not so:
            raise Untrue(f"This step failed: {what}")
        self.out.print(f"    [green]✓[/green] {what}")

    def watch(self, what: Coroutine[Any, Any, None]) -> None:
        """Begin to watch something while other stories are told."""
        self.watching.append(asyncio.create_task(what))

    async def watched(self) -> None:
        """Wait until all that is watched has come true. Raises Untrue."""
        while self.watching:
            await self.watching.pop()


async def newest(actor: Actor, channel: str, *words: str) -> Json | None:
    """The newest message that says these words, in its text or on its buttons."""
    messages = await actor.messages(channel)
    found = [message for message in messages if all(word in text_of(message) for word in words)]
    return found[-1] if found else None


async def typed(story: Tour, person: Actor, command: str) -> None:
    """Type a command into #general, as somebody who has closed what was open before."""
    story.out.print(f"      {command}", markup=False)
    while before := await person.modal():
        await person.close(before)
    await person.command(command, GENERAL)


async def approved(story: Tour, words: str) -> Json:
    """Grace approves the newest request that says these words and waits; its card, as she saw it."""

    async def waiting() -> Json | None:
        card = await newest(story.grace, APPROVALS, words)
        return card if card and "Approve" in text_of(card).splitlines() else None

    card: Json = await seen(f"the card of “{words}”", waiting)
    await story.grace.press(APPROVALS, card, "Approve")

    async def decided() -> bool:
        return await waiting() is None

    await seen("the approval", decided)
    return card


async def daypass(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would."""
    command = [sys.executable, "-m", "bot", *arguments]
    environment = {**os.environ, **stage.environment}
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


async def window(actor: Actor, words: str) -> Json:
    """The window on top, as soon as it says these words: another may still be open from before."""

    async def there() -> Json | None:
        view = await actor.modal()
        return view if view and words in text_of(view) else None

    found: Json = await seen(f"a window that says “{words}”", there)
    return found
