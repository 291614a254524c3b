"""Effects are performed at least once, in order within a lock, and what became of them is on record (P5, P7)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Clock, replicas
from tests.spine.tally import Count, Crash, count, rows, tally_ledger, total
from workflows.database.store import Store
from workflows.ledger.claim import CLAIM, Claimant, ClaimedEffect
from workflows.ledger.ledger import Recorded
from workflows.ledger.outbox import (
    MAX_PAUSE_SECONDS,
    Done,
    Later,
    Never,
    Outbox,
    Perform,
    Performer,
    Result,
    pause,
)
from workflows.ledger.repository import Repository
from workflows.ledger.transaction import Settled
from workflows.ledger.worker_pools import YIELDING_SECONDS, Pool
from workflows.workflow import OUTBOX, Effect, World


class Hand:
    """Performs effects: answers as it was told to, in turn, and else that it is done."""

    def __init__(self, *answers: Result | Exception) -> None:
        self.answers = list(answers)
        self.performed: list[ClaimedEffect] = []

    async def __call__(self, effect: ClaimedEffect) -> Result:
        self.performed.append(effect)
        answer = self.answers.pop(0) if self.answers else Done()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def payloads(self) -> list[Any]:
        return [effect.payload["n"] for effect in self.performed]


Open = Callable[..., Outbox]
WORKING = Pool("working", workers=8, ahead=4, urgent=True)


def by(hand: Perform, pool: Pool = WORKING, seconds: float = 60, **more: Any) -> Performer:
    return Performer(hand, pool, seconds, **more)


@pytest.fixture
def outbox(store: Store, world: World, clock: Clock) -> Open:
    """Another outbox on the same database, as another replica has one; `others` perform other kinds."""

    def opening(
        hand: Perform, pool: Pool = WORKING, others: dict[str, Performer] | None = None, **hooks: Any
    ) -> Outbox:
        performers = {"do": by(hand, pool), **(others or {})}
        return Outbox(store, tally_ledger(store, world, clock), performers, clock, **hooks)

    return opening


def do(n: int = 0, lock: str = "a", priority: int = 1, kind: str = "do", **more: Any) -> Effect:
    return Effect(kind, lock=lock, payload={"n": n}, priority=priority, **more)


async def look(outbox: Outbox, times: int = 1) -> Any:
    """Look for what is due, so many times, each time until it is performed; when to look again."""
    again = None
    for _ in range(times):
        again = await outbox.perform_due()
        await outbox.drain()
    return again


class Monotonic:
    """The clock that goes on whatever the one on the wall is set to, put forward by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


async def statuses(store: Store) -> list[tuple[str, int]]:
    return [(effect.status, effect.attempts) for effect in await rows(store, "effects")]


class TestTheOrder:
    async def test_within_a_lock_is_that_of_writing(self, ledger, outbox):
        hand = Hand()
        await count(ledger, effects=(do(1), do(2), do(3)))

        await look(outbox(hand), times=4)

        assert hand.payloads == [1, 2, 3]

    async def test_holds_while_the_first_is_tried_again(self, store, ledger, outbox, clock):
        hand = Hand(Later("not now"))
        box = outbox(hand)
        await count(ledger, effects=(do(1), do(2)))

        await look(box, times=3)
        assert hand.payloads == [1]

        clock.forward(seconds=MAX_PAUSE_SECONDS)
        await look(box, times=3)
        assert hand.payloads == [1, 1, 2]

    async def test_is_not_held_up_by_what_can_never_be_done(self, store, ledger, outbox):
        hand = Hand(Never("no such channel"))
        await count(ledger, effects=(do(1), do(2)))

        await look(outbox(hand), times=3)

        assert hand.payloads == [1, 2]
        assert await statuses(store) == [("failed", 1), ("done", 1)]

    async def test_of_lanes_is_by_priority_then_age(self, ledger, outbox):
        hand = Hand()
        await count(ledger, effects=(do(1, "a", 6), do(2, "b", 5), do(3, "c", 0), do(4, "d", 5)))

        await look(outbox(hand, Pool("one", workers=1, ahead=4)), times=5)

        assert hand.payloads == [3, 2, 4, 1]

    async def test_lets_lanes_go_side_by_side_but_no_more_than_there_are_hands(self, ledger, outbox):
        busy, most, gate = 0, 0, asyncio.Event()

        async def slow(effect: ClaimedEffect) -> Result:
            nonlocal busy, most
            busy, most = busy + 1, max(most, busy + 1)
            await gate.wait()
            busy -= 1
            return Done()

        box = outbox(slow, Pool("three", workers=3, ahead=4))
        await count(ledger, effects=tuple(do(n, lock=f"{n}") for n in range(20)))
        assert await box.perform_due() is None, "enough is claimed: it is woken when that is done"
        assert await box.perform_due() is None
        while most < 3:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.01)
        gate.set()
        await box.drain()
        await look(box)

        assert most == 3

    async def test_waits_for_what_is_to_gather_first(self, ledger, outbox, clock):
        hand = Hand()
        box = outbox(hand)
        await count(ledger, effects=(do(1, delay=0.5),))

        assert await look(box) == clock.at + timedelta(seconds=0.5)
        clock.forward(seconds=0.5)
        await look(box)

        assert hand.payloads == [1]


