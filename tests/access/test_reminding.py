"""The job that reminds, on a real store: once for all replicas, and with as little to read when nothing waits."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.wiring.reminders import Reminding
from tests.builders import Clock
from tests.people import ADA, EDSGER, GRACE
from workflows.access.commands import RequestAccess, WithdrawAccess
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.system.reminders.choice import NOTHING_CHOSEN, Choice
from workflows.system.reminders.choices import Choices
from workflows.system.reminders.state import Reminders, reminders_of
from workflows.workflow import Actor, World

WHY = "to see why the churn model drifts since Monday"


@pytest.fixture
def reminding(store: Store, ledger: Ledger, world: World, clock: Clock) -> Reminding:
    return Reminding(ledger, Repository(store), Choices(store), lambda: world, clock)


async def ask(ledger: Ledger, number: int = 0) -> str:
    subject = f"acc_01KJ4M3Z000000000000000{number:03}"
    outcome = await ledger.handle(RequestAccess(subject, "warehouse", 3_600, WHY), Actor(ADA), "slack")
    assert outcome.refusal is None
    return subject


async def told(reminding: Reminding, person: str) -> dict[str, int]:
    found = await reminding.reads.find(Reminders, reminders_of(person))
    return dict(found.told) if found else {}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database while the block lasts."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


async def test_everybody_is_reminded_once_whichever_replica_looks(
    reminding: Reminding, ledger: Ledger, clock: Clock
) -> None:
    subject = await ask(ledger)
    clock.forward(minutes=16)
    await asyncio.gather(*(reminding.run() for _ in range(3)))
    await reminding.run()
    assert await told(reminding, GRACE) == await told(reminding, EDSGER) == {subject: 1}
    assert [one.action for one in await reminding.reads.story(reminders_of(GRACE))] == ["reminder.sent"]
    effects = [one for one in await reminding.reads.open_effects() if one.kind == "remind"]
    assert [one.subject for one in effects].count(reminders_of(GRACE)) == 1


async def test_nothing_is_read_of_what_is_over(reminding: Reminding, ledger: Ledger, clock: Clock) -> None:
    for number in range(3):
        await ledger.handle(WithdrawAccess(await ask(ledger, number)), Actor(ADA), "slack")
        clock.forward(minutes=16)
    with statements() as asked:
        await reminding.run()
    assert len([one for one in asked if one.startswith("SELECT")]) == 5
    assert not [one for one in asked if "FROM events" in one or "INSERT" in one]


async def test_what_nobody_is_known_by_is_not_kept(store: Store) -> None:
    choices = Choices(store)
    assert not await choices.keep(GRACE, Choice(reminders="off"))
    assert await choices.of(GRACE) == NOTHING_CHOSEN
