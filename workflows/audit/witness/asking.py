"""Asks the witnesses to cosign the newest checkpoint, keeps what they cosigned, and alarms when one can't or won't."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.audit.log import Log, Signed
from workflows.audit.tlog.note import NoteError, cosigners
from workflows.audit.witness.cosignatures import Cosignatures
from workflows.audit.witness.protocol import AddCheckpoint, write_request
from workflows.audit.witness.witness import KnowsSize, Lines, SaysNo, Witness
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""In one run: the first may be told another size, and another replica may be faster."""
PAUSE_SECONDS = 30.0
AWAY = timedelta(hours=1)
"""After which an alarm says that a witness hasn't cosigned."""
Alarm = Callable[[str, str | None], Awaitable[None]]
"""Raises the alarm of this key with a sentence, or clears it."""


@dataclass
class _Memory:
    """What is known of one witness, by this process."""

    old: int | None = None
    checkpoint: int = 0
    """The number of the last checkpoint that it cosigned."""
    well_at: datetime | None = None
    paused_until: float = -math.inf
    """By the monotonic clock."""
    alarmed: str | None = None


@dataclass
class AskingWitnesses:
    """The job; each witness is asked by itself, and none waits for another. The log waits for none of them."""

    log: Log
    kept: Cosignatures
    witnesses: Sequence[Witness]
    alarm: Alarm
    now: Callable[[], datetime]
    pause: float = PAUSE_SECONDS
    """Seconds for which a witness that didn't cosign isn't asked again."""
    _known: dict[str, _Memory] = field(default_factory=dict)

    async def run(self) -> datetime | None:
        """Have the newest checkpoint cosigned by whoever hasn't."""
        last = await self.log.last()
        if last:
            await asyncio.gather(*(self._one(witness, last) for witness in self.witnesses))
        return None

    async def _one(self, witness: Witness, last: Signed) -> None:
        memory = self._known.setdefault(witness.key.name, _Memory(well_at=self.now()))
        if memory.checkpoint >= last.number or time.monotonic() < memory.paused_until:
            return
        try:
            trouble = await self._ask(witness, last, memory)
        except (Retryable, Permanent) as error:
            log.warning("the witness %s didn't cosign: %s", witness.key.name, error)
            memory.paused_until = time.monotonic() + self.pause
            away = memory.well_at is not None and self.now() - memory.well_at > AWAY
            trouble = _not_for_an_hour(witness, str(error)) if away else memory.alarmed
        else:
            if trouble is None:
                memory.well_at = self.now()
            else:
                memory.paused_until = time.monotonic() + self.pause
        if trouble != memory.alarmed:
            await self.alarm(f"witness:{witness.key.name}", trouble)
            memory.alarmed = trouble

    async def _ask(self, witness: Witness, last: Signed, memory: _Memory) -> str | None:
        """Why it isn't cosigned, None if it is. Raises Retryable or Permanent."""
        if memory.old is None:
            memory.old = await self.kept.size_known_to(witness.key.name)
        for _ in range(ATTEMPTS):
            if memory.old > last.size:
                newest = await self.log.last()
                if newest is None or memory.old > newest.size:
                    return _longer(witness, memory.old)
                last = newest
            proof = await self.log.consistency(memory.old, last.size) if memory.old < last.size else ()
            answer = await witness.add(write_request(AddCheckpoint(memory.old, proof, last.own.encode())))
            match answer:
                case Lines(text):
                    return await self._keep(witness, last, text, memory)
                case KnowsSize(size) if size != memory.old:
                    memory.old = size
                case KnowsSize() | SaysNo(contradicts=True):
                    return _other_history(witness)
                case SaysNo(why):
                    return _refuses(witness, why)
        raise Retryable("it was asked several times, and each time knew another size.")

    async def _keep(self, witness: Witness, last: Signed, text: str, memory: _Memory) -> str | None:
        lines = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
        for line in lines:
            try:
                by = cosigners((last.own + line).encode(), [witness.key])
            except NoteError:
                continue
            if witness.key in by:
                await self.kept.keep(last.number, witness.key.name, line)
                memory.old, memory.checkpoint = last.size, last.number
                return None
        return _refuses(
            witness, "what it sent isn't a cosignature by the public key that Daypass was given for it"
        )


def _other_history(witness: Witness) -> str:
    return (
        f"The witness {witness.key.name} has cosigned another history of this log. Someone may have rewritten the log, "
        "or the database was restored from an older backup. Keep the database as it is, and compare both with "
        "daypass audit verify --seen."
    )


def _longer(witness: Witness, size: int) -> str:
    return (
        f"The witness {witness.key.name} has cosigned {size} events, more than this log has. The database may have been "
        "restored from an older backup, or cut. Keep it as it is, and compare it with an export."
    )


def _refuses(witness: Witness, why: str) -> str:
    return (
        f"The witness {witness.key.name} doesn't cosign: {why}. The log goes on without it. Ask whoever runs the witness, "
        "or correct DAYPASS_WITNESSES."
    )


def _not_for_an_hour(witness: Witness, why: str) -> str:
    return (
        f"The witness {witness.key.name} hasn't cosigned for more than an hour. The log goes on, and it catches up by "
        f"itself once it answers. {why}"
    )