class TestWhatBecameOfIt:
    async def test_is_told_to_the_subject_in_the_same_transaction(self, store, ledger, outbox):
        await count(ledger, effects=(do(),))

        await look(outbox(Hand(Done(Count("tly_1", by=5)))))

        assert await statuses(store) == [("done", 1)]
        assert await total(store) == 6
        last = (await rows(store, "events"))[-1]
        assert (last.actor, last.surface) == ("daypass:outbox", "outbox")

    async def test_stays_open_when_it_could_not_be_told(self, store, ledger, outbox, clock):
        """The effect and the command that its outcome gives rise to are recorded together or not at all."""
        await count(ledger, effects=(do(),))
        hand = Hand(Done(Crash("tly_1")))

        box = outbox(hand)
        await look(box)
        assert await statuses(store) == [("claimed", 1)]

        clock.forward(seconds=CLAIM.total_seconds())
        await look(box)
        assert await statuses(store) == [("done", 2)]

    async def test_is_retried_with_its_reason_in_sight(self, store, ledger, outbox, clock):
        hand = Hand(Later("Vault is sealed."), Later("Vault is still sealed.", Count("tly_1")))
        box = outbox(hand)
        await count(ledger, effects=(do(),))

        await look(box, times=2)
        (open_one,) = await Repository(store).open_effects()
        assert (open_one.status, open_one.attempts, open_one.last_error) == ("pending", 1, "Vault is sealed.")

        clock.at = open_one.not_before
        await look(box)
        (open_one,) = await Repository(store).open_effects()
        assert (open_one.attempts, open_one.last_error) == (2, "Vault is still sealed.")

        clock.at = open_one.not_before
        assert await look(box, times=2) is None
        assert await Repository(store).open_effects() == []
        assert await total(store) == 2

    async def test_waits_as_long_as_the_other_side_asks(self, store, ledger, outbox, clock):
        await count(ledger, effects=(do(),))

        await look(outbox(Hand(Later("Slack asks for a minute.", pause=60))))

        (open_one,) = await Repository(store).open_effects()
        assert open_one.not_before == clock.at + timedelta(minutes=1)

    async def test_stays_in_sight_when_it_can_never_be_done(self, store, ledger, outbox):
        await count(ledger, effects=(do(),))

        await look(outbox(Hand(Never("The policy is gone.", Count("tly_1")))), times=2)

        (open_one,) = await Repository(store).open_effects()
        assert (open_one.status, open_one.last_error) == ("failed", "The policy is gone.")
        assert await total(store) == 2

    async def test_is_tried_again_after_a_fault_of_our_own(self, store, ledger, outbox, clock):
        hand = Hand(ZeroDivisionError("a defect"))
        box = outbox(hand)
        await count(ledger, effects=(do(),))

        await look(box)
        (open_one,) = await Repository(store).open_effects()
        assert open_one.last_error == "Daypass failed at this; its log has the details."

        clock.at = open_one.not_before
        await look(box)
        assert await statuses(store) == [("done", 2)]

    async def test_is_tried_again_when_nobody_knows_how(self, store, ledger, outbox):
        await count(ledger, effects=(Effect("unheard-of", lock="a"), do(1, "b")))
        hand = Hand()

        await look(outbox(hand))

        assert hand.payloads == [1]
        assert await statuses(store) == [("pending", 1), ("done", 1)]


