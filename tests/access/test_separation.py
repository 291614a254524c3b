"""What nobody may have together nobody gets together: not asked for, not approved, not started, not at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from ulid import ULID

from tests.access.story import SUBJECT, WHY, Story
from tests.builders import EXAMPLE, WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, RADIA, with_two_accounts
from workflows.access.commands import GiveBack, RequestAccess, ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.decide import decide
from workflows.access.extensions import extended
from workflows.access.jobs import AccessJobs
from workflows.access.kits.commands import chosen_of
from workflows.access.separation import CODE, HOLDING, held_together
from workflows.access.separation import beside as separated_people
from workflows.access.state import KIND, Access
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.loading.load import load_bundle
from workflows.ports import Machine
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm
from workflows.workflow import OUTBOX, Actor, Decision, NoChange, Refused, World

DUTIES = """
separate_duties:
  - name: change-and-look
    entitlements: [warehouse, warehouse-write, warehouse-sample]
    because: Whoever changes features doesn't judge them
"""
OTHER = "acc_00"


KITS = """\
kits:
  look:
    title: Look closely
    description: At features and at people.
    entitlements: [warehouse-pii, warehouse]
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(
        changed_bundle(
            tmp_path_factory.mktemp("duties") / "bundle", files={"duties.yaml": DUTIES, "kits.yaml": KITS}
        )
    )


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


def held(world: World, who: str = ADA, what: str = "warehouse-sample", status: str = "active") -> Access:
    """Access that somebody has by now."""
    story = Story(world)
    story.asks(who, what, seconds=600)
    grant = story.now.grant
    return story.now.model_copy(update={"id": OTHER, "status": status, "grant": grant})


def beside(world: World, *others: Access) -> World:
    return replace(world, beside=others)


def test_conditions_are_not_accepted_beside_what_one_may_not_have(world: World) -> None:
    story = Story(world)
    story.asks(ADA)
    story.approves_for_less(GRACE, condition="Only the churn tables.")
    command = AcceptConditions(SUBJECT, story.now.digest)
    assert ADA in separated_people(story.now, command, Actor(ADA), world)
    story.world = beside(world, held(world))
    assert code(story.accepts(ADA)) == CODE
    story.world = beside(world, held(world, status="ended"))
    story.accepts(ADA)
    assert story.status == "active"


