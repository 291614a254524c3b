"""What was taken before keeps somebody from taking more: on the real ledger, whichever replica and account they use."""

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock
from tests.people import EDSGER, GRACE, with_two_accounts
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess, TakenBefore
from workflows.access.break_glass.history import taken_before
from workflows.access.break_glass.performers import break_glass_performers, why_blocked
from workflows.access.break_glass.state import REVIEW
from workflows.access.commands import GiveBack, RequestAccess, ReviewAccess, Revoke
from workflows.access.state import KIND, Access
from workflows.database.store import Store
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done
from workflows.ledger.repository import Repository
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, TimePassed, World

NOTHING_BEFORE = TakenBefore()


@pytest.fixture
def reads(store: Store) -> Repository:
    return Repository(store)


async def take(ledger: Ledger, who: str = GRACE, before: TakenBefore = NOTHING_BEFORE) -> Access:
    command = TakeAccess(f"{KIND}_{ULID()}", "warehouse", 1_200, WHY, before=before)
    state: Access = (await ledger.handle(command, Actor(who), "slack")).state
    return state


async def give_back(ledger: Ledger, state: Access) -> None:
    await ledger.handle(GiveBack(state.id), Actor(state.owner), "slack")


async def before(reads: Repository, world: World, clock: Clock, who: str = GRACE) -> TakenBefore:
    return await taken_before(reads, world.directory, who, "warehouse", clock())


async def test_it_awaits_its_review_until_that_is_given(
    ledger: Ledger, reads: Repository, world: World, clock: Clock
) -> None:
    state = await take(ledger)
    assert (await before(reads, world, clock)).current == state.id
    await give_back(ledger, state)
    found = await before(reads, world, clock)
    assert (found.current, found.unreviewed, found.overdue) == (None, (state.id,), ())
    assert [one.id for one in await reads.awaiting(Access, KIND, REVIEW)] == [state.id]

    await ledger.handle(ReviewBreakGlass(state.id, "justified", "looked at it"), Actor(EDSGER), "slack")
    assert await before(reads, world, clock) == TakenBefore()
    assert await reads.awaiting(Access, KIND, REVIEW) == []


async def test_an_overdue_one_is_found_even_if_no_clockwork_has_come_by(
    ledger: Ledger, reads: Repository, world: World, clock: Clock
) -> None:
    state = await take(ledger)
    clock.forward(hours=25)
    assert (await before(reads, world, clock)).overdue == (state.id,)
    await ledger.handle(TimePassed(state.id), CLOCKWORK, "clockwork")
    assert (await before(reads, world, clock)).overdue == (state.id,)


async def test_another_account_of_the_same_person_is_theirs(
    ledger: Ledger, reads: Repository, world: World, clock: Clock
) -> None:
    state = await take(ledger)
    both = with_two_accounts(world, GRACE, EDSGER)
    assert (await before(reads, both, clock, EDSGER)).unreviewed == (state.id,)
    assert (await before(reads, world, clock, EDSGER)).unreviewed == ()


async def test_a_denial_is_found(ledger: Ledger, reads: Repository, world: World, clock: Clock) -> None:
    asked = RequestAccess(f"{KIND}_{ULID()}", "warehouse", 1_200, WHY)
    state: Access = (await ledger.handle(asked, Actor(GRACE), "slack")).state
    verdict = ReviewAccess(state.id, "deny", state.digest, state.terms.digest, "not today")
    await ledger.handle(verdict, Actor(EDSGER), "slack")
    found = (await before(reads, world, clock)).denied
    assert found is not None
    assert (found.request, found.by, found.at) == (state.id, EDSGER, clock())


async def test_of_two_taken_at_the_same_moment_one_is_left(
    ledger: Ledger, store: Store, reads: Repository, world: World, clock: Clock
) -> None:
    """Neither replica knew of the other's: both looked before either had recorded anything."""
    other = Ledger(store, WORKFLOWS, lambda: world, clock)
    one, two = await take(ledger), await take(other)
    first, second = sorted((one, two), key=lambda state: state.id)
    assert await why_blocked(reads, world, first) is None
    perform = break_glass_performers(reads, lambda: world)["check-break-glass"].perform
    for state in (first, second):
        result = await perform(effect_of(state))
        assert isinstance(result, Done)
        if result.command:
            assert isinstance(result.command, Revoke)
            await ledger.handle(result.command, OUTBOX, "outbox")
    found = {state.id: await reads.find(Access, state.id) for state in (first, second)}
    assert [found[one.id].status for one in (first, second)] == ["active", "ended"]  # type: ignore[union-attr]
    await other.drain()


async def test_more_than_may_be_unreviewed_are_not_left_either(
    ledger: Ledger, reads: Repository, world: World, clock: Clock
) -> None:
    taken = []
    for _ in range(4):
        taken.append(await take(ledger))
        await give_back(ledger, taken[-1])
        clock.forward(minutes=1)
    assert [
        await why_blocked(reads, world, one) is None for one in sorted(taken, key=lambda one: one.id)
    ] == [
        True,
        True,
        True,
        False,
    ]


async def test_what_was_approved_is_none_of_its_concern(
    ledger: Ledger, reads: Repository, world: World
) -> None:
    asked = RequestAccess(f"{KIND}_{ULID()}", "warehouse-sample", 600, WHY)
    state: Access = (await ledger.handle(asked, Actor(GRACE), "slack")).state
    assert state.status == "active"
    assert await why_blocked(reads, world, state) is None


def effect_of(state: Access) -> ClaimedEffect:
    return ClaimedEffect(1, state.id, 1, 1, "check-break-glass", {}, 1)