class TestAClaim:
    async def test_keeps_others_away_until_its_deadline(self, store, ledger, outbox, clock):
        gate = asyncio.Event()

        async def hang(effect: ClaimedEffect) -> Result:
            await gate.wait()
            return Done(Count("tly_1", by=1_000))

        dying, hand = outbox(hang), Hand()
        await count(ledger, effects=(do(),))
        await dying.perform_due()

        clock.forward(seconds=CLAIM.total_seconds() - 1)
        assert await look(outbox(hand)) == clock.at + timedelta(seconds=1)
        assert hand.performed == []

        clock.forward(seconds=1)
        await look(outbox(hand))
        assert [effect.attempts for effect in hand.performed] == [2]
        gate.set()
        await dying.drain()

    async def test_is_kept_while_its_effect_is_performed(self, store, ledger, outbox, clock):
        """What takes minutes isn't taken up a second time, as long as its process lives."""
        slow, hand = Slow(), Hand()
        monotonic = Monotonic()
        living = outbox(slow, monotonic=monotonic)
        await count(ledger, effects=(do(),))
        await living.perform_due()
        for _ in range(20):
            clock.forward(seconds=living.keeps_every)
            monotonic.seconds += living.keeps_every
            await living.keep_claims()
            await look(outbox(hand))
        assert hand.performed == []

        clock.forward(seconds=CLAIM.total_seconds())
        await look(outbox(hand))
        assert [effect.attempts for effect in hand.performed] == [2]
        slow.go.set()
        await living.drain()

    async def test_that_ran_out_before_a_worker_was_free_is_left_to_others(
        self, store, ledger, outbox, clock
    ):
        """As when the process was suspended: it could be in somebody else's hands."""
        slow, hand = Slow(), Hand()
        monotonic = Monotonic()
        late = outbox(slow, Pool("one", workers=1, ahead=4), monotonic=monotonic)
        await count(ledger, effects=(do(1, "a"), do(2, "b")))
        await late.perform_due()
        await asyncio.sleep(0)
        clock.forward(seconds=CLAIM.total_seconds())
        monotonic.seconds += CLAIM.total_seconds()
        await look(outbox(hand))
        slow.go.set()
        await late.drain()
        assert [effect.payload["n"] for effect in slow.begun] == [1]
        assert hand.payloads == [1, 2]

    async def test_costs_nothing_to_keep_while_nothing_is_in_hand(self, store, ledger, outbox):
        box = outbox(Hand())
        await store.close()
        await box.keep_claims()

    async def test_that_was_lost_settles_nothing(self, store, ledger, outbox, clock):
        gate = asyncio.Event()

        async def slow(effect: ClaimedEffect) -> Result:
            await gate.wait()
            return Never("too late to matter", Count("tly_1", by=5))

        late = outbox(slow)
        await count(ledger, effects=(do(),))
        await late.perform_due()
        clock.forward(seconds=CLAIM.total_seconds())
        await look(outbox(Hand(Later("the second attempt's reason"))))
        gate.set()
        await late.drain()

        (effect,) = await rows(store, "effects")
        assert (effect.status, effect.attempts, effect.last_error) == (
            "pending",
            2,
            "the second attempt's reason",
        )

    async def test_that_was_lost_still_tells_the_subject_what_it_saw(self, store, ledger, outbox, clock):
        """A credential that was minted after all has to be known, whoever performs the effect now."""
        await ledger.settle(Settled(99, "nobody", "done", clock.at, clock.at), Count("tly_1", by=7), OUTBOX)
        assert await total(store) == 7

    async def test_is_taken_over_at_once_where_no_other_process_can_live(self, store, ledger, outbox, clock):
        gate = asyncio.Event()

        async def hang(effect: ClaimedEffect) -> Result:
            await gate.wait()
            return Done()

        dead, hand = outbox(hang), Hand()
        await count(ledger, effects=(do(),))
        await dead.perform_due()

        successor = outbox(hand)
        await successor.take_over()
        await look(successor)

        assert [effect.attempts for effect in hand.performed] == [2]
        gate.set()
        await dead.drain()

    async def test_is_one_replicas_alone(self, postgres_database, world, clock):
        performed: list[int] = []

        async def note(effect: ClaimedEffect) -> Result:
            performed.append(effect.seq)
            return Done()

        async with replicas(postgres_database.url, 3) as stores:
            ledgers = [tally_ledger(store, world, clock) for store in stores]
            boxes = [
                Outbox(store, ledger, {"do": by(note)}, clock)
                for store, ledger in zip(stores, ledgers, strict=True)
            ]
            await count(ledgers[0], effects=tuple(do(n, lock=f"{n % 10}") for n in range(30)))
            for _ in range(8):
                await asyncio.gather(*(look(box) for box in boxes))

        assert sorted(performed) == list(range(1, 31))
        locks = [[seq for seq in performed if seq % 10 == lock] for lock in range(10)]
        assert all(lock == sorted(lock) for lock in locks)


