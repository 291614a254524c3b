"""Questions that are asked for many at once: whoever comes while one is under way is asked for with the next.

Who comes alone is asked for at once. When one comes after the other, a breath between two questions lets more of them
share the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

V = TypeVar("V")
BREATH_SECONDS = 0.05


class Together(Generic[V]):
    """`ask` is called for at most `most` different names at a time, one call after the other."""

    def __init__(self, ask: Callable[[Sequence[str]], Awaitable[Mapping[str, V]]], most: int) -> None:
        self._ask = ask
        self._most = most
        self._waiting: dict[str, asyncio.Future[V]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def of(self, name: str) -> V:
        """What is answered for `name` by a call that begins after this one. Raises what `ask` raises."""
        answer = self._waiting.setdefault(name, asyncio.get_running_loop().create_future())
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._go_on())
        return await asyncio.shield(answer)

    async def close(self) -> None:
        """Stop asking; who still waits is cancelled."""
        if self._asking:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking
        for answer in self._waiting.values():
            answer.cancel()

    async def _go_on(self) -> None:
        while self._waiting:
            names = list(self._waiting)[: self._most]
            asked = {name: self._waiting.pop(name) for name in names}
            try:
                answers = await self._ask(names)
            except asyncio.CancelledError:
                for answer in asked.values():
                    answer.cancel()
                raise
            except Exception as error:
                for answer in asked.values():
                    answer.set_exception(error)
                    answer.exception()
            else:
                for name, answer in asked.items():
                    answer.set_result(answers[name])
            await asyncio.sleep(BREATH_SECONDS)
