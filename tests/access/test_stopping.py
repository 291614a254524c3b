"""The red button: everything of a person or a resource is ended, confirmed, and refused until it is lifted (P5, P7)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.access.commands import (
    ReportEnded,
    ReportMinted,
    ReportNotEnded,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
)
from workflows.access.extensions import extended
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.state import KIND as ACCESS
from workflows.access.state import Access, Extended
from workflows.access.stopping import stop_performers
from workflows.audit.replay import replay
from workflows.audit.tlog.leaf import read_leaf
from workflows.database.store import Store
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Result
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.system import stops
from workflows.system.session_commands import SignIn
from workflows.system.sessions import KIND as SESSIONS
from workflows.system.sessions import Session, session_id
from workflows.system.stops.commands import LiftStop, PressStop
from workflows.system.stops.state import KIND, Stop
from workflows.workflow import CLOCKWORK, OPERATOR, OUTBOX, Actor, Command, TimePassed, World

RED_BUTTON = """
red_button:
  refuses_for: 4h
  rules:
    - groups: [security]
      everything: true
    - groups: [incident-command]
      resources: [feature-warehouse]
"""
BECAUSE = "her laptop was stolen"
MANY = 300


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    bundle = changed_bundle(tmp_path_factory.mktemp("red") / "bundle", files={"red-button.yaml": RED_BUTTON})
    return world_of(bundle)


class Desk:
    """Access and stops on a ledger, with nobody but the test to end what is to be ended."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.ledger = Ledger(store, WORKFLOWS, lambda: self.world, clock)
        self.reads = Repository(store)
        self._stop = stop_performers(self.ledger, self.reads)["stop"]

    async def do(self, command: Command, who: Actor | str) -> Outcome:
        actor = Actor(who) if isinstance(who, str) else who
        return await self.ledger.handle(command, actor, "test")

    async def ask(self, who: str = ADA, what: str = "warehouse", extends: Extended | None = None) -> Outcome:
        return await self.do(RequestAccess(f"acc_{ULID()}", what, 600, WHY, extends=extends), who)

    async def propose(self, holder: str, by: str = ADA) -> Outcome:
        """Request for somebody else, who has to accept it."""
        return await self.do(RequestAccess(f"acc_{ULID()}", "warehouse", 600, WHY, on_behalf_of=holder), by)

    async def accept(self, access: Access) -> Outcome:
        return await self.do(AcceptProposal(access.id, access.digest), access.requester)

    async def approve(self, access: Access, who: str = GRACE) -> Outcome:
        return await self.do(
            ReviewAccess(access.id, "approve", access.digest, access.terms.digest, confirmed=True), who
        )

    async def granted(self, who: str = ADA) -> Access:
        found: Access = (await self.approve((await self.ask(who)).state, EDSGER)).state
        assert found.status == "active"
        return found

    async def minting(self, access: Access) -> str:
        id = f"crd_{ULID()}"
        assert (await self.do(RequestCredential(access.id, id, "window"), access.requester)).events
        return id

    async def minted(self, access: Access, credential: str, valid_until: Any = None) -> Access:
        assert access.grant
        report = ReportMinted(access.id, credential, "a", "l", "w", True, access.grant.ends_at, valid_until)
        found: Access = (await self.do(report, OUTBOX)).state
        return found

    async def holding(self, who: str = ADA) -> Access:
        access = await self.granted(who)
        return await self.minted(access, await self.minting(access))

    async def ended(self, access: Access) -> None:
        for one in access.credentials:
            await self.do(ReportEnded(access.id, one.id, one.accessor, ("vault",)), OUTBOX)

    async def press(
        self, who: Actor | str = RADIA, person: str | None = None, target: str | None = None
    ) -> Outcome:
        if person is None and target is None:
            person = ADA
        return await self.do(PressStop(f"{KIND}_{ULID()}", BECAUSE, person, target), who)

    async def carry_out(self, stop: Stop) -> Result:
        return await self._stop.perform(ClaimedEffect(1, stop.id, 1, 0, "stop", {}, 1))

    async def stop(self, stop: Stop) -> Stop:
        found = await self.reads.find(Stop, stop.id)
        assert found
        return found

    async def access(self, access: Access) -> Access:
        found = await self.reads.find(Access, access.id)
        assert found
        return found

    async def possible(self, stop: Stop) -> None:
        _, leaves = await self.reads.as_logged(Stop, stop.id)
        assert replay(stops.WORKFLOW, [(read_leaf(one), {}) for one in leaves]).fault is None


@pytest.fixture
def desk(store: Store, world: World, clock: Clock) -> Desk:
    return Desk(store, world, clock)


def code(outcome: Outcome) -> str | None:
    return outcome.refusal.code if outcome.refusal else None