class Slow:
    """Performs nothing to its end before it is let go; notes what it has begun."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun: list[ClaimedEffect] = []

    async def __call__(self, effect: ClaimedEffect) -> Result:
        self.begun.append(effect)
        await self.go.wait()
        return Done()

    async def has_begun(self, number: int) -> None:
        """Return once it has begun so many, which are all that it may."""
        async with asyncio.timeout(30):
            while len(self.begun) < number:
                await asyncio.sleep(0.005)
        assert len(self.begun) == number


SLOW = Pool("slow", workers=2)
QUICK = Pool("quick", workers=4, ahead=4, urgent=True)
TELLING = Pool("telling", workers=3, yields=True)


class TestAPool:
    @pytest.mark.parametrize("priority", [0, 9])
    async def test_takes_nothing_of_another_however_much_waits_for_it(self, ledger, outbox, clock, priority):
        """A hundred slow effects, even ones that go first, against one of another kind."""
        slow, hand = Slow(), Hand()
        box = outbox(hand, QUICK, {"slow": by(slow, SLOW)})
        await count(ledger, effects=tuple(do(n, f"{n}", priority, "slow") for n in range(100)))
        await box.perform_due()
        await count(ledger, "tly_2", effects=(do(100, "z"),))
        await box.perform_due()
        async with asyncio.timeout(30):
            while not hand.performed:
                await asyncio.sleep(0.005)

        assert hand.payloads == [100]
        assert len(slow.begun) == SLOW.workers
        slow.go.set()
        await box.drain()

    async def test_claims_no_more_of_what_is_slow_than_it_can_perform(self, store, ledger, outbox):
        """What is claimed and waits could be performed by another replica."""
        slow = Slow()
        box = outbox(Hand(), QUICK, {"slow": by(slow, SLOW)})
        await count(ledger, effects=tuple(do(n, f"{n}", kind="slow") for n in range(6)))
        for _ in range(3):
            await box.perform_due()

        assert [status for status, _ in await statuses(store)].count("claimed") == SLOW.workers
        slow.go.set()
        await box.drain()
        await look(box, times=3)
        assert {status for status, _ in await statuses(store)} == {"done"}

    async def test_of_what_only_tells_leaves_the_way_to_what_is_urgent(self, ledger, outbox):
        """But not for ever: what is urgent may be stuck, and what people see has to go on."""
        slow, hand, monotonic = Slow(), Slow(), Monotonic()
        box = outbox(hand, QUICK, {"tell": by(slow, TELLING)}, monotonic=monotonic)
        await count(ledger, effects=(do(0, "z"), *(do(n, f"{n}", 5, "tell") for n in range(1, 9))))
        await box.perform_due()
        await box.perform_due()
        await hand.has_begun(1)
        assert slow.begun == []

        monotonic.seconds += YIELDING_SECONDS
        await box.perform_due()
        await box.perform_due()
        await slow.has_begun(1)
        assert len(hand.begun) == 1

        hand.go.set()
        async with asyncio.timeout(30):
            while len(slow.begun) < TELLING.workers:
                await box.perform_due()
                await asyncio.sleep(0.005)
        slow.go.set()
        await box.drain()

    async def test_is_not_overrun_by_what_is_begun_at_once(self, store, world, clock):
        """The ledger claims only as many as there is room for; the others wait like any effect."""
        begun: list[ClaimedEffect] = []
        claimant = Claimant("this one", room=lambda kind: 2 - len(begun))
        ledger = tally_ledger(
            store, world, clock, claimant=claimant, recorded=lambda what: begun.extend(what.begun)
        )
        await count(ledger, effects=tuple(do(n, f"{n}", at_once=True) for n in range(5)))
        await count(ledger, effects=(do(5, "5", at_once=True),))

        assert [effect.payload["n"] for effect in begun] == [0, 1]
        hand = Hand()
        await look(Outbox(store, ledger, {"do": by(hand)}, clock))
        assert hand.payloads == [2, 3, 4, 5]
        assert [effect.attempts for effect in hand.performed] == [1, 1, 1, 1]

    async def test_keeps_the_order_within_a_lock_that_it_shares_with_another(self, ledger, outbox):
        slow, hand = Slow(), Hand()
        box = outbox(hand, QUICK, {"slow": by(slow, SLOW)})
        await count(ledger, effects=(do(1, kind="slow"), do(2)))
        await box.perform_due()
        await box.perform_due()
        await slow.has_begun(1)
        assert hand.performed == []

        slow.go.set()
        await box.drain()
        await look(box)
        assert hand.payloads == [2]


class TestAnAttempt:
    async def test_that_takes_too_long_is_stopped_and_tried_again(self, store, ledger, outbox):
        """Its worker is free again, and its subject hears why."""
        stuck, hand = Slow(), Hand()
        told = by(stuck, Pool("stuck", workers=1), 0.02, told=lambda effect, why: Count("tly_1", note=why))
        box = outbox(hand, QUICK, {"stuck": told})
        await count(ledger, effects=(do(1, "a", kind="stuck"), do(2, "b", kind="stuck")))

        await look(box, times=2)

        assert [effect.payload["n"] for effect in stuck.begun] == [1, 2]
        assert await statuses(store) == [("pending", 1), ("pending", 1)]
        (first, _) = await Repository(store).open_effects()
        assert first.last_error == "It wasn't finished within 0.02 s and was stopped. Daypass tries again."
        assert await total(store) == 3

    async def test_that_takes_long_holds_up_no_shutdown(self, store, ledger, outbox, clock):
        slow, hand = Slow(), Hand()
        ending = outbox(slow)
        await count(ledger, effects=(do(),))
        await ending.perform_due()
        await ending.drain(0.02)
        assert await statuses(store) == [("claimed", 1)]

        clock.forward(seconds=CLAIM.total_seconds())
        await look(outbox(hand))
        assert hand.payloads == [0]

    async def test_that_fails_by_a_timeout_of_its_own_is_not_taken_for_stopped(self, store, ledger, outbox):
        await count(ledger, effects=(do(),))
        await look(outbox(Hand(TimeoutError("inside"))))
        (open_one,) = await Repository(store).open_effects()
        assert open_one.last_error == "Daypass failed at this; its log has the details."


class TestAClockThatWasSetBack:
    """What was written by the clock before it was set back by an hour doesn't wait for that hour."""

    async def test_holds_up_nothing_that_is_to_be_tried_again(self, store, ledger, outbox, clock):
        hand = Hand(Later("not now"))
        box = outbox(hand)
        await count(ledger, effects=(do(),))
        clock.forward(hours=3)
        await look(box)
        clock.at -= timedelta(hours=1)
        await look(box)
        assert len(hand.performed) == 1

        await box.clock_changed()
        await look(box)
        assert len(hand.performed) == 2

    async def test_leaves_what_was_to_wait_its_wait(self, ledger, outbox, clock):
        hand = Hand()
        box = outbox(hand)
        await count(ledger, effects=(do(delay=20),))
        clock.at -= timedelta(hours=1)
        await box.clock_changed()
        await box.clock_changed()

        assert await look(box) == clock.at + timedelta(seconds=20)
        assert hand.performed == []
        clock.forward(seconds=20)
        await look(box)
        assert hand.payloads == [0]

    async def test_lets_no_dead_process_keep_its_claims(self, ledger, outbox, clock):
        dead, hand = outbox(Slow()), Hand()
        await count(ledger, effects=(do(),))
        await dead.perform_due()
        clock.at -= timedelta(hours=1)
        successor = outbox(hand)
        await successor.clock_changed()
        assert await look(successor) == clock.at + CLAIM

        clock.forward(seconds=CLAIM.total_seconds())
        await look(successor)
        assert [effect.attempts for effect in hand.performed] == [2]
        await dead.drain(0)

    async def test_changes_nothing_of_what_waits_rightly(self, store, ledger, outbox, clock):
        hand = Hand(Later("not now", pause=20))
        box = outbox(hand)
        await count(ledger, effects=(do(1, "a"), do(2, "b", delay=60)))
        await look(box)
        before = await rows(store, "effects")
        await box.clock_changed()
        assert await rows(store, "effects") == before