class TestAskingForWhatOneMayNotHaveBesides:
    def test_is_refused_with_the_other_grant_the_reason_and_the_next_step(self, world: World) -> None:
        story = Story(beside(world, held(world)))
        refusal = story.asks(ADA)
        assert isinstance(refusal, Refused)
        assert (refusal.code, list(refusal.fields)) == (CODE, ["entitlement"])
        for words in ("sample tables", "Whoever changes features doesn't judge them.", "Give it back"):
            assert words in refusal.sentence
        assert story.state is None

    @pytest.mark.parametrize("status", HOLDING)
    def test_is_refused_from_the_approval_until_the_end_is_confirmed(self, world: World, status: str) -> None:
        assert code(Story(beside(world, held(world, status=status))).asks(ADA)) == CODE

    @pytest.mark.parametrize("status", ["pending", "denied", "withdrawn", "lapsed", "ended"])
    def test_is_taken_while_the_other_isn_t_held(self, world: World, status: str) -> None:
        story = Story(beside(world, held(world, status=status)))
        story.asks(ADA)
        assert story.status == "pending"

    def test_is_taken_beside_more_of_the_same(self, world: World) -> None:
        story = Story(beside(world, held(world)))
        story.asks(ADA, "warehouse-sample", seconds=600)
        assert story.status == "active"

    def test_hides_what_is_private_from_everybody_else(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        story.world = beside(world, held(world).model_copy(update={"private": True}))
        refusal = story.approves(GRACE)
        assert isinstance(refusal, Refused)
        assert "sample" not in refusal.sentence


class TestTheApprovalOfOneOfTwo:
    def test_is_refused_once_the_other_was_approved(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        story.world = beside(world, held(world))
        refusal = story.approves(GRACE)
        assert isinstance(refusal, Refused)
        assert refusal.code == CODE
        assert "Ada has" in refusal.sentence
        assert story.status == "pending"

    def test_can_still_be_a_denial(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA)
        story.world = beside(world, held(world))
        story.denies(GRACE)
        assert story.status == "denied"


class TestAnExtension:
    def test_that_is_to_start_beside_what_has_begun_ends_instead(self, world: World) -> None:
        first = Story(world)
        first.asks(ADA)
        first.approves(GRACE)
        more = Story(world, first.clock)
        more.handle(
            RequestAccess(SUBJECT, "warehouse", 600, WHY, extends=extended(first.now, first.clock())),
            Actor(ADA),
        )
        more.approves(GRACE)
        assert more.status == "scheduled"
        more.clock.at = more.now.grant.starts_at  # type: ignore[union-attr]
        more.world = beside(world, held(world))
        assert more.handle(StartGrant(SUBJECT), OUTBOX) != NoChange()
        assert more.status == "ended"
        assert more.now.reason and "no one may have both" in more.now.reason
        assert more.logged.replayed().state is not None


class Desk:
    """Requests on a ledger, as replicas take them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def ask(self, who: str, what: str, ticket: str | None = None) -> Outcome:
        command = RequestAccess(f"acc_{ULID()}", what, 600, WHY, ticket)
        return await self._ledger.handle(command, Actor(who), "test")

    async def approve(self, access: Access, who: str) -> Outcome:
        card = (access.digest, access.terms.digest)
        command = ReviewAccess(access.id, "approve", *card, confirmed=True)
        return await self._ledger.handle(command, Actor(who), "test")

    async def give_back(self, access: Access) -> Outcome:
        return await self._ledger.handle(GiveBack(access.id), Actor(access.requester), "test")


@pytest.fixture
def replicas(store: Store, world: World, clock: Clock) -> list[Desk]:
    return [Desk(Ledger(store, WORKFLOWS, lambda: world, clock)) for _ in range(2)]


async def grants(store: Store) -> list[Access]:
    return await Repository(store).in_status(Access, KIND, HOLDING)


class TestOfTwoRequests:
    async def test_whichever_is_approved_first_wins(self, replicas: list[Desk], store: Store) -> None:
        desk, other = replicas
        read = (await desk.ask(ADA, "warehouse")).state
        write = (await other.ask(ADA, "warehouse-write", "DATA-42")).state
        assert (await desk.approve(write, RADIA)).refusal is None
        assert (await desk.approve(read, GRACE)).state.status == "active"
        refused = await other.approve(write, EDSGER)
        assert refused.refusal and refused.refusal.code == CODE
        assert [one.id for one in await grants(store)] == [read.id]

        assert (await desk.give_back(read)).state.status == "ended"
        assert (await other.approve(write, EDSGER)).state.status == "active"

    async def test_in_one_transaction_only_one_is_given(self, replicas: list[Desk], store: Store) -> None:
        desk, _ = replicas
        outcomes = await asyncio.gather(
            desk.ask(ADA, "warehouse-sample"), desk.ask(GRACE, "warehouse-sample")
        )
        assert all(one.state.status == "active" for one in outcomes)
        pending = [
            (await desk.ask(EDSGER, "warehouse")).state,
            (await desk.ask(EDSGER, "warehouse-write", "DATA-42")).state,
        ]
        await desk.approve(pending[1], RADIA)
        both = await asyncio.gather(*(desk.approve(one, GRACE) for one in pending))
        assert sorted(one.state.status for one in both) == ["active", "pending"]
        assert len([one for one in await grants(store) if one.requester == EDSGER]) == 1

    @pytest.mark.parametrize("_", range(3))
    async def test_approved_by_two_replicas_at_once_only_one_is_given(
        self, replicas: list[Desk], store: Store, _: int
    ) -> None:
        desk, other = replicas
        read = (await desk.ask(ADA, "warehouse")).state
        write = (await desk.ask(ADA, "warehouse-write", "DATA-42")).state
        await desk.approve(write, RADIA)
        outcomes = await asyncio.gather(desk.approve(read, GRACE), other.approve(write, EDSGER))
        assert sorted(one.state.status for one in outcomes) == ["active", "pending"]
        assert len(await grants(store)) == 1


class TestOnePerson:
    async def test_is_one_under_all_their_accounts(self, store: Store, world: World, clock: Clock) -> None:
        desk = Desk(Ledger(store, WORKFLOWS, lambda: with_two_accounts(world, ADA, EDSGER), clock))
        assert (await desk.ask(EDSGER, "warehouse-sample")).state.status == "active"
        refused = await desk.ask(ADA, "warehouse")
        assert refused.refusal and "Another account" in refused.refusal.sentence

    async def test_has_what_their_machine_has(self, store: Store, world: World, clock: Clock) -> None:
        machine = Machine("nightly", "Nightly", frozenset({ADA}), frozenset({"scientists"}))
        directory = replace(world.directory, machines={"machine:nightly": machine})
        desk = Desk(Ledger(store, WORKFLOWS, lambda: replace(world, directory=directory), clock))
        assert (await desk.ask("machine:nightly", "warehouse-sample")).state.status == "active"
        assert (await desk.ask(ADA, "warehouse")).refusal
        assert (await desk.ask(GRACE, "warehouse")).refusal is None


async def test_who_has_both_when_the_bundle_separates_them_is_told_until_they_don_t(
    store: Store, world: World, clock: Clock
) -> None:
    before = world_of(load_bundle(EXAMPLE))
    now = SimpleNamespace(world=before)
    ledger, reads = Ledger(store, WORKFLOWS, lambda: now.world, clock), Repository(store)
    jobs = AccessJobs(ledger, reads, None, lambda: now.world, clock)  # type: ignore[arg-type]
    desk = Desk(ledger)
    sample = (await desk.ask(ADA, "warehouse-sample")).state
    read = (await desk.ask(ADA, "warehouse")).state
    await desk.approve(read, GRACE)

    async def raised() -> list[str]:
        return [one.sentence for one in await reads.in_status(Alarm, ALARMS, ("raised",))]

    await jobs.watch_duties()
    assert await raised() == []
    now.world = world
    await jobs.watch_duties()
    (sentence,) = await raised()
    assert "Ada has both" in sentence
    assert "Revoke one of them." in sentence
    await desk.give_back(sample)
    await jobs.watch_duties()
    assert await raised() == []


class TestWindows:
    """What is wanted for another time isn't together with what one has now."""

    def asks_for_later(self, world: World, after: timedelta) -> Decision:
        story = Story(beside(world, held(world)))
        return story.handle(
            RequestAccess(SUBJECT, "warehouse", 600, WHY, starts_at=story.clock() + after), Actor(ADA)
        )

    def test_that_don_t_overlap_are_requested_and_granted(self, world: World) -> None:
        other = held(world)
        story = Story(beside(world, other))
        later = story.clock() + timedelta(hours=2)
        story.handle(RequestAccess(SUBJECT, "warehouse", 600, WHY, starts_at=later), Actor(ADA))
        story.approves(GRACE)
        assert story.status == "scheduled"
        assert list(held_together(world.bundle, world.directory, [other, story.now])) == []
        story.clock.at = later
        story.handle(StartGrant(SUBJECT), OUTBOX)
        assert (story.status, story.now.grant and story.now.grant.how) == ("ended", "cancelled"), (
            "it's held still"
        )

    def test_that_touch_are_refused(self, world: World) -> None:
        """The other one's end takes a moment to be confirmed."""
        assert code(self.asks_for_later(world, timedelta(seconds=630))) == CODE
        assert code(self.asks_for_later(world, timedelta(seconds=660))) is None

    def test_hold_for_every_entitlement_of_a_kit(self, world: World) -> None:
        """The second one of the kit is separated from what is held until then."""
        kit = chosen_of(world.bundle, "look", ("warehouse-pii", "warehouse"), 600)
        for after, refused in ((timedelta(minutes=5), CODE), (timedelta(hours=2), None)):
            story = Story(beside(world, held(world)))
            starts_at = story.clock() + after
            command = RequestAccess(SUBJECT, *kit.members[0], WHY, "DATA-42", kit=kit, starts_at=starts_at)
            assert code(story.handle(command, Actor(ADA))) == refused

    def test_extending_into_what_is_scheduled_is_refused(self, world: World) -> None:
        story = Story(world)
        story.asks(ADA, seconds=600)
        story.approves(GRACE)
        scheduled = held(world, status="scheduled")
        assert scheduled.grant
        window = {
            "starts_at": story.clock() + timedelta(minutes=15),
            "ends_at": story.clock() + timedelta(hours=1),
        }
        scheduled = scheduled.model_copy(update={"grant": scheduled.grant.model_copy(update=window)})
        extends = extended(story.now, story.clock())
        more = RequestAccess("acc_02", "warehouse", 600, WHY, extends=extends)
        assert code(decide(None, more, Actor(ADA), beside(world, scheduled), story.clock())) == CODE

    def test_what_should_be_over_and_isn_t_counts(self, world: World) -> None:
        story = Story(beside(world, held(world)))
        story.clock.forward(hours=1)
        assert code(story.asks(ADA)) == CODE
