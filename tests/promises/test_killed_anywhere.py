"""Killed at any step of the write and effect path, Daypass goes on by itself when it is started again.

No grant is left without its end, no credential without its row, no state without its event. The process
dies by SIGKILL, once at each step that an undisturbed story reaches (in `make test`, of those inside a
transaction only at the last, and of all every sixth one, others in each story; `test_died_in_between.py`
takes each). Its heir finishes what it left while
playing the same story with a grant of its own, and dies in turn; the last one only goes on.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence

import pytest

from tests.lanes import deaths, every_sixth, some
from tests.promises.driver import THE_END, Life, Story, lived
from tests.promises.evidence import faults, faults_of_each
from tests.promises.ground import Ground, Servers

LINES = 6
"""Lines of succession, side by side."""
NewGround = Callable[[], Ground]
pytestmark = pytest.mark.early


@pytest.mark.soak
async def test_killed_at_each_step_in_turn(servers: Servers, new_sqlite_ground: NewGround) -> None:
    steps = await _steps(servers, new_sqlite_ground(), "given back")
    ends = every_sixth(deaths(steps), 1)
    lines = [_die_in_turn(new_sqlite_ground(), "given back", ends[line::LINES]) for line in range(LINES)]
    await _all_kept(servers, await asyncio.gather(*lines))


@pytest.mark.soak
async def test_killed_at_each_step_after_the_grant_s_time_was_over(
    servers: Servers, new_sqlite_ground: NewGround
) -> None:
    steps = await _steps(servers, new_sqlite_ground(), "expired")
    of_the_end = steps[steps.index(f"ledger.begin after {THE_END}") :]
    lines = [
        _die_in_turn(new_sqlite_ground(), "expired", [step]) for step in every_sixth(deaths(of_the_end), 3)
    ]
    await _all_kept(servers, await asyncio.gather(*lines))


@pytest.mark.soak
async def test_on_postgresql_the_claims_of_the_dead_are_taken_over(
    servers: Servers, new_postgres_ground: NewGround
) -> None:
    steps = (
        "ledger.after_commit after get credentials",
        "vault.read",
        "ledger.after_commit after performed.mint",
        "ledger.after_commit after the grant's end",
        "vault.revoked",
        "outbox.performed.end",
    )
    lines = [_die_in_turn(new_postgres_ground(), "given back", [step]) for step in some(steps)]
    await _all_kept(servers, await asyncio.gather(*lines))


async def _steps(servers: Servers, ground: Ground, story: Story) -> list[str]:
    """What an undisturbed story reaches, each step once."""
    life = Life(ground, story)
    assert await lived(life) == 0, life.log_file.read_text()
    assert await faults(servers, ground) == []
    return life.steps_file.read_text().splitlines()


async def _die_in_turn(ground: Ground, story: Story, steps: Sequence[str]) -> Ground:
    """One process after the other, each killed at its step, and a last one that lives."""
    lives = [*(Life(ground, story, dies_at=step) for step in steps), Life(ground)]
    for life in lives:
        end = -signal.SIGKILL if life.dies_at else 0
        assert await lived(life) == end, f"{life.dies_at} of {steps}\n{life.log_file.read_text()}"
    return ground


async def _all_kept(servers: Servers, grounds: Sequence[Ground]) -> None:
    unkept = zip(grounds, await faults_of_each(servers, grounds), strict=True)
    told = [f"{ground.directory}: {sentence}" for ground, sentences in unkept for sentence in sentences]
    assert not told, "\n".join(told)
