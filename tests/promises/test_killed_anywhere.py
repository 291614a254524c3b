"""Killed at any step of the write and effect path, Daypass goes on by itself when it is started again.

No grant is left without its end, no credential without its row, no state without its event. The process
dies by SIGKILL, once at each step that an undisturbed story reaches; its heir plays no story.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence

import pytest

from tests.promises.driver import THE_END, Life, Story, lived
from tests.promises.evidence import faults, faults_of_each
from tests.promises.ground import Ground, Servers

AT_ONCE = 16
"""Stories played side by side."""
NewGround = Callable[[], Ground]


@pytest.mark.parametrize("part", ["ledger", "outbox", "vault"])
async def test_at_each_step_of_a_grant_that_is_given_back(
    servers: Servers, new_sqlite_ground: NewGround, part: str
) -> None:
    steps = await _steps(servers, new_sqlite_ground(), "given back")
    await _kill_at_each(
        servers, new_sqlite_ground, "given back", [step for step in steps if step.startswith(f"{part}.")]
    )


async def test_at_each_step_of_the_end_of_a_grant_that_expires(
    servers: Servers, new_sqlite_ground: NewGround
) -> None:
    steps = await _steps(servers, new_sqlite_ground(), "expired")
    end = steps.index(f"ledger.begin after {THE_END}")
    await _kill_at_each(servers, new_sqlite_ground, "expired", steps[end:])


async def test_on_postgresql_another_replica_takes_over_what_the_dead_one_had_claimed(
    servers: Servers, new_postgres_ground: NewGround
) -> None:
    await _kill_at_each(
        servers,
        new_postgres_ground,
        "given back",
        [
            "ledger.before_commit after get credentials",
            "ledger.after_commit after get credentials",
            "vault.read",
            "outbox.performed.mint",
            "ledger.after_commit after performed.mint",
            "ledger.after_commit after the grant's end",
            "vault.revoked",
            "outbox.performed.end",
        ],
    )


async def _steps(servers: Servers, ground: Ground, story: Story) -> list[str]:
    """What an undisturbed story reaches, each step once."""
    life = Life(ground, story)
    assert await lived(life) == 0, life.log_file.read_text()
    assert await faults(servers, life.ground) == []
    return life.steps_file.read_text().splitlines()


async def _kill_at_each(servers: Servers, new_ground: NewGround, story: Story, steps: Sequence[str]) -> None:
    lives = [Life(new_ground(), story, dies_at=step) for step in steps]
    turns = asyncio.Semaphore(AT_ONCE)

    async def played(life: Life) -> None:
        async with turns:
            await _die_and_go_on(life)

    await asyncio.gather(*map(played, lives))
    unkept = zip(steps, await faults_of_each(servers, [life.ground for life in lives]), strict=True)
    assert not {step: sentences for step, sentences in unkept if sentences}


async def _die_and_go_on(life: Life) -> None:
    ends = (await lived(life), await lived(Life(life.ground)))
    assert ends == (-signal.SIGKILL, 0), f"{life.dies_at}: {ends}\n{life.log_file.read_text()}"
