"""Daypass has its checkpoints cosigned, catches up with whoever was away, and says so when one knows another history."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from bot.witness.app import witness_app
from bot.witness.key import open_key
from bot.witness.state import WitnessState
from integrations.witnesses import NamedWitness, read_witnesses
from integrations.witnesses.http import HttpWitness
from tests.builders import Clock, fresh_sqlite
from tests.spine.tally import count, tally_ledger
from tests.spine.test_sequence import ORIGIN, Key
from workflows.audit.export.directory import write_export
from workflows.audit.log import Log
from workflows.audit.sequencer import checkpoint, sequence, to_export
from workflows.audit.tlog.note import VerifierKey, cosigners
from workflows.audit.verify.cosigned import cosigned_lines
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.report import lines
from workflows.audit.witness import progress
from workflows.audit.witness.asking import AWAY, AskingWitnesses
from workflows.audit.witness.cosignatures import Cosignatures
from workflows.audit.witness.progress import read_progress, spell_progress
from workflows.audit.witness.witness import Answer, WitnessPolicy
from workflows.database import tables
from workflows.database.store import Store, opened
from workflows.ports import Retryable


class Watcher:
    """A real witness, called in this process. It can be away, and counts how often it is asked."""

    def __init__(self, directory: Path, name: str, log: VerifierKey) -> None:
        own = open_key(directory / name, f"{name}.example/log")
        app = witness_app(own, WitnessState(directory / name), {log.name: [log]})
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app))
        self._http = HttpWitness(f"http://{name}.example", own.verifier, client)
        self.key = own.verifier
        self.away = False
        self.asked = 0

    async def add(self, request: bytes) -> Answer:
        self.asked += 1
        if self.away:
            raise Retryable("It can't be reached.")
        return await self._http.add(request)


@dataclass
class Run:
    """A Daypass on a database, with the witnesses it asks."""

    store: Store
    clock: Clock
    key: Key
    watchers: list[Watcher]
    alarms: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.log = Log(self.store)
        self.asking = AskingWitnesses(
            self.log, Cosignatures(self.store), self.watchers, self._alarm, self.clock, pause=0
        )

    async def _alarm(self, key: str, sentence: str | None) -> None:
        if sentence is None:
            self.alarms.pop(key, None)
        else:
            self.alarms[key] = sentence

    async def signs(self) -> None:
        """Sign what was recorded, a minute later."""
        self.clock.at += timedelta(minutes=1)
        await sequence(self.store)
        await checkpoint(self.store, self.key, ORIGIN, self.clock())

    async def cosigned_by(self) -> set[str]:
        """Who has cosigned the newest checkpoint."""
        last = await self.log.last()
        assert last is not None
        return {key.name for key in cosigners(last.note.encode(), [one.key for one in self.watchers])}


@pytest.fixture
def run(store: Store, clock: Clock, tmp_path: Path) -> Run:
    key = Key()
    return Run(store, clock, key, [Watcher(tmp_path, name, key.verifier) for name in ("one", "two")])


@pytest.fixture
def ledger(store: Store, world, clock: Clock):
    return tally_ledger(store, world, clock)


class TestAsking:
    async def test_each_checkpoint_is_cosigned_by_all_and_asked_for_once(self, run, ledger) -> None:
        for events in (3, 1, 5):
            await count(ledger, events=events)
            await run.signs()
            for _ in range(3):
                await run.asking.run()
            assert await run.cosigned_by() == {"one.example/log", "two.example/log"}
        assert [one.asked for one in run.watchers] == [3, 3]
        assert run.alarms == {}

    async def test_another_replica_knows_what_was_cosigned(self, run, ledger) -> None:
        await count(ledger, events=3)
        await run.signs()
        await run.asking.run()
        other = Run(run.store, run.clock, run.key, run.watchers)
        await count(ledger, events=3)
        await run.signs()
        await other.asking.run()
        await run.asking.run()
        assert await run.cosigned_by() == {"one.example/log", "two.example/log"}
        assert other.alarms == run.alarms == {}

    async def test_one_that_was_away_for_a_day_catches_up_by_one_request(self, run, ledger) -> None:
        one, two = run.watchers
        await count(ledger, events=3)
        await run.signs()
        await run.asking.run()
        two.away = True
        for _ in range(4):
            run.clock.at += timedelta(hours=6)
            await count(ledger, events=2)
            await run.signs()
            await run.asking.run()
        assert await run.cosigned_by() == {one.key.name}
        (sentence,) = run.alarms.values()
        assert "hasn't cosigned for more than an hour" in sentence
        two.away, before = False, two.asked
        await run.asking.run()
        assert await run.cosigned_by() == {one.key.name, two.key.name}
        assert (two.asked - before, run.alarms) == (1, {})

    async def test_a_short_absence_is_no_alarm(self, run, ledger) -> None:
        run.watchers[0].away = True
        await count(ledger)
        await run.signs()
        await run.asking.run()
        run.clock.at += AWAY - timedelta(minutes=1)
        await run.asking.run()
        assert run.alarms == {}

    async def test_one_that_refuses_is_told_once_and_others_go_on(self, run, ledger) -> None:
        stranger = Key(bytes(32))
        run.key._private, run.key.verifier = stranger._private, stranger.verifier
        await count(ledger)
        await run.signs()
        await run.asking.run()
        assert {sentence.partition(".")[0] for sentence in run.alarms.values()} == {
            "The witness one",
            "The witness two",
        }
        assert all("doesn't know the key that signed" in sentence for sentence in run.alarms.values())

    async def test_what_a_witness_says_is_believed_only_if_it_signed_it(self, run, ledger) -> None:
        liar, honest = run.watchers
        liar.key = VerifierKey(liar.key.name, honest.key.public, liar.key.kind)
        await count(ledger)
        await run.signs()
        await run.asking.run()
        assert await run.cosigned_by() == {honest.key.name}
        assert ["isn't a cosignature" in one for one in run.alarms.values()] == [True]


class TestHowFarTheyAre:
    async def said(self, run: Run) -> tuple[str, float]:
        found = await read_progress(run.store, [one.key for one in run.watchers])
        assert found is not None
        at = [one.at for one in found.witnesses if one.at]
        if at:
            ago = (datetime.now(UTC) - max(at)).total_seconds()
            assert -1 <= ago < 30, "a witness signs by its own clock"
        return spell_progress(found, run.clock()), found.lag(run.clock())

    async def test_is_told_of_each_with_how_long_it_has_been_behind(self, run, ledger) -> None:
        one, two = run.watchers
        assert await read_progress(run.store, [one.key]) is None
        await count(ledger, events=3)
        await run.signs()
        sentence, _ = await self.said(run)
        assert sentence == "0 of 2 witnesses have signed the newest checkpoint."
        await run.asking.run()
        sentence, lag = await self.said(run)
        assert sentence.startswith("2 of 2 witnesses have signed the newest checkpoint, the last one ")
        assert lag == 0
        two.away = True
        for minutes in (0, 10):
            run.clock.at += timedelta(minutes=minutes)
            await count(ledger, events=4)
            await run.signs()
            await run.asking.run()
        sentence, lag = await self.said(run)
        assert sentence.startswith("1 of 2 witnesses have signed the newest checkpoint, ")
        assert sentence.endswith(" two.example/log is 8 events behind, for 11 minutes.")
        assert lag == 660

    async def test_a_witness_that_signed_nothing_is_named(self, run, ledger) -> None:
        run.watchers[1].away = True
        await count(ledger)
        await run.signs()
        await run.asking.run()
        run.clock.at += timedelta(seconds=5)
        assert "two.example/log has signed none of the newest checkpoints." in (await self.said(run))[0]

    async def test_costs_the_same_however_long_the_log_is(self, run, ledger, monkeypatch) -> None:
        monkeypatch.setattr(progress, "WINDOW", 2)
        run.watchers[1].away = False
        for away in (False, True, True, True):
            run.watchers[1].away = away
            await count(ledger)
            await run.signs()
            await run.asking.run()
        assert "two.example/log has signed none of the newest checkpoints." in (await self.said(run))[0]


async def test_an_export_names_each_checkpoint_that_lacks_its_quorum(run, ledger, tmp_path) -> None:
    one, two = run.watchers
    for away in ((), (two,), (), (one,), (one, two)):
        one.away, two.away = one in away, two in away
        await count(ledger, events=3)
        await run.signs()
        await run.asking.run()
    leaves, texts, notes = await to_export(run.store)
    write_export(tmp_path / "export", leaves, texts, notes, [run.key.verifier])
    for quorum, said in (
        (
            2,
            [
                "The first 9 events are cosigned by 2 of 2 witnesses (one.example/log, two.example/log)",
                "The newest 6 events aren't cosigned yet.",
                "3 checkpoints aren't cosigned by 2 of the 2 witnesses:",
                "- checkpoints/000002 of 6 events: cosigned by one.example/log; a later one covers it.",
                "- checkpoints/000004 of 12 events: cosigned by two.example/log.",
                "- checkpoints/000005 of 15 events: cosigned by none of them.",
            ],
        ),
        (
            1,
            [
                "The first 12 events are cosigned by 1 of 2 witnesses (two.example/log)",
                "The newest 3 events aren't cosigned yet.",
                "1 checkpoint isn't cosigned by 1 of the 2 witnesses:",
                "- checkpoints/000005 of 15 events: cosigned by none of them.",
            ],
        ),
    ):
        policy = WitnessPolicy([one.key, two.key], quorum)
        report = verify_export(tmp_path / "export", [run.key.verifier], witnesses=policy)
        assert report.ok
        assert report.cosigned is not None
        told = [line.partition(", last at")[0] for line in cosigned_lines(report.cosigned, report.size)]
        assert told == said


class TestAnotherHistory:
    """A database that was rewritten, or restored: what was signed before is what the witness knows."""

    async def test_is_caught_by_the_witness_and_told(self, run, ledger, fresh_ledger) -> None:
        await count(ledger, events=4)
        await run.signs()
        await run.asking.run()
        for events, said in ((9, "another history"), (2, "more than this log has")):
            async with fresh_ledger() as (store, other):
                forked = Run(store, run.clock, run.key, run.watchers)
                await count(other, events=events)
                await forked.signs()
                await forked.asking.run()
                assert all(said in one for one in forked.alarms.values())
                assert len(forked.alarms) == 2
                assert await forked.cosigned_by() == set()

    async def test_shown_to_a_second_witness_lacks_the_quorum(
        self, run, ledger, fresh_ledger, tmp_path
    ) -> None:
        """Split view: each witness sees another log. No export of one of them has both cosignatures."""
        one, two = run.watchers
        await count(ledger, events=4)
        await run.signs()
        run.asking.witnesses = [one]
        await run.asking.run()
        async with fresh_ledger() as (store, other):
            forked = Run(store, run.clock, run.key, [two])
            await count(other, events=9)
            await forked.signs()
            await forked.asking.run()
            assert forked.alarms == {}, "it is told nothing, for nobody has seen both"
            for number, each in enumerate((run.store, store)):
                leaves, texts, notes = await to_export(each)
                target = tmp_path / f"export-{number}"
                write_export(target, leaves, texts, notes, [run.key.verifier])
                both = WitnessPolicy([one.key, two.key], 2)
                report = verify_export(target, [run.key.verifier], witnesses=both)
                assert [problem.partition(":")[0] for problem in report.problems] == [
                    "No checkpoint here is cosigned by 2 of the 2 witnesses given"
                ]
                either = verify_export(target, [run.key.verifier], witnesses=WitnessPolicy(both.keys, 1))
                assert either.ok
                assert any("cosigned by 1 of 2 witnesses" in line for line in lines(either))


@pytest.fixture
def fresh_ledger(world, clock: Clock, tmp_path: Path, migrated_sqlite: Path) -> Callable:
    """Another database, with nothing in it."""

    @asynccontextmanager
    async def fresh() -> AsyncIterator[tuple[Store, object]]:
        async with AsyncExitStack() as stack:
            directory = tmp_path / f"other-{len(list(tmp_path.iterdir()))}"
            directory.mkdir()
            store = await stack.enter_async_context(opened(fresh_sqlite(migrated_sqlite, directory).url))
            yield store, tally_ledger(store, world, clock)

    return fresh


async def test_a_cosignature_is_never_changed(run, ledger) -> None:
    await count(ledger)
    await run.signs()
    await run.asking.run()
    for statement in (delete(tables.cosignatures), update(tables.cosignatures).values(line="x")):
        with pytest.raises(DBAPIError):
            async with run.store.write_transaction() as connection:
                await connection.execute(statement)


class TestTheSetting:
    def test_names_addresses_and_keys(self, run) -> None:
        key = run.watchers[0].key
        assert read_witnesses(f"https://one.example/ {key.text}") == (
            NamedWitness("https://one.example", key),
        )
        assert read_witnesses("") == ()

    @pytest.mark.parametrize(
        "given",
        [
            "https://one.example",
            "one.example {key}",
            "https://one.example x+y+z",
            "https://a {log}",
            "https://a {key}, https://b {key}",
        ],
    )
    def test_that_names_none_is_told(self, run, given: str) -> None:
        text = given.format(key=run.watchers[0].key.text, log=run.key.verifier.text)
        with pytest.raises(ValueError, match="witness"):
            read_witnesses(text)