class TestWhoMayPress:
    @pytest.mark.parametrize(
        ("who", "person", "target", "expected"),
        [
            (RADIA, ADA, None, None),
            (RADIA, None, "warehouse", None),
            (MARGARET, None, "feature-warehouse", None),
            (MARGARET, None, "warehouse-write", None),
            (MARGARET, ADA, None, "not-allowed"),
            (ADA, ADA, None, None),
            (ADA, GRACE, None, "not-allowed"),
            (ADA, None, "warehouse", "not-allowed"),
            ("machine:nightly-training", ADA, None, "not-allowed"),
            (RADIA, None, "warehose", "unknown-target"),
            (RADIA, ADA, "warehouse", "unclear"),
            (OPERATOR, None, "renamed-since", None),
        ],
    )
    async def test_is_what_the_bundle_says(
        self, desk: Desk, who: Actor | str, person: str | None, target: str | None, expected: str | None
    ) -> None:
        assert code(await desk.press(who, person, target)) == expected

    async def test_has_to_say_why(self, desk: Desk) -> None:
        for reason in ("", "  ", "x" * 501, "a\0b"):
            outcome = await desk.do(PressStop(f"{KIND}_{ULID()}", reason, ADA), RADIA)
            assert outcome.refusal


class TestPressedForAPerson:
    async def test_all_of_theirs_ends_and_nothing_else(self, desk: Desk) -> None:
        pending = (await desk.ask(what="warehouse-pii")).state or (await desk.ask()).state
        held, grace = await desk.holding(), await desk.holding(GRACE)
        scheduled = (
            await desk.approve((await desk.ask(extends=extended(held, desk.clock()))).state, GRACE)
        ).state
        assert scheduled.status == "scheduled"
        stop = (await desk.press()).state

        assert isinstance(await desk.carry_out(stop), Later)
        assert [(await desk.access(one)).status for one in (pending, held, scheduled, grace)] == [
            "withdrawn",
            "ending",
            "ended",
            "active",
        ]
        seen = await desk.stop(stop)
        assert (seen.count("closed"), seen.count("stopping"), seen.confirmed_at) == (2, 1, None)

        await desk.ended(held)
        assert isinstance(await desk.carry_out(stop), Done)
        seen = await desk.stop(stop)
        assert (seen.status, seen.count("ended"), seen.confirmed_at) == ("in force", 1, desk.clock())
        ending = seen.ending(held.id)
        assert ending and ending.confirmed_by == ("vault",)
        await desk.possible(stop)

    async def test_under_all_their_accounts(self, store: Store, world: World, clock: Clock) -> None:
        desk = Desk(store, with_two_accounts(world, ADA, EDSGER), clock)
        access = (await desk.approve((await desk.ask(EDSGER)).state, GRACE)).state
        await desk.carry_out((await desk.press()).state)
        assert (await desk.access(access)).status == "ended"

    async def test_what_they_proposed_for_others_is_closed_and_can_not_be_accepted(self, desk: Desk) -> None:
        proposed, taken = (await desk.propose(EDSGER)).state, (await desk.propose(EDSGER)).state
        assert (await desk.accept(taken)).state.status == "pending"
        stop = (await desk.press()).state
        assert code(await desk.accept(proposed)) == "stopped"
        assert code(await desk.propose(EDSGER)) == "stopped"
        assert (await desk.propose(EDSGER, by=GRACE)).state.status == "proposed"
        assert isinstance(await desk.carry_out(stop), Done)
        assert (await desk.access(proposed)).status == "withdrawn"
        assert [one.request for one in (await desk.stop(stop)).endings] == [proposed.id]
        assert (await desk.access(taken)).status == "pending"
        await desk.possible(stop)

    async def test_their_sessions_end_and_none_begins(self, desk: Desk) -> None:
        signed_in = await desk.do(SignIn(session_id("a"), "https://idp", "ada"), ADA)
        assert signed_in.state.status == "open"
        await desk.carry_out((await desk.press()).state)
        assert await desk.reads.in_status(Session, SESSIONS, ("open",)) == []
        assert code(await desk.do(SignIn(session_id("b"), "https://idp", "ada"), ADA)) == "stopped"

    async def test_what_works_until_it_expires_is_waited_for(self, desk: Desk) -> None:
        access = await desk.granted()
        until = desk.clock() + timedelta(minutes=9)
        await desk.minted(access, await desk.minting(access), valid_until=until)
        stop = (await desk.press()).state
        await desk.carry_out(stop)
        await desk.ended(await desk.access(access))
        assert isinstance(await desk.carry_out(stop), Later)
        (left,) = (await desk.stop(stop)).left_to_expire
        assert left.works_until == until
        desk.clock.at = until
        await desk.do(TimePassed(access.id), CLOCKWORK)
        assert isinstance(await desk.carry_out(stop), Done)
        await desk.possible(stop)

    async def test_what_can_not_be_ended_is_told_and_tried_again(self, desk: Desk) -> None:
        access = await desk.holding()
        stop = (await desk.press()).state
        await desk.carry_out(stop)
        (credential,) = access.credentials
        await desk.do(ReportNotEnded(access.id, credential.id, "Vault is sealed."), OUTBOX)
        assert isinstance(await desk.carry_out(stop), Later)
        assert [one.trouble for one in (await desk.stop(stop)).troubled] == ["Vault is sealed."]
        await desk.ended(access)
        assert isinstance(await desk.carry_out(stop), Done)
        await desk.possible(stop)


