"""The one write path: state, event and effects together or not at all, and a click counts once (P2, P5)."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from tests.builders import replicas, world_of
from tests.spine.tally import SOMEBODY, Count, Crash, Reach, Refuse, Tally, count, rows, tally_ledger, total
from workflows.audit.tlog.canonical import LeafError
from workflows.audit.tlog.leaf import commitment, read_leaf
from workflows.ledger.ledger import Recorded
from workflows.ledger.repository import Repository
from workflows.ledger.work import BATCH
from workflows.workflow import Effect, Refused

TELL = Effect("tell", lock="a", payload={"person": "UADA"})


async def test_a_command_writes_state_events_and_effects_together(store, ledger, clock, bundle):
    outcome = await count(ledger, by=2, events=2, note="one more", effects=(TELL,))

    assert (outcome.version, outcome.state.total, len(outcome.events)) == (1, 4, 2)
    assert await Repository(store).find(Tally, "tly_1") == outcome.state
    events = await rows(store, "events")
    assert [(e.subject, e.version, e.position, e.actor, e.surface, e.action) for e in events] == [
        ("tly_1", 1, position, "UADA", "test", "tally.counted") for position in (0, 1)
    ]
    assert [(e.kind, e.status, e.version, e.position) for e in await rows(store, "effects")] == [
        ("tell", "pending", 1, 0),
        ("tell", "pending", 1, 1),
    ]


async def test_what_people_type_stands_beside_the_leaf(store, ledger, clock, bundle):
    await count(ledger, note="<!channel> & `x` 🎈", fact="plain")

    (event,) = await rows(store, "events")
    (text,) = await rows(store, "texts")
    leaf = read_leaf(event.leaf)
    assert "channel" not in event.leaf.decode()
    assert leaf.texts == {"note": commitment(bytes.fromhex(text.salt), text.text)}
    assert (text.event, text.field, text.text) == (event.id, "note", "<!channel> & `x` 🎈")
    assert (leaf.id, leaf.time, leaf.policy, leaf.facts["fact"]) == (
        event.id,
        clock.at,
        bundle.digest,
        "plain",
    )


class TestARefusal:
    async def test_is_an_event_too_and_changes_nothing(self, store, ledger):
        before = await count(ledger, by=3)

        outcome = await ledger.handle(Refuse("tly_1"), SOMEBODY, "test")

        assert outcome.refusal == Refused("no", "This tally is not counted.")
        assert (outcome.version, outcome.state) == (2, before.state)
        last = (await rows(store, "events"))[-1]
        assert (last.version, last.action) == (2, "tally.refused")
        assert read_leaf(last.leaf).facts == {"command": "Refuse", "code": "no"}
        assert (await rows(store, "texts"))[-1].text == "This tally is not counted."

    async def test_can_be_repeated_before_there_is_any_state(self, store, ledger, clock):
        """Somebody corrects a form three times: the request it will become has its id from the start."""
        for _ in range(3):
            assert (await ledger.handle(Refuse("tly_new"), SOMEBODY, "test")).refusal
            clock.forward(seconds=1)
        assert await rows(store, "subjects") == []

        outcome = await count(ledger, "tly_new")

        assert (outcome.version, outcome.state.total) == (4, 1)
        assert [event.version for event in await rows(store, "events")] == [1, 2, 3, 4]


class TestAClickCountsOnce:
    async def test_when_it_is_delivered_again_and_again(self, store, ledger):
        first = await count(ledger, command_id="slack/1")
        again = await asyncio.gather(*(count(ledger, command_id="slack/1") for _ in range(5)))

        assert all(one == type(one)("tly_1", first.version, first.state) for one in again)
        assert len(await rows(store, "events")) == 1

    async def test_when_it_is_delivered_twice_at_once(self, store, ledger):
        outcomes = await asyncio.gather(*(count(ledger, command_id="slack/1") for _ in range(10)))

        assert sum(bool(outcome.events) for outcome in outcomes) == 1
        assert len(await rows(store, "events")) == 1

    async def test_even_for_another_subject(self, store, ledger):
        await count(ledger, "tly_1", command_id="slack/1")
        assert (await count(ledger, "tly_2", command_id="slack/1")).state is None

    async def test_when_two_replicas_get_it_at_once(self, postgres_database, world, clock):
        async with replicas(postgres_database.url) as (one, two):
            ledgers = [tally_ledger(store, world, clock) for store in (one, two)]

            outcomes = await asyncio.gather(
                *(
                    count(ledger, f"tly_{subject}", command_id=f"slack/{subject}")
                    for subject in range(20)
                    for ledger in ledgers
                )
            )

            assert sum(bool(outcome.events) for outcome in outcomes) == 20
            assert len(await rows(one, "events")) == 20

    async def test_a_key_stands_once_whoever_writes_it(self, store, ledger):
        await count(ledger, "tly_1", key="only/one")

        with pytest.raises(IntegrityError):
            await count(ledger, "tly_2", key="only/one")
        assert [row.id for row in await rows(store, "subjects")] == ["tly_1"]


class TestTwoReplicas:
    async def test_have_one_outcome_between_them(self, postgres_database, world, clock):
        """Both want the same subject at the same total; one of them finds it there already."""
        async with replicas(postgres_database.url) as (one, two):
            ledgers = [tally_ledger(store, world, clock) for store in (one, two)]

            for total in range(1, 11):
                outcomes = await asyncio.gather(
                    *(ledger.handle(Reach("tly_1", total), SOMEBODY, "test") for ledger in ledgers)
                )
                assert sorted(len(outcome.events) for outcome in outcomes) == [0, 1]
                assert {outcome.state.total for outcome in outcomes} == {total}

            assert [event.version for event in await rows(one, "events")] == list(range(1, 11))

    async def test_never_overwrite_each_other(self, postgres_database, world, clock):
        async with replicas(postgres_database.url) as (one, two):
            ledgers = [tally_ledger(store, world, clock) for store in (one, two)]

            await asyncio.gather(*(count(ledger, f"tly_{n % 3}") for n in range(30) for ledger in ledgers))

            for subject in range(3):
                assert await total(one, f"tly_{subject}") == 20

    async def test_can_refuse_and_create_the_same_subject_at_once(self, postgres_database, world, clock):
        async with replicas(postgres_database.url) as (one, two):
            refusing, counting = (tally_ledger(store, world, clock) for store in (one, two))

            for n in range(20):
                refusals = [refusing.handle(Refuse(f"tly_{n}"), SOMEBODY, "test") for _ in range(3)]
                await asyncio.gather(*refusals, count(counting, f"tly_{n}"))
                assert (await count(refusing, f"tly_{n}")).version == 5


class TestManyAtOnce:
    async def test_share_a_few_transactions(self, store, world, clock):
        begun: list[str] = []
        ledger = tally_ledger(store, world, clock, reach=begun.append)

        outcomes = await asyncio.gather(*(count(ledger, f"tly_{n}", by=n) for n in range(100)))

        assert [outcome.state.total for outcome in outcomes] == list(range(100))
        assert begun.count("ledger.begin") <= 100 // BATCH + 2

    async def test_are_decided_in_order_on_one_subject(self, store, ledger):
        outcomes = await asyncio.gather(*(count(ledger, by=n) for n in range(20)))

        assert [outcome.version for outcome in outcomes] == list(range(1, 21))
        assert outcomes[-1].state.total == sum(range(20))

    @pytest.mark.parametrize(
        ("poison", "error"),
        [
            (Count("tly_bad", fact="x" * 70_000), LeafError),
            (Count("tly_bad", note="\ud800"), LeafError),
            (Crash("tly_bad"), RuntimeError),
        ],
    )
    async def test_a_poisoned_one_fails_alone(self, store, ledger, poison, error):
        good = [Count(f"tly_{n}", by=n) for n in range(1, 50)]

        outcomes = await asyncio.gather(
            *(ledger.handle(command, SOMEBODY, "test") for command in [*good[:25], poison, *good[25:]]),
            return_exceptions=True,
        )

        assert isinstance(outcomes.pop(25), error)
        assert [outcome.state.total for outcome in outcomes] == list(range(1, 50))
        assert len(await rows(store, "events")) == 49
        assert "tly_bad" not in {row.id for row in await rows(store, "subjects")}


async def test_an_event_is_never_dated_before_the_one_it_follows(store, ledger, clock):
    await count(ledger)
    clock.forward(seconds=-5)
    await count(ledger)

    first, second = await rows(store, "events")
    assert first.at == second.at > clock.at


async def test_a_transaction_that_fails_leaves_nothing(store, world, clock):
    def die(step: str) -> None:
        if step == "ledger.before_commit":
            raise RuntimeError("the process died here")

    with pytest.raises(RuntimeError):
        await count(tally_ledger(store, world, clock, reach=die), note="gone", effects=(TELL,), key="k")

    for table in ("events", "texts", "subjects", "once", "effects"):
        assert await rows(store, table) == [], table


async def test_a_ledger_goes_on_after_a_failure(ledger):
    with pytest.raises(RuntimeError):
        await ledger.handle(Crash("tly_1"), SOMEBODY, "test")
    assert (await count(ledger)).state.total == 1


async def test_who_performs_and_who_keeps_time_hears_of_each_transaction(store, world, clock):
    heard: list[Recorded] = []
    ledger = tally_ledger(store, world, clock, recorded=heard.append)

    await count(ledger)
    await count(ledger, effects=(TELL,), due_at=clock.at)
    await ledger.handle(Reach("tly_1", 0), SOMEBODY, "test")

    assert heard == [
        Recorded((), None, None),
        Recorded((), clock.at, clock.at),
        Recorded((), None, None),
    ]


async def test_effects_that_say_the_same_are_one(store, ledger):
    draw = Effect("draw", lock="a", dedup_key="a/draw")
    for _ in range(3):
        await count(ledger, effects=(draw, TELL))

    assert [e.kind for e in await rows(store, "effects")] == ["draw", "tell", "tell", "tell"]


async def test_a_caller_who_goes_away_hurts_nobody(store, ledger):
    waiting = asyncio.create_task(count(ledger, "tly_1"))
    await asyncio.sleep(0)
    waiting.cancel()

    assert (await count(ledger, "tly_2")).version == 1
    assert {row.id for row in await rows(store, "subjects")} == {"tly_1", "tly_2"}


async def test_the_policy_in_force_stands_on_the_event(store, clock, bundle):
    ledger = tally_ledger(store, world_of(bundle), clock)
    await count(ledger)
    (event,) = await rows(store, "events")
    assert read_leaf(event.leaf).policy == bundle.digest
