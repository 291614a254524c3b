"""What the stories of the tour have in common: who plays, how it is told, and that all of it is checked."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from rich.console import Console

from bot.demo.actor import Actor, Json, seen, text_of
from bot.demo.stage import Stage


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

    def tell(self, sentence: str) -> None:
        self.told += 1
        self.out.print(f"[bold]{self.told:>2}.[/bold] {sentence}")

    def saw(self, what: str, so: object) -> None:
        """Tell what was seen. Raises Untrue if it was not."""
        if not so:
            raise Untrue(f"This step failed: {what}")
        self.out.print(f"    [green]✓[/green] {what}")


async def newest(actor: Actor, channel: str, words: str) -> Json | None:
    """The newest message that says these words."""
    found = [message for message in await actor.messages(channel) if words in text_of(message)]
    return found[-1] if found else None


async def window(actor: Actor, words: str) -> Json:
    """The window on top, as soon as it says these words: another may still be open from before."""

    async def there() -> Json | None:
        view = await actor.modal()
        return view if view and words in text_of(view) else None

    found: Json = await seen(f"a window that says “{words}”", there)
    return found
