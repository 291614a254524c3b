"""What waits to be recorded: commands and settled effects, each with whoever waits for the answer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.ledger.transaction import Settled
from workflows.workflow import (
    Actor,
    Command,
    Event,
    Refused,
)

BATCH = 64
"""Commands recorded in one transaction, at most."""


@dataclass(frozen=True)
class Outcome:
    """What a command led to. `refusal` says why nothing was done; without events it was so already.

    `subject` is another one than the command's if the same person has just begun that in the same words.
    """

    subject: str
    version: int
    state: Any
    events: tuple[Event, ...] = ()
    refusal: Refused | None = None


@dataclass
class Work:
    command: Command | None
    actor: Actor
    surface: str
    command_id: str | None
    words: str | None
    settled: Settled | None
    answer: asyncio.Future[Outcome | None]
    since: float = field(default_factory=time.monotonic)


def one_a_subject(waiting: Sequence[Work]) -> tuple[list[Work], list[Work]]:
    """The next batch, and who waits for the one after: a subject's second command sees its first.

    What is decided alone has a batch to itself.
    """
    batch: list[Work] = []
    later: list[Work] = []
    taken: set[str] = set()
    closed = False
    for work in waiting:
        alone = work.command is not None and work.command.alone
        closed = closed or len(batch) >= BATCH or (alone and bool(batch))
        names = {work.command.subject} if work.command else set()
        names |= {name for name in (work.command_id, work.words) if name}
        (later if closed or names & taken else batch).append(work)
        closed = closed or alone
        taken |= names
    return batch, later


def give(batch: Sequence[Work], answers: Sequence[Outcome | None]) -> None:
    for work, answer in zip(batch, answers, strict=True):
        if not work.answer.done():
            work.answer.set_result(answer)


def fail(work: Work, error: Exception) -> None:
    if not work.answer.done():
        work.answer.set_exception(error)