class TestAnEffectThatIsBegunAtOnce:
    """What a person waits for is in hand as soon as it is recorded, without anybody looking for it."""

    async def test_is_performed_by_whoever_recorded_it(self, store, world, clock):
        recorded: list[Recorded] = []
        ledger = tally_ledger(store, world, clock, recorded=recorded.append)
        hand = Hand(Done(Count("tly_1", by=5)))
        box = Outbox(store, ledger, {"do": by(hand)}, clock)

        await count(ledger, effects=(do(7, at_once=True),))
        while not recorded:
            await asyncio.sleep(0.001)
        box.begin(recorded[0].begun)
        await box.drain()

        assert hand.payloads == [7]
        assert await statuses(store) == [("done", 1)]
        assert await total(store) == 6

    async def test_is_taken_up_by_others_if_its_process_dies(self, ledger, outbox, clock):
        hand = Hand()
        await count(ledger, effects=(do(at_once=True),))

        await look(outbox(hand))
        assert hand.performed == []

        clock.forward(seconds=CLAIM.total_seconds())
        await look(outbox(hand))
        assert [effect.attempts for effect in hand.performed] == [2]

    async def test_goes_before_what_follows_in_its_lock(self, ledger, outbox, clock):
        hand = Hand()
        await count(ledger, effects=(do(1, at_once=True),))
        await count(ledger, effects=(do(2),))

        await look(outbox(hand), times=2)
        assert hand.performed == []

        clock.forward(seconds=CLAIM.total_seconds())
        await look(outbox(hand), times=3)
        assert hand.payloads == [1, 2]


