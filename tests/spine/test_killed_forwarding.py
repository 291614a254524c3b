"""Daypass is killed again and again while it sends: nothing is lost, and its receiver knows what came twice."""

import asyncio
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from integrations.egress import Reach
from integrations.event_sinks import open_event_sinks
from tests.audit.receivers import HttpReceiver
from tests.builders import Clock, Database
from tests.spine.tally import count, tally_ledger
from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.forwarding import Forwarding
from workflows.audit.forwarding.log_reader import LogReader
from workflows.audit.sequencer import sequence
from workflows.database.store import opened
from workflows.workflow import World

pytestmark = pytest.mark.server
EVENTS, KILLS = 1_000, 10
CLAIM = timedelta(milliseconds=20)


async def _fill(url: str, world: World) -> None:
    async with opened(url) as store:
        ledger = tally_ledger(store, world, Clock())
        for _ in range(EVENTS // 50):
            await count(ledger, events=50)
        await ledger.drain()
        await sequence(store)


async def _nobody(*_: object) -> None:
    return None


async def _send(url: str, to: str) -> None:
    """What a process of Daypass does, until it is killed or all is sent."""
    async with (
        opened(url) as store,
        open_event_sinks({"siem": SecretStr(to)}, Reach(), lambda: "log.example") as (sink,),
    ):
        reader = LogReader(store)
        sending = Forwarding(
            sink, Cursors(store), reader, _nobody, _nobody, lambda: datetime.now(UTC), CLAIM, 0
        )
        sending._batch = 10
        while await Cursors(store).next_place("siem") < EVENTS:
            await sending.run()
            await asyncio.sleep(0.005)


def _process(url: str, to: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_send(url, to))
            os._exit(0)
        finally:
            os._exit(1)
    return child


class Slow(HttpReceiver):
    """Takes events, and says so only a while later: a process may die between the two."""

    def reply(self, call):
        found = super().reply(call)
        time.sleep(0.002)
        return found


@pytest.fixture
def receiver():
    server = Slow()
    yield server
    server.stop()


def test_nothing_is_lost_and_what_comes_twice_is_known(
    sqlite_database: Database, world: World, receiver: Slow
) -> None:
    asyncio.run(_fill(sqlite_database.url, world))
    chance = random.Random(20)
    for kill in range(KILLS):
        child = _process(sqlite_database.url, f"{receiver.url}/events")
        until = (kill + 1) * EVENTS // (KILLS + 2)
        while len(receiver.events) < until:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.004)
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    last = _process(sqlite_database.url, f"{receiver.url}/events")
    assert os.waitstatus_to_exitcode(os.waitpid(last, 0)[1]) == 0

    first_seen = list(dict.fromkeys(one["metadata"]["uid"] for one in receiver.events))
    assert [int(uid.partition("-")[0]) for uid in first_seen] == list(range(EVENTS))
    by_uid = {one["metadata"]["uid"]: one for one in receiver.events}
    assert all(by_uid[one["metadata"]["uid"]] == one for one in receiver.events)
