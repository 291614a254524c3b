"""Access reviews: every item has an answer of somebody else's, what is removed ends at once, and the log can prove both."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from tests.access.story import WHY
from tests.builders import WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.access.commands import (
    EndRemoved,
    ReportEnded,
    ReportMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
)
from workflows.access.removing import removal_performers
from workflows.access.review_jobs import ReviewJobs, open_review
from workflows.access.state import Access
from workflows.audit.replay import Fault, replay
from workflows.audit.tlog.leaf import read_leaf
from workflows.database.store import Store
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.ledger import Ledger
from workflows.ledger.outbox import Done, Later, Result
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.directory import Doubt
from workflows.ports import Machine
from workflows.queries.waiting import waiting_for
from workflows.system import access_reviews
from workflows.system.absences.commands import StartAbsence
from workflows.system.absences.state import KIND as AWAY
from workflows.system.access_reviews import removals_log
from workflows.system.access_reviews.commands import AnswerItems, CheckReviewers, KeepUsed
from workflows.system.access_reviews.decide import MAX_ITEMS
from workflows.system.access_reviews.removals import KIND as REMOVALS
from workflows.system.access_reviews.removals import CheckRemovals, Removals, removals_of
from workflows.system.access_reviews.reviewers import people_waited_for
from workflows.system.access_reviews.state import KIND, AccessReview, ItemVerdict
from workflows.system.alarms import KIND as ALARMS
from workflows.system.alarms import Alarm
from workflows.workflow import CLOCKWORK, OPERATOR, OUTBOX, Actor, Command, TimePassed, World

NAME = "warehouse"
REVIEWS = """
reviews:
  warehouse:
    title: Who can use the warehouse
    entitlements: [warehouse, warehouse-write]
    every: quarter
    zone: Europe/Berlin
    within: 14d
    escalate: {after: 7d, to: [security]}
"""
DELEGATION = """
delegation:
  rules:
    - {groups: [scientists], to: [data-owners], max: 7d}