class TestUntilItIsLifted:
    async def test_nothing_of_it_is_requested_or_granted(self, desk: Desk) -> None:
        pending = (await desk.ask(GRACE)).state
        stop = (await desk.press(target="warehouse")).state
        assert code(await desk.ask()) == "stopped"
        assert code(await desk.approve(pending, EDSGER)) == "stopped"
        assert (await desk.ask(what="warehouse-sample")).state.status == "active"
        await desk.carry_out(stop)
        lifted = await desk.do(LiftStop(stop.id, "it was found"), RADIA)
        assert lifted.state.status == "over"
        assert (await desk.ask()).state.status == "pending"
        await desk.possible(stop)

    async def test_nobody_lifts_their_own(self, desk: Desk) -> None:
        stop = (await desk.press(RADIA, person=RADIA)).state
        assert code(await desk.do(LiftStop(stop.id, "all is well"), RADIA)) == "not-allowed"
        assert code(await desk.do(LiftStop(stop.id, "all is well"), MARGARET)) == "not-allowed"
        assert (await desk.do(LiftStop(stop.id, "all is well"), OPERATOR)).refusal is None

    async def test_or_until_its_time_is_over(self, desk: Desk) -> None:
        stop = (await desk.press()).state
        await desk.carry_out(stop)
        assert stop.until == desk.clock() + timedelta(hours=4)
        desk.clock.forward(hours=4)
        over = await desk.do(TimePassed(stop.id), CLOCKWORK)
        assert over.state.status == "over"
        assert (await desk.ask()).state.status == "pending"
        await desk.possible(stop)


class TestAtTheSameMoment:
    async def test_two_presses_are_one(self, desk: Desk, store: Store, world: World) -> None:
        other = Desk(store, world, desk.clock)
        pressed = await asyncio.gather(desk.press(), other.press(), desk.press())
        assert sorted(code(one) or "" for one in pressed) == ["", "already-stopped", "already-stopped"]

    @pytest.mark.parametrize("_", range(3))
    async def test_a_grant_is_ended_or_never_begins(self, desk: Desk, store: Store, _: int) -> None:
        other = Desk(store, desk.world, desk.clock)
        asked = [(await desk.ask()).state for _ in range(8)]
        approvals = [other.approve(one) for one in asked]
        *_rest, pressed = await asyncio.gather(*approvals, desk.press())
        assert isinstance(pressed, Outcome)
        await desk.carry_out(pressed.state)
        statuses = {(await desk.access(one)).status for one in asked}
        assert statuses <= {"ended", "withdrawn"}
        assert (await desk.stop(pressed.state)).confirmed_at

    async def test_a_credential_in_the_making_ends_before_it_is_confirmed(self, desk: Desk) -> None:
        access = await desk.granted()
        credential = await desk.minting(access)
        stop = (await desk.press()).state
        assert isinstance(await desk.carry_out(stop), Later)
        access = await desk.minted(access, credential)
        assert access.credentials[0].status == "ending"
        assert isinstance(await desk.carry_out(stop), Later)
        await desk.ended(access)
        assert isinstance(await desk.carry_out(stop), Done)

    async def test_pressed_right_before_a_credential_is_asked_for_none_is_made(self, desk: Desk) -> None:
        access = await desk.granted()
        await desk.press()
        refused = await desk.do(RequestCredential(access.id, "crd_1", "window"), ADA)
        assert code(refused) == "stopped"

    async def test_carried_out_twice_it_counts_once(self, desk: Desk) -> None:
        access = await desk.holding()
        stop = (await desk.press()).state
        await asyncio.gather(desk.carry_out(stop), desk.carry_out(stop))
        await desk.ended(access)
        await asyncio.gather(desk.carry_out(stop), desk.carry_out(stop))
        seen = await desk.stop(stop)
        assert [one.request for one in seen.endings] == [access.id]
        assert seen.confirmed_at
        await desk.possible(stop)


async def test_three_hundred_grants_end_at_once(desk: Desk) -> None:
    asked = await asyncio.gather(*(desk.ask(what="warehouse-sample") for _ in range(MANY)))
    assert {one.state.status for one in asked} == {"active"}
    stop = (await desk.press(target="feature-warehouse")).state
    assert isinstance(await desk.carry_out(stop), Done)
    seen = await desk.stop(stop)
    assert (seen.count("ended"), len(seen.endings)) == (MANY, MANY)
    assert await desk.reads.in_status(Access, ACCESS, ("active", "ending")) == []
    await desk.possible(stop)
