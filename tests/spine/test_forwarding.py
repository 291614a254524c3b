"""The log's events reach a sink in order, each at least once, whatever happens to the sink or to Daypass."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.builders import WORKFLOWS, Clock
from tests.spine.tally import count
from workflows.audit.forwarding.cursors import Cursors
from workflows.audit.forwarding.forwarding import BLOCKED, CLAIM, EVENTS_PER_BATCH, Forwarding
from workflows.audit.forwarding.lag import read_lags, spell_lag
from workflows.audit.forwarding.log_reader import LogReader
from workflows.audit.forwarding.sink import Placed, Rejected
from workflows.audit.sequencer import sequence
from workflows.database import tables
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ports import Permanent, Retryable
from workflows.system.event_sinks import SkipEvent, Skipping, sink_id
from workflows.workflow import CLOCKWORK, OPERATOR, Actor


@dataclass
class Receiver:
    """Takes events in this process. It can be away, refuse some for ever, and know which it has."""

    name: str = "siem"
    away: bool = False
    poison: dict[int, Exception] = field(default_factory=dict)
    got: list[Placed] = field(default_factory=list)
    asked: int = 0

    async def send(self, events: Sequence[Placed]) -> None:
        self.asked += 1
        if self.away:
            raise Retryable("The receiver can't be reached.")
        for one in events:
            if one.index in self.poison:
                raise self.poison[one.index]
        self.got += events

    @property
    def places(self) -> list[int]:
        return [one.index for one in self.got]


class Run:
    """A Daypass that sends to one receiver."""

    def __init__(self, store: Store, clock: Clock, receiver: Receiver) -> None:
        self.store, self.clock, self.receiver = store, clock, receiver
        self.alarms: dict[str, str] = {}
        self.skipped: int | None = None
        self.forwarding = self.started()

    def started(self) -> Forwarding:
        """One more process."""
        cursors, reader = Cursors(self.store), LogReader(self.store)
        return Forwarding(self.receiver, cursors, reader, self._alarm, self._skips, self.clock, first_pause=0)

    async def runs(self, times: int = 1) -> None:
        for _ in range(times):
            await self.forwarding.run()

    async def _alarm(self, key: str, sentence: str | None) -> None:
        if sentence is None:
            self.alarms.pop(key, None)
        else:
            self.alarms[key] = sentence

    async def _skips(self, name: str) -> int | None:
        return self.skipped


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def run(store: Store, clock: Clock, receiver: Receiver) -> Run:
    return Run(store, clock, receiver)


async def log_of(store: Store, ledger: Ledger, events: int) -> None:
    for n in range(0, events, 50):
        await count(ledger, events=min(50, events - n))
    await sequence(store)


class TestSending:
    async def test_each_event_arrives_once_in_the_order_of_the_log(self, store, ledger, run, receiver):
        for events in (3, EVENTS_PER_BATCH + 1, 1):
            await log_of(store, ledger, events)
            await run.runs(3)
        assert receiver.places == list(range(EVENTS_PER_BATCH + 5))
        assert receiver.asked == 4
        assert run.alarms == {}

    async def test_place_and_leaf_hash_are_those_of_the_log(self, store, ledger, run, receiver):
        await log_of(store, ledger, 3)
        await run.runs()
        async with store.read_transaction() as connection:
            found = list(await connection.execute(tables.leaves.select().order_by(tables.leaves.c.index)))
        assert [(one.index, one.hash) for one in receiver.got] == [(one.index, one.hash) for one in found]

    async def test_the_first_event_of_the_subject_comes_with_each(self, store, ledger, run, receiver):
        await log_of(store, ledger, 60)
        await run.runs()
        assert {one.began.facts["id"] for one in receiver.got if one.began} == {"tly_1"}
        assert {(one.began.version, one.began.position) for one in receiver.got if one.began} == {(1, 0)}

    async def test_another_process_goes_on_where_one_stopped(self, store, ledger, run, receiver):
        await log_of(store, ledger, 3)
        await run.runs()
        await log_of(store, ledger, 3)
        run.forwarding = run.started()
        await run.runs()
        assert receiver.places == list(range(6))


class TestPrivate:
    async def test_what_members_alone_may_read_is_sent_as_its_hash(self, store, world, clock, run, receiver):
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        from tests.people import ADA
        from workflows.incidents.commands import AddNote, DeclareIncident

        declared = DeclareIncident(
            "inc_01M85P4WJC97ST17PTW4BJTYRW", "The keys of the vault", "sev1", None, private=True
        )
        assert not (await ledger.handle(declared, Actor(ADA), "slack")).refusal
        await ledger.handle(AddNote(declared.subject, "secret note"), Actor(ADA), "slack")
        await sequence(store)
        await run.runs()
        assert len(receiver.got) >= 2
        assert all(one.leaf is None and one.began is None for one in receiver.got)
        assert all((one.at.minute, one.at.second, one.at.microsecond) == (0, 0, 0) for one in receiver.got)


class TestAway:
    async def test_for_a_day_loses_nothing_and_says_so(self, store, ledger, run, receiver, clock):
        receiver.away = True
        for hour in range(24):
            await log_of(store, ledger, 20)
            await run.runs(3)
            assert (run.alarms != {}) == (hour > 0)
            clock.forward(hours=1)
        (lag,) = await read_lags(store, ["siem"])
        assert (lag.waiting, lag.place, lag.seconds(clock())) == (480, 0, 86_400)
        assert spell_lag(lag) == "480 events wait, the first, 0, since 2026-03-02 09:30 UTC"
        (alarm,) = run.alarms.values()
        assert (
            "The event sink siem doesn't take event 0 (tally.counted): The receiver can't be reached."
            in alarm
        )
        receiver.away = False
        await run.runs(2)
        assert receiver.places == list(range(480))
        assert run.alarms == {}
        assert (await read_lags(store, ["siem"]))[0].since is None

    async def test_waits_longer_after_each_failure(self, store, ledger, run, receiver):
        await log_of(store, ledger, 1)
        receiver.away = True
        run.forwarding.first_pause = 3600
        await run.runs(20)
        assert receiver.asked == 1

    async def test_what_is_read_to_send_one_event_doesn_t_grow_with_the_log(
        self, store, ledger, run, receiver, monkeypatch
    ):
        read: list[int] = []

        async def reading(first: int, limit: int) -> list[Placed]:
            found = await LogReader(store).events(first, limit)
            read.append(len(found))
            return found

        await log_of(store, ledger, 1_000)
        await run.runs(2)
        monkeypatch.setattr(run.forwarding.reader, "events", reading)
        receiver.away = True
        await run.runs(50)
        assert read == []
        await log_of(store, ledger, 100)
        await run.runs(50)
        assert read == [100, *[1] * 49]


class TestBlocked:
    @pytest.mark.parametrize(
        "error", [Rejected("It answered with status 400."), Retryable("It answered 500.")]
    )
    async def test_one_event_holds_up_those_after_it_and_is_named(
        self, store, ledger, run, receiver, clock, error
    ):
        await log_of(store, ledger, 150)
        receiver.poison[101] = error
        for _ in range(120):
            await run.runs()
        if isinstance(error, Retryable):
            assert run.alarms == {}
            clock.forward(seconds=BLOCKED.total_seconds())
            await run.runs()
        assert receiver.places == list(range(101))
        (sentence,) = run.alarms.values()
        assert "event 101 (tally.counted)" in sentence
        assert "daypass audit skip-event siem 101" in sentence

    async def test_an_operator_can_skip_that_one_and_no_other(self, store, ledger, run, receiver):
        await log_of(store, ledger, 10)
        receiver.poison = {4: Rejected("No."), 7: Rejected("No.")}
        run.skipped = 2
        await run.runs(20)
        assert receiver.places == [0, 1, 2, 3]
        run.skipped = 4
        await run.runs(20)
        assert receiver.places == [0, 1, 2, 3, 5, 6]
        assert "event 7" in "".join(run.alarms.values())

    async def test_an_event_that_is_taken_isn_t_skipped(self, store, ledger, run, receiver):
        await log_of(store, ledger, 3)
        run.skipped = 1
        await run.runs(5)
        assert receiver.places == [0, 1, 2]

    async def test_wrong_settings_are_said_at_once(self, store, ledger, run, receiver):
        await log_of(store, ledger, 3)
        receiver.poison[0] = Permanent("It answered with status 401. Check the address and its login.")
        await run.runs()
        assert "401" in "".join(run.alarms.values())

    async def test_an_alarm_of_an_earlier_process_is_cleared(self, store, ledger, run, receiver):
        await log_of(store, ledger, 1)
        run.alarms["event-sink:siem"] = "from before"
        await run.runs()
        assert run.alarms == {}


class TestTwoProcesses:
    async def test_only_one_of_them_sends(self, store, ledger, run, receiver, clock):
        await log_of(store, ledger, 2)
        other = Cursors(store)
        assert await other.claim("siem", "other", clock(), clock() + CLAIM) == 0
        await run.runs(3)
        assert receiver.got == []
        clock.forward(seconds=CLAIM.total_seconds())
        await run.runs()
        assert receiver.places == [0, 1]
        assert not await other.advance("siem", "other", 1, None)


class TestSkipping:
    async def test_is_an_operator_s_alone_and_only_forward(self, store, world, clock):
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        skip = SkipEvent(sink_id("siem"), "siem", 7)
        for actor in (CLOCKWORK, Actor("UADA")):
            assert (await ledger.handle(skip, actor, "cli")).refusal.code == "not-an-operator"
        outcome = await ledger.handle(skip, OPERATOR, "cli")
        assert [event.action for event in outcome.events] == ["event-skipped"]
        assert isinstance(outcome.state, Skipping)
        assert outcome.state.index == 7
        assert (await ledger.handle(skip, OPERATOR, "cli")).events == ()
        earlier = SkipEvent(sink_id("siem"), "siem", 6)
        assert (await ledger.handle(earlier, OPERATOR, "cli")).refusal.code == "already-past"