"""
BECAUSE = "she changed teams"
MACHINE = "machine:nightly-training"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    files = {"reviews.yaml": REVIEWS, "delegation.yaml": DELEGATION}
    bundle = changed_bundle(tmp_path_factory.mktemp("review") / "bundle", files=files)
    return world_of(bundle)


def with_terms(world: World, **changes: Any) -> World:
    """The same world, with other terms of the review."""
    terms = world.bundle.reviews[NAME].model_copy(update=changes)
    return replace(world, bundle=replace(world.bundle, reviews={NAME: terms}))


class Desk:
    """Reviews and access on a ledger, with nobody but the test to carry out what they call for."""

    def __init__(self, store: Store, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.ledger = Ledger(store, WORKFLOWS, lambda: self.world, clock)
        self.reads = Repository(store)
        self.jobs = ReviewJobs(self.ledger, self.reads, lambda: self.world, clock)
        self._performers = removal_performers(self.ledger, self.reads, lambda: self.world)

    async def do(self, command: Command, who: Actor | str) -> Outcome:
        actor = Actor(who) if isinstance(who, str) else who
        return await self.ledger.handle(command, actor, "test")

    async def open(self, who: Actor | str = OPERATOR) -> Outcome:
        actor = Actor(who) if isinstance(who, str) else who
        subject = f"{KIND}_{ULID()}"
        return await open_review(self.ledger, self.reads, self.world, subject, NAME, actor, "test")

    async def opened(self) -> AccessReview:
        found: AccessReview = (await self.open()).state
        return found

    async def answer(
        self,
        review: AccessReview,
        verdict: ItemVerdict,
        *people: str,
        who: str = GRACE,
        reason: str = BECAUSE,
    ) -> Outcome:
        numbers = tuple(n for n, one in enumerate(review.items, 1) if one.person in people)
        return await self.do(AnswerItems(review.id, numbers, verdict, reason), who)

    async def holding(self, who: str = ADA, credential: bool = True) -> Access:
        asked = (await self.do(RequestAccess(f"acc_{ULID()}", NAME, 600, WHY), who)).state
        approve = ReviewAccess(asked.id, "approve", asked.digest, asked.terms.digest, confirmed=True)
        access: Access = (await self.do(approve, EDSGER)).state
        if credential:
            id, ends = f"crd_{ULID()}", access.grant.ends_at if access.grant else None
            assert (await self.do(RequestCredential(access.id, id, "window"), who)).events
            assert ends
            access = (await self.do(ReportMinted(access.id, id, "a", "l", "w", True, ends), OUTBOX)).state
        return access

    async def carry_out(self, review: AccessReview) -> Result:
        """What removing calls for, once."""
        await self.perform("apply-removals", review.id)
        return await self.perform("revoke-removed", removals_of(review.id))

    async def perform(self, kind: str, subject: str) -> Result:
        return await self._performers[kind].perform(ClaimedEffect(1, subject, 1, 0, kind, {}, 1))

    async def find(self, review: AccessReview) -> AccessReview:
        found = await self.reads.find(AccessReview, review.id)
        assert found
        return found

    async def removals(self, review: AccessReview) -> Removals:
        found = await self.reads.find(Removals, removals_of(review.id))
        assert found
        return found

    async def access(self, access: Access) -> Access:
        found = await self.reads.find(Access, access.id)
        assert found
        return found

    async def fault(self, review: AccessReview) -> Fault | None:
        """What could not have happened to the review or its removals, by the log alone."""
        _, leaves = await self.reads.as_logged(AccessReview, review.id)
        _, removed = await self.reads.as_logged(Removals, removals_of(review.id))
        faults = [replay(access_reviews.WORKFLOW, [(read_leaf(one), {}) for one in leaves]).fault]
        faults += (
            [replay(removals_log.WORKFLOW, [(read_leaf(one), {}) for one in removed]).fault]
            if removed
            else []
        )
        return next((one for one in faults if one), None)


@pytest.fixture
def desk(store: Store, world: World, clock: Clock) -> Desk:
    return Desk(store, world, clock)


def code(outcome: Outcome) -> str | None:
    return outcome.refusal.code if outcome.refusal else None


class TestOpening:
    async def test_lists_who_can_request_what_and_when_they_used_it(self, desk: Desk) -> None:
        used_at = desk.clock()
        await desk.holding()
        desk.clock.forward(days=3)
        review = await desk.opened()
        listed = {(one.person, one.entitlement): one.used_at for one in review.items}
        assert listed[ADA, "warehouse"] == used_at
        assert listed[ADA, "warehouse-write"] is None
        assert {what for _, what in listed} == {"warehouse", "warehouse-write"}
        assert review.count == len(review.items) == len(listed)
        assert review.due_at == desk.clock() + timedelta(days=14)

    async def test_what_it_lists_never_changes(self, desk: Desk) -> None:
        review = await desk.opened()
        desk.world = world_of(desk.world.bundle, scientists=frozenset({BARBARA}))
        await desk.do(CheckReviewers(review.id), CLOCKWORK)
        assert (await desk.find(review)).items == review.items

    async def test_machines_are_listed_and_their_owners_dont_answer_for_them(self, desk: Desk) -> None:
        machine = Machine("nightly-training", "Nightly", frozenset({GRACE}), frozenset({"scientists"}))
        directory = replace(desk.world.directory, machines={MACHINE: machine})
        desk.world = replace(desk.world, directory=directory)
        review = await desk.opened()
        assert code(await desk.answer(review, "keep", MACHINE)) == "own-access"
        assert code(await desk.answer(review, "keep", MACHINE, who=EDSGER)) is None

    async def test_before_its_time_is_up_to_operators(self, desk: Desk) -> None:
        for who in (ADA, GRACE, MACHINE):
            assert code(await desk.open(who)) == "not-allowed"
        for who in (RADIA, OPERATOR):
            assert code(await desk.open(who)) is None

    async def test_comes_in_time_once_and_not_while_people_are_unknown(self, desk: Desk) -> None:
        desk.clock.at = desk.clock.at.replace(month=4, day=1, hour=6, minute=59)
        await desk.jobs.run()
        assert await desk.reads.in_status(AccessReview, KIND, ("open",)) == []
        desk.clock.forward(minutes=1)
        sure = desk.world
        nobody_knows = {
            "on_call_unknown": {"rota": "It can't be read."},
            "on_call_groups": {"scientists": "rota"},
        }
        for unsure in (
            replace(sure, doubts=(Doubt("Slack can't be reached."),)),
            replace(sure, directory=replace(sure.directory, people={})),
            replace(sure, directory=replace(sure.directory, **nobody_knows)),
        ):
            desk.world = unsure
            await desk.jobs.run()
            assert await desk.reads.in_status(AccessReview, KIND, ("open",)) == []
            assert code(await desk.open()) == "no-people"
        desk.world = sure
        for _ in range(2):
            following = await desk.jobs.run()
        (review,) = await desk.reads.in_status(AccessReview, KIND, ("open",))
        assert (review.period, following) == ("2026-Q2", desk.clock.at.replace(month=7))

    async def test_a_review_of_nothing_is_complete_at_once(self, desk: Desk) -> None:
        desk.world = world_of(desk.world.bundle, scientists=frozenset(), data_owners=frozenset())
        review = await desk.opened()
        assert (review.status, review.count) == ("closed", 0)
        assert await desk.fault(review) is None


class TestAnswering:
    async def test_is_for_reviewers_and_never_their_own(self, desk: Desk) -> None:
        everybody = frozenset({ADA, GRACE, EDSGER})
        desk.world = world_of(desk.world.bundle, scientists=everybody)
        review = await desk.opened()
        cases: list[tuple[str, tuple[str, ...], str | None]] = [
            (GRACE, (GRACE,), "own-access"),
            (GRACE, (ADA, GRACE), "own-access"),
            (RADIA, (ADA,), "not-a-reviewer"),
            (ADA, (GRACE,), "not-a-reviewer"),
            (MACHINE, (ADA,), "machine"),
            (GRACE, (), "no-item"),
            (EDSGER, (ADA,), None),
        ]
        for who, people, expected in cases:
            numbers = tuple(
                n for n, one in enumerate(review.items, 1) if one.person in people and one.entitlement == NAME
            )
            outcome = await desk.do(AnswerItems(review.id, numbers, "keep"), who)
            assert code(outcome) == expected, (who, people)

    async def test_under_another_account_it_is_their_own(self, desk: Desk) -> None:
        desk.world = with_two_accounts(desk.world, ADA, GRACE)
        assert code(await desk.answer(await desk.opened(), "keep", ADA)) == "own-access"

    async def test_who_decides_for_them_while_they_are_away_doesnt_answer(self, desk: Desk) -> None:
        review = await desk.opened()
        until = desk.clock() + timedelta(days=3)
        assert (await desk.do(StartAbsence(f"{AWAY}_{ULID()}", until, GRACE), ADA)).events
        assert code(await desk.answer(review, "keep", ADA)) == "own-access"
        assert code(await desk.answer(review, "keep", ADA, who=EDSGER)) is None

    async def test_removing_asks_why_and_a_number_too_many_is_none(self, desk: Desk) -> None:
        review = await desk.opened()
        for reason in ("", " x ", "x" * 501, "a\0b"):
            assert code(await desk.answer(review, "remove", ADA, reason=reason)) in (
                "no-reason",
                "unreadable",
            )
        for number in (0, -1, review.count + 1):
            assert code(await desk.do(AnswerItems(review.id, (number,), "keep"), GRACE)) == "no-item"
        assert (await desk.find(review)).tally(None) == review.count

    async def test_what_was_used_lately_is_kept_with_one_click(self, desk: Desk) -> None:
        await desk.holding()
        desk.clock.forward(days=29)
        review = await desk.opened()
        await desk.do(KeepUsed(review.id), GRACE)
        found = await desk.find(review)
        assert [(one.person, one.entitlement) for one in found.items if one.verdict] == [(ADA, NAME)]
        assert code(await desk.do(KeepUsed(review.id), GRACE)) == "nothing-used"
        assert await desk.fault(review) is None

    async def test_with_the_last_answer_it_closes_and_counts_all(self, desk: Desk) -> None:
        review = await desk.opened()
        await desk.answer(review, "remove", ADA)
        rest = tuple(one.person for one in review.items if one.person != ADA)
        for who in (GRACE, EDSGER):
            await desk.answer(review, "keep", *(one for one in rest if one != who), who=who)
        found = await desk.find(review)
        assert (found.status, found.tally(None), found.tally("remove")) == ("closed", 0, 2)
        assert code(await desk.answer(review, "remove", *rest[:1], who=EDSGER)) in (
            "closed",
            "own-access",
            "no-item",
        )
        assert await desk.fault(review) is None


class TestRemoving:
    async def test_ends_what_there_is_by_the_reviewers_name(self, desk: Desk) -> None:
        held = await desk.holding()
        pending = (await desk.do(RequestAccess(f"acc_{ULID()}", NAME, 900, WHY), ADA)).state
        review = await desk.opened()
        await desk.answer(review, "remove", ADA)
        assert isinstance(await desk.carry_out(review), Later)
        ending = await desk.access(held)
        assert (ending.status, ending.grant and ending.grant.ended_by) == ("ending", GRACE)
        assert BECAUSE in (ending.reason or "")
        assert (await desk.access(pending)).status == "withdrawn"
        removal = (await desk.removals(review)).removal(ADA, NAME)
        assert removal and not removal.revoked

        (credential,) = ending.credentials
        await desk.do(ReportEnded(held.id, credential.id, credential.accessor, ("vault",)), OUTBOX)
        assert isinstance(await desk.carry_out(review), Done)
        removal = (await desk.removals(review)).removal(ADA, NAME)
        assert removal and removal.revoked
        assert await desk.fault(review) is None

    async def test_nothing_is_given_until_the_bundle_has_caught_up(self, desk: Desk) -> None:
        review = await desk.opened()
        await desk.answer(review, "remove", ADA)
        await desk.carry_out(review)
        again = RequestAccess(f"acc_{ULID()}", NAME, 600, WHY)
        assert code(await desk.do(again, ADA)) == "removed-in-review"
        await desk.do(CheckRemovals(removals_of(review.id)), CLOCKWORK)
        assert (await desk.removals(review)).status == "in force"

        before = desk.world
        desk.world = world_of(before.bundle, scientists=frozenset({BARBARA}))
        await desk.jobs.run()
        assert (await desk.removals(review)).status == "over"
        desk.world = before
        assert code(await desk.do(again, ADA)) is None
        assert await desk.fault(review) is None

    async def test_who_isnt_here_settles_nothing(self, desk: Desk) -> None:
        review = await desk.opened()
        await desk.answer(review, "remove", ADA)
        await desk.carry_out(review)
        people = {id: one for id, one in desk.world.directory.people.items() if id != ADA}
        gone = world_of(desk.world.bundle, scientists=frozenset())
        desk.world = replace(gone, directory=replace(gone.directory, people=people))
        await desk.do(CheckRemovals(removals_of(review.id)), CLOCKWORK)
        assert (await desk.removals(review)).status == "in force"

    async def test_is_reversed_by_a_reviewer_even_after_the_review_is_closed(self, desk: Desk) -> None:
        review = await desk.opened()
        for who in (GRACE, EDSGER):
            theirs = {one.person for one in review.items if one.person != who}
            await desk.answer(review, "remove", *theirs, who=who)
        assert (await desk.find(review)).status == "closed"
        await desk.carry_out(review)
        await desk.answer(await desk.find(review), "keep", ADA, who=EDSGER)
        await desk.carry_out(review)
        assert (await desk.do(RequestAccess(f"acc_{ULID()}", NAME, 600, WHY), ADA)).state.status == "pending"
        assert await desk.fault(review) is None

    async def test_nobody_says_so_themselves(self, desk: Desk) -> None:
        held = await desk.holding()
        review = await desk.opened()
        assert code(await desk.do(EndRemoved(held.id, BECAUSE), GRACE)) == "not-an-approver"
        await desk.answer(review, "remove", ADA)
        await desk.perform("apply-removals", review.id)
        assert code(await desk.do(EndRemoved(held.id, BECAUSE), EDSGER)) == "not-an-approver"
        assert code(await desk.do(CheckRemovals(removals_of(review.id)), GRACE)) == "not-yours"
        assert await desk.reads.in_status(Removals, REMOVALS, ("in force",))


class TestAtTheSameMoment:
    async def test_what_is_requested_is_closed_or_refused(self, desk: Desk, store: Store) -> None:
        other = Desk(store, desk.world, desk.clock)
        review = await desk.opened()
        await desk.answer(review, "remove", ADA)
        asks = [other.do(RequestAccess(f"acc_{ULID()}", NAME, 600 + n, WHY), ADA) for n in range(6)]
        asked, _ = await asyncio.gather(asyncio.gather(*asks), desk.perform("apply-removals", review.id))
        assert isinstance(await desk.perform("revoke-removed", removals_of(review.id)), Done)
        for one in asked:
            if one.refusal:
                assert code(one) == "removed-in-review"
            else:
                assert (await desk.access(one.state)).status == "withdrawn"

    async def test_two_answers_are_one_and_carried_out_once(self, desk: Desk, store: Store) -> None:
        other = Desk(store, desk.world, desk.clock)
        review = await desk.opened()
        await asyncio.gather(
            desk.answer(review, "remove", ADA), other.answer(review, "remove", ADA, who=EDSGER)
        )
        await asyncio.gather(*(one.perform("apply-removals", review.id) for one in (desk, other)))
        assert [one.what for one in (await desk.removals(review)).removals] == [
            (ADA, "warehouse"),
            (ADA, "warehouse-write"),
        ]
        assert len({one.by for one in (await desk.removals(review)).removals}) == 1
        assert await desk.fault(review) is None


async def test_a_review_that_is_too_large_isnt_opened_and_an_alarm_says_so(desk: Desk) -> None:
    everybody = frozenset(f"U{n:08}" for n in range(MAX_ITEMS // 2 + 1))
    desk.world = world_of(desk.world.bundle, scientists=everybody)
    desk.clock.at = desk.clock.at.replace(month=4, day=1)
    await desk.jobs.run()
    assert await desk.reads.in_status(AccessReview, KIND, ("open",)) == []
    (raised,) = await desk.reads.in_status(Alarm, ALARMS, ("raised",))
    assert "Split it" in raised.sentence

    sure = desk.world
    nobody = replace(sure.directory, people={})
    for unsure in (
        replace(sure, doubts=(Doubt("Slack can't be reached."),)),
        replace(sure, directory=nobody),
    ):
        for desk.world in (unsure, sure):
            await desk.jobs.run()
            assert await desk.reads.in_status(Alarm, ALARMS, ("raised",)) == [raised]
    assert [one.action for one in await desk.reads.story(raised.id)] == ["alarm.raised"]


class TestTime:
    async def test_it_waits_for_those_who_still_have_something_to_answer(self, desk: Desk) -> None:
        review = await desk.opened()
        waiting = waiting_for(review, desk.world.directory)
        assert waiting.keys() == people_waited_for(review, desk.world.directory)
        assert waiting[GRACE].reminders[0] == review.opened_at + (review.due_at - review.opened_at) / 2
        everybody = {one.person for one in review.items}
        await desk.answer(review, "keep", *(everybody - {GRACE}))
        left = waiting_for(await desk.find(review), desk.world.directory)
        assert GRACE not in left, "what is left is her own"

    async def test_reminds_escalates_and_is_overdue(self, desk: Desk) -> None:
        review = await desk.opened()
        desk.clock.forward(days=7)
        told = (await desk.do(TimePassed(review.id), CLOCKWORK)).events
        assert [one.action for one in told] == ["escalated", "reviewers-reminded"]
        assert code(await desk.answer(review, "keep", ADA, who=RADIA)) is None
        desk.clock.forward(days=7)
        told = (await desk.do(TimePassed(review.id), CLOCKWORK)).events
        assert [one.action for one in told] == ["overdue"]
        desk.clock.forward(days=30)
        told = (await desk.do(TimePassed(review.id), CLOCKWORK)).events
        assert [one.action for one in told] == ["reviewers-reminded"]
        found = await desk.find(review)
        assert (found.status, found.overdue) == ("open", True)
        assert await desk.fault(review) is None

    async def test_or_proposes_to_remove_what_has_no_answer(self, desk: Desk) -> None:
        held = await desk.holding()
        desk.world = with_terms(
            desk.world, if_unanswered="propose-removal", escalate_to=(), escalate_after=None
        )
        review = await desk.opened()
        desk.clock.forward(days=14)
        await desk.do(TimePassed(review.id), CLOCKWORK)
        found = await desk.find(review)
        assert (found.status, found.tally(None)) == ("closed", review.count)
        assert (await desk.access(held)).status == "active"
        assert await desk.fault(review) is None

    async def test_reviewers_who_left_are_noticed_escalated_and_alarmed(self, desk: Desk) -> None:
        desk.world = with_terms(desk.world, escalate_to=("incident-command",))
        review = await desk.opened()
        bundle = desk.world.bundle
        desk.world = world_of(
            bundle, data_owners=frozenset(), incident_command=frozenset(), scientists=frozenset({ADA})
        )
        await desk.jobs.run()
        found = await desk.find(review)
        assert found.escalated and found.unreviewable
        (raised,) = await desk.reads.in_status(Alarm, ALARMS, ("raised",))
        assert review.id in raised.sentence
        desk.world = world_of(bundle, data_owners=frozenset(), incident_command=frozenset({MARGARET}))
        await desk.jobs.run()
        assert (await desk.find(review)).unreviewable == ()
        assert await desk.reads.in_status(Alarm, ALARMS, ("raised",)) == []
        assert code(await desk.answer(review, "keep", ADA, who=MARGARET)) is None
        assert await desk.fault(review) is None


class TestTheLog:
    """What somebody could have written into the database, and `daypass audit verify` finds."""

    async def test_shows_what_is_missing_or_forged(self, desk: Desk) -> None:
        review = await desk.opened()
        for who in (GRACE, EDSGER):
            theirs = {one.person for one in review.items if one.person != who}
            await desk.answer(review, "remove", *theirs, who=who)
        _, leaves = await desk.reads.as_logged(AccessReview, review.id)
        read = [read_leaf(one) for one in leaves]
        for action, change, expected in FORGED:
            forged = next(one for one in read if one.action == f"access-review.{action}")
            changed = [one._replace(facts=change(one.facts)) if one is forged else one for one in read]
            fault = replay(access_reviews.WORKFLOW, [(one, {}) for one in changed]).fault
            assert fault and expected in fault.why, (action, expected)


FORGED: list[tuple[str, Any, str]] = [
    (
        "items-listed",
        lambda f: {**f, "people": f["people"][:-1], "used": f["used"][:-1]},
        "an item was missing",
    ),
    ("closed", lambda f: {**f, "removed": f["removed"] - 1}, "an item was missing"),
    (
        "closed",
        lambda f: {**f, "removed": f["removed"] - 1, "kept": f["kept"] + 1},
        "counts other answers",
    ),
    ("items-answered", lambda f: {**f, "people": [RADIA, *f["people"][1:]]}, "answers other items"),
    ("items-answered", lambda f: {**f, "groups": ["auditors"]}, "its terms let others review it"),
    ("items-answered", lambda f: {**f, "by": ADA}, "someone else answered it"),
]