class TestEffectsThatSayTheSame:
    async def test_are_performed_once(self, ledger, outbox):
        hand = Hand()
        for n in range(3):
            await count(ledger, effects=(do(n, dedup_key="card"),))

        await look(outbox(hand), times=3)

        assert hand.payloads == [0]

    async def test_are_performed_once_more_if_the_first_is_under_way(self, store, ledger, outbox):
        """What is being drawn was read before the change; the change has to be drawn too."""
        gate = asyncio.Event()
        drawn: list[int] = []

        async def draw(effect: ClaimedEffect) -> Result:
            drawn.append(effect.version)
            await gate.wait()
            return Done()

        box = outbox(draw)
        await count(ledger, effects=(do(dedup_key="card"),))
        await box.perform_due()
        for _ in range(3):
            await count(ledger, effects=(do(dedup_key="card"),))
        gate.set()
        await box.drain()
        await look(box, times=3)

        assert drawn == [1, 2]

    async def test_let_one_that_waits_stand_for_the_next_and_be_done_at_once(self, store, ledger, outbox):
        hand = Hand(Later("Slack is away", pause=300))
        box = outbox(hand)
        await count(ledger, effects=(do(1, dedup_key="card"),))
        await look(box)
        await count(ledger, effects=(do(2, dedup_key="card"),))

        await look(box, times=3)

        assert await statuses(store) == [("done", 2)]

    async def test_give_up_one_that_has_to_be_tried_again_when_a_newer_one_stands(
        self, store, ledger, outbox
    ):
        gate, answers = asyncio.Event(), [Later("Slack is away", pause=300), Done()]

        async def draw(effect: ClaimedEffect) -> Result:
            await gate.wait()
            return answers.pop(0)

        box = outbox(draw)
        await count(ledger, effects=(do(1, dedup_key="card"),))
        await box.perform_due()
        await count(ledger, effects=(do(2, dedup_key="card"),))
        gate.set()
        await box.drain()
        await look(box, times=2)

        assert await statuses(store) == [("done", 1), ("done", 1)]
        assert not answers


@given(attempts=st.integers(1, 10_000))
def test_the_pause_grows_and_never_passes_half_a_minute(attempts):
    assert 0.1 < pause(1) < 1
    assert 0 < pause(attempts) <= MAX_PAUSE_SECONDS


async def test_it_says_when_to_look_again(ledger, outbox, clock):
    gate = asyncio.Event()

    async def put_off(effect: ClaimedEffect) -> Result:
        await gate.wait()
        return Later("not now", pause=7)

    box = outbox(put_off)
    assert await box.perform_due() is None

    await count(ledger, effects=(do(),))
    assert await box.perform_due() == clock.at + CLAIM
    gate.set()
    await box.drain()
    assert await box.perform_due() == clock.at + timedelta(seconds=7)


async def test_it_reports_each_step_and_each_end(ledger, outbox):
    steps: list[str] = []
    finished: list[None] = []
    await count(ledger, effects=(do(),))

    await look(outbox(Hand(), reach=steps.append, finished=lambda: finished.append(None)))

    assert steps == ["outbox.claim", "outbox.claimed", "outbox.performed.do", "outbox.settled.do"]
    assert len(finished) == 1
