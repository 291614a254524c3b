"""A Daypass in a process of its own, which plays a story, may die on the way, and otherwise goes on by itself."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

from bot.app import Daypass, running
from tests.forks import ended, fork
from tests.promises.ground import Ground
from tests.promises.requester import (
    Hand,
    TooShort,
    approve,
    ask,
    credential,
    give_back,
    held,
    known,
    quiet,
    state_of,
)
from workflows.access.state import KIND, Access

Story = Literal["nothing", "given back", "expired", "held"]
THE_START, THE_END = "the start", "the grant's end"
TELLING = (".draw", ".tell")
ENCORES = 4
"""How often at most a story is played until its process dies: who came before may have left work that interferes."""
PATIENCE = 600.0
"""Seconds after which a process gives up on a story: something hangs."""


@dataclass(frozen=True)
class Life:
    """`dies_at` names the step at which the process kills itself; `seconds` is the length of its first grant."""

    ground: Ground
    story: Story = "nothing"
    dies_at: str | None = None
    seconds: int = 15
    mint_within: float = 3.0
    claim: timedelta = timedelta(seconds=8)

    @property
    def steps_file(self) -> Path:
        return self.ground.directory / f"steps-{self.story}"

    @property
    def log_file(self) -> Path:
        return self.ground.directory / "log"

    @property
    def token_file(self) -> Path:
        """Where a held credential's wrapping token is left for the test."""
        return self.ground.directory / "wrapping-token"


@dataclass
class Steps:
    """Names each step by what led to it; tells the first time of each, or dies there.

    A transaction is led to by the story's last act or by what was performed since; a claim by the act.
    """

    dies_at: str | None
    tell: Callable[[str], None]
    act: str = THE_START
    performed: str | None = None
    _told: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, step: str) -> None:
        with self._lock:
            name = self._name(step)
            if name not in self._told:
                self._told.add(name)
                self.tell(name)
            if name == self.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if step.startswith("outbox.performed."):
                self.performed = "telling" if step.endswith(TELLING) else step.removeprefix("outbox.")

    async def passed(self, name: str) -> None:
        while name not in self._told:
            await asyncio.sleep(0.02)

    def next_is(self, act: str) -> None:
        with self._lock:
            self.act, self.performed = act, None

    def _name(self, step: str) -> str:
        if step.startswith("ledger."):
            return f"{step} after {self.performed or self.act}"
        return f"{step} after {self.act}" if step == "outbox.claimed" else step


def begin(life: Life) -> BaseProcess:
    """The process, started; it ends when everything is over, or by its own hand."""
    return fork(_live, life)


async def lived(life: Life) -> int:
    """How the process ended, after it did: 0, or minus the signal that killed it."""
    return await ended(begin(life))


def _live(life: Life) -> None:
    sink = os.open(life.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
    with life.steps_file.open("w", buffering=1) as told:
        steps = Steps(life.dies_at, lambda step: print(step, file=told))
        asyncio.run(_run(life, steps))


async def _run(life: Life, steps: Steps) -> None:
    hand = Hand()
    async with running(
        life.ground.settings,
        reach=steps.reach,
        delivery=hand,
        mint_within=life.mint_within,
        claim=life.claim,
        slack_pace=0.02,
    ) as daypass:
        try:
            async with asyncio.timeout(PATIENCE):
                await _play(life, daypass, hand, steps)
                await _over(daypass)
        except TimeoutError:
            raise AssertionError(f"It hangs: {await daypass.reads.open_effects()}") from None
        await daypass.jobs.keep_log()
        await quiet(daypass)


async def _play(life: Life, daypass: Daypass, hand: Hand, steps: Steps) -> None:
    match life.story:
        case "nothing":
            return
        case "held":
            _, minted = await held(daypass, hand, life.seconds)
            draft = life.token_file.with_suffix(".draft")
            draft.write_text(minted.wrapping_token.get_secret_value())
            draft.rename(life.token_file)
        case "given back" | "expired":
            await known(daypass)
            await steps.passed(f"outbox.claimed after {THE_START}")
            for _ in range(ENCORES if life.dies_at else 1):
                await _play_grant(life, daypass, hand, steps, life.seconds)


async def _play_grant(life: Life, daypass: Daypass, hand: Hand, steps: Steps, seconds: int) -> None:
    """From the request to the end, each act after the quiet that follows the one before.

    A grant that ended before its credential was there is followed by a longer one.
    """
    steps.next_is("the request")
    access = await ask(daypass, seconds)
    await quiet(daypass, access)
    steps.next_is("the approval")
    access = await approve(daypass, access)
    await quiet(daypass, access)
    steps.next_is("get credentials")
    try:
        await credential(daypass, hand, access)
    except TooShort:
        await _play_grant(life, daypass, hand, steps, seconds * 2)
        return
    await quiet(daypass, access)
    steps.next_is(THE_END)
    if life.story == "given back":
        await give_back(daypass, access)
    while (await state_of(daypass, access)).status != "ended":
        await asyncio.sleep(0.25)
    await quiet(daypass, access)


async def _over(daypass: Daypass) -> None:
    """Return when no grant is left and nothing has to be done any more."""
    while await daypass.reads.in_status(Access, KIND, ["approved", "active", "ending"]):
        await asyncio.sleep(0.25)
    await quiet(daypass)
