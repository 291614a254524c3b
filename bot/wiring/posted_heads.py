"""What the log's sinks have of it, learned once from each before its next head is signed."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence

from workflows.audit.growth import Growth, vouched_for
from workflows.audit.signer import Signer
from workflows.audit.sinks import LogSink
from workflows.ports import Permanent, Retryable

log = logging.getLogger(__name__)

READ_BACK_SECONDS = 5.0
"""For which signing waits until the sinks have said what they have."""
AGAIN_SECONDS = 60.0
"""After which one that didn't answer in time is asked again, so that it doesn't hold up every checkpoint."""


class PostedHeads:
    """Asks each sink until it has answered once."""

    def __init__(
        self,
        sinks: Sequence[LogSink],
        signer: Signer,
        growth: Growth,
        seconds: float = READ_BACK_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wait `seconds` for an answer; what is learned goes into `growth`."""
        self._asked_from = dict.fromkeys(sinks, -math.inf)
        self._signer = signer
        self._growth = growth
        self._seconds = seconds
        self._monotonic = monotonic

    async def learn(self, origin: str) -> None:
        """Learn which heads each has; they are signed, so it can be believed in this. Sinks are asked side by side."""
        now = self._monotonic()
        due = [sink for sink, at in self._asked_from.items() if at <= now]
        await asyncio.gather(*(self._ask(sink, origin) for sink in due))

    async def _ask(self, sink: LogSink, origin: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                texts = await sink.kept()
                public = (await self._signer.public_keys()).values()
        except TimeoutError:
            self._asked_from[sink] = self._monotonic() + AGAIN_SECONDS
            log.warning(
                "%s: reading posted checkpoints back took longer than %g s. Signing goes on without them; they are read "
                "again in %g s.",
                sink.where,
                self._seconds,
                AGAIN_SECONDS,
            )
        except (Retryable, Permanent) as error:
            log.warning(
                "%s: reading posted checkpoints back failed and will be tried again: %s", sink.where, error
            )
        else:
            self._growth.learn(vouched_for(texts, origin, public, sink.where))
            del self._asked_from[sink]
