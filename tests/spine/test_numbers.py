"""People call an incident by a short number: each has its own, whoever declares at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from ulid import ULID

from tests.builders import WORKFLOWS, Clock
from tests.people import GRACE
from workflows.audit.tlog.leaf import read_leaf
from workflows.database import tables
from workflows.database.store import Store
from workflows.incidents.commands import DeclareIncident
from workflows.incidents.state import Incident, number_meant, number_of
from workflows.ledger.ledger import Ledger
from workflows.workflow import Actor, World

AT_ONCE = 12


def declaration(report: int, **more: Any) -> DeclareIncident:
    return DeclareIncident(f"inc_{ULID()}", f"The ranking is stale, report {report}", "sev2", **more)


async def declare(ledger: Ledger, *commands: DeclareIncident) -> list[Incident]:
    outcomes = await asyncio.gather(*(ledger.handle(one, Actor(GRACE), "test") for one in commands))
    assert not [one.refusal for one in outcomes if one.refusal]
    return [one.state for one in outcomes]


@pytest.fixture
async def replicas(store: Store, world: World, clock: Clock) -> AsyncIterator[list[Ledger]]:
    ledgers = [Ledger(store, WORKFLOWS, lambda: world, clock) for _ in range(2)]
    yield ledgers
    for ledger in ledgers:
        await ledger.drain()


async def test_two_replicas_at_the_same_moment_give_different_ones(replicas: list[Ledger]) -> None:
    declaring = (
        declare(replica, *(declaration(number) for number in range(AT_ONCE))) for replica in replicas
    )
    declared = [one for some in await asyncio.gather(*declaring) for one in some]
    assert sorted(one.ordinal or 0 for one in declared) == list(range(1, 2 * AT_ONCE + 1))


async def test_a_private_one_takes_none_and_tells_of_nothing(replicas: list[Ledger]) -> None:
    ledger = replicas[0]
    (first,) = await declare(ledger, declaration(1))
    (private,) = await declare(ledger, declaration(2, private=True))
    (second,) = await declare(ledger, declaration(3))
    assert [first.number, second.number] == ["inc-1", "inc-2"]
    assert private.ordinal is None
    assert private.number == f"inc-p{private.id[-5:].lower()}"


async def test_the_log_has_it_whatever_the_command_said(replicas: list[Ledger], store: Store) -> None:
    (declared,) = await declare(replicas[0], declaration(1, number=7))
    query = select(tables.events.c.leaf).where(tables.events.c.subject == declared.id)
    async with store.read_transaction() as connection:
        leaf = await connection.scalar(query.order_by(tables.events.c.version))
    assert read_leaf(leaf).facts["number"] == declared.ordinal == 1


@given(st.integers(1, 10**10 - 1))
def test_every_way_of_writing_it_means_it(number: int) -> None:
    called = number_of("inc_01KJ4M3Z00000000000000000A", number)
    ways = (
        f"{number}",
        called,
        f"#{called}",
        f"#{called}-stale-features",
        called.upper(),
        f"#drill-{number}",
    )
    assert {number_meant(one) for one in ways} == {called}


@given(st.text())
def test_anything_else_means_no_incident_or_one_that_can_be(word: str) -> None:
    meant = number_meant(word)
    assert meant is None or number_meant(meant) == meant


@pytest.mark.parametrize("word", ["0", "inc-0", "42nd", "4.2", "sev1", "500-errors", "inc-", "p12345", ""])
def test_what_is_no_number_means_none(word: str) -> None:
    assert number_meant(word) is None
