"""Waiting until something changes: however many wait, the store is asked once a second for all of them."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from workflows.ledger.repository import Repository

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the store: what other replicas change is seen in no other way."""
MAX_WAITING = 5_000
"""In one process."""


@dataclass
class Changes:
    """Who waits in this process for which subjects."""

    reads: Repository
    look_seconds: float = LOOK_SECONDS
    most: int = MAX_WAITING
    _waiting: dict[str, dict[asyncio.Future[None], int]] = field(default_factory=lambda: defaultdict(dict))
    _looking: asyncio.Task[None] | None = None
    _closed: bool = False

    @property
    def count(self) -> int:
        """How many wait."""
        return sum(len(some) for some in self._waiting.values())

    async def version(self, subject: str) -> int:
        """The subject's version now; 0 if there is no such subject."""
        return (await self.reads.versions_of([subject])).get(subject, 0)

    async def wait(self, subject: str, version: int, seconds: float) -> bool:
        """Wait until the subject has another version than this, for so many seconds at most, and say whether it has.

        It isn't waited while too many wait already.
        """
        if self._closed or self.count >= self.most:
            return False
        changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[subject][changed] = version
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            await asyncio.wait([changed], timeout=seconds)
            return changed.done() and not self._closed
        finally:
            self._forget(subject, changed)

    def close(self) -> None:
        """Let everybody go who waits, and whoever comes."""
        self._closed = True
        for some in self._waiting.values():
            _release(some)

    def _forget(self, subject: str, changed: asyncio.Future[None]) -> None:
        changed.cancel()
        some = self._waiting.get(subject, {})
        some.pop(changed, None)
        if not some:
            self._waiting.pop(subject, None)

    async def _look(self) -> None:
        """As long as somebody waits, whatever goes wrong."""
        while self._waiting:
            await asyncio.sleep(self.look_seconds)
            try:
                found = await self.reads.versions_of(sorted(self._waiting))
            except Exception as error:
                log.warning("Daypass can't see what has changed, and looks again: %s", error)
                continue
            for subject, some in list(self._waiting.items()):
                _release([one for one, version in some.items() if found.get(subject, 0) != version])


def _release(waiting: Iterable[asyncio.Future[None]]) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(None)
