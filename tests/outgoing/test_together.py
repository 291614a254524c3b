"""Questions asked together: each gets its own answer, none an older one, and a failure is everybody's of that call."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from integrations.targets.batching import Together
from workflows.ports import Retryable


class Oracle:
    """Answers with the number of the call, once it may; `broken` fails."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.may = asyncio.Event()
        self.broken = False

    async def ask(self, names: Sequence[str]) -> Mapping[str, int]:
        self.calls.append(list(names))
        number = len(self.calls)
        await self.may.wait()
        if self.broken:
            raise Retryable("away")
        return dict.fromkeys(names, number)


@pytest.fixture
async def oracle() -> Oracle:
    return Oracle()


async def _begun(together: Together[int], *names: str) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(together.of(name)) for name in names]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_comes_during_a_call_is_answered_by_the_next(oracle: Oracle) -> None:
    together = Together(oracle.ask, 10)
    first = await _begun(together, "a")
    later = await _begun(together, "a", "b", "b")
    oracle.may.set()
    assert await asyncio.gather(*first, *later) == [1, 2, 2, 2]
    assert oracle.calls == [["a"], ["a", "b"]]


async def test_no_more_than_allowed_at_a_time(oracle: Oracle) -> None:
    together = Together(oracle.ask, 3)
    first = await _begun(together, "a")
    rest = await _begun(together, *"bcdefgh")
    oracle.may.set()
    await asyncio.gather(*first, *rest)
    assert [len(call) for call in oracle.calls] == [1, 3, 3, 1]


async def test_a_failure_reaches_all_of_its_call_and_the_next_is_tried(oracle: Oracle) -> None:
    together = Together(oracle.ask, 10)
    oracle.broken = True
    oracle.may.set()
    said = await asyncio.gather(together.of("a"), together.of("b"), return_exceptions=True)
    assert [type(one) for one in said] == [Retryable, Retryable]
    oracle.broken = False
    assert await together.of("a") == len(oracle.calls)


async def test_closing_leaves_nobody_waiting(oracle: Oracle) -> None:
    together = Together(oracle.ask, 1)
    waiting = await _begun(together, "a", "b")
    await together.close()
    said = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in said] == [asyncio.CancelledError, asyncio.CancelledError]
