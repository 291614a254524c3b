"""Waiting for a subject to change: one look at the store for all who wait, and none while nobody does."""

import asyncio
from collections.abc import Collection

import pytest

from workflows.queries.changes import Changes

LONG = 60.0


class Versions:
    """The versions of all subjects, and how often they were looked at."""

    def __init__(self) -> None:
        self.now = {"a": 1, "b": 1}
        self.looks = 0

    async def versions_of(self, subjects: Collection[str]) -> dict[str, int]:
        self.looks += 1
        return {one: self.now[one] for one in subjects if one in self.now}


@pytest.fixture
def versions() -> Versions:
    return Versions()


@pytest.fixture
def waiting(versions: Versions) -> Changes:
    return Changes(versions, look_seconds=0.001)  # type: ignore[arg-type]


async def until(waiting: Changes, count: int) -> None:
    while waiting.count != count:
        await asyncio.sleep(0)


async def test_ends_for_those_whose_subject_changed(versions: Versions, waiting: Changes) -> None:
    ours = [asyncio.create_task(waiting.wait("a", 1, LONG)) for _ in range(3)]
    other = asyncio.create_task(waiting.wait("b", 1, LONG))
    await until(waiting, 4)
    versions.now["a"] = 2
    assert await asyncio.gather(*ours) == [True] * 3
    assert (waiting.count, other.done()) == (1, False)
    versions.now.pop("b")
    assert await other


async def test_of_what_has_changed_already_ends_at_the_first_look(
    versions: Versions, waiting: Changes
) -> None:
    assert await waiting.wait("a", 0, LONG)
    assert versions.looks == 1


async def test_that_is_over_says_so_and_leaves_nothing_behind(versions: Versions, waiting: Changes) -> None:
    assert not await waiting.wait("a", 1, 0)
    assert waiting.count == 0
    looks = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*looks)
    assert not (asyncio.all_tasks() - {asyncio.current_task()}), "nobody waits, so nobody looks"


async def test_of_many_costs_one_look(versions: Versions, waiting: Changes) -> None:
    many = [asyncio.create_task(waiting.wait("a", 1, LONG)) for _ in range(500)]
    await until(waiting, 500)
    before = versions.looks
    versions.now["a"] = 2
    assert all(await asyncio.gather(*many))
    assert versions.looks - before <= 2


async def test_of_too_many_is_refused_at_once(waiting: Changes) -> None:
    waiting.most = 1
    one = asyncio.create_task(waiting.wait("a", 1, LONG))
    await until(waiting, 1)
    assert not await waiting.wait("b", 0, LONG)
    waiting.close()
    assert not await one
    assert not await waiting.wait("a", 0, LONG), "whoever comes while it stops is let go"


async def test_outlives_a_store_that_fails(versions: Versions, waiting: Changes) -> None:
    known = versions.now
    del versions.now
    one = asyncio.create_task(waiting.wait("a", 1, LONG))
    while versions.looks < 3:
        await asyncio.sleep(0)
    versions.now = {**known, "a": 2}
    assert await one
