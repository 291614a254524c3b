"""Delegation: who may ask whom, how a delegate's verdict is recorded, and when it no longer counts (P3)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.access.leave import DELEGATION, Leave, away
from tests.access.story import Story
from tests.builders import Clock, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA, with_two_accounts
from workflows.access.events import Reviewed
from workflows.approval.approvers import deciders, to_ask
from workflows.policy.bundle import Bundle
from workflows.ports import Person
from workflows.system.absences.commands import CheckAbsence, EndAbsence
from workflows.system.absences.decide import due
from workflows.system.absences.rights import heeding_absences
from workflows.workflow import CLOCKWORK, Actor, Decision, NoChange, Refused, TimePassed, World

DAYS = 86_400


@pytest.fixture(scope="module")
def delegating(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    target = tmp_path_factory.mktemp("delegation") / "bundle"
    return changed_bundle(target, files={"delegation.yaml": DELEGATION})


@pytest.fixture
def world(delegating: Bundle) -> World:
    return world_of(delegating)


@pytest.fixture
def story(world: World) -> Iterator[Story]:
    story = Story(world)
    yield story
    if story.state is not None:
        replayed = story.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, story.state)


def code(decision: Decision) -> str:
    assert isinstance(decision, Refused), decision
    return decision.code


class TestAskingSomebody:
    def test_nobody_may_by_default(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        target = tmp_path_factory.mktemp("none") / "bundle"
        bundle = changed_bundle(target, files={"delegation.yaml": "delegation: {}\n"})
        assert code(Leave(world_of(bundle), Clock()).start()) == "not-allowed"

    @pytest.mark.parametrize(
        ("who", "delegate", "days", "expected"),
        [
            (GRACE, GRACE, 3, "oneself"),
            (GRACE, "UABOT", 3, "not-a-member"),
            (GRACE, "machine:nightly-training", 3, "not-a-member"),
            (GRACE, RADIA, 3, "not-allowed"),
            (RADIA, MARGARET, 3, "not-allowed"),
            (GRACE, MARGARET, 15, "too-long"),
            (GRACE, EDSGER, 3, "too-long"),
            (GRACE, None, 366, "too-long"),
            (GRACE, MARGARET, -1, "past"),
            (GRACE, MARGARET, 0, "past"),
        ],
    )
    def test_is_refused_with_a_sentence(
        self, world: World, who: str, delegate: str | None, days: int, expected: str
    ) -> None:
        leave = Leave(world, Clock())
        refused = leave.start(who, delegate, days)
        assert code(refused) == expected
        assert isinstance(refused, Refused)
        assert refused.sentence.endswith(".")
        assert leave.state is None

    def test_not_to_one_s_other_account_nor_to_a_guest(self, world: World) -> None:
        assert code(Leave(with_two_accounts(world, GRACE, MARGARET), Clock()).start()) == "oneself"
        guest = {**world.directory.people, MARGARET: Person(MARGARET, "Margaret", standing="guest")}
        outside = replace(world, directory=replace(world.directory, people=guest))
        assert code(Leave(outside, Clock()).start()) == "not-a-member"

    def test_not_to_who_is_away_and_not_twice(self, story: Story) -> None:
        first = away(story, EDSGER, None)
        assert code(Leave(story.world, story.clock).start(GRACE, EDSGER, 1)) == "delegate-away"
        again = replace(story.world, beside=(first.now,))
        assert code(Leave(again, story.clock).start(EDSGER, None)) == "already-away"

    def test_a_machine_is_never_away(self, world: World) -> None:
        assert code(Leave(world, Clock()).start("machine:nightly-training", None)) == "machine"


class TestADelegateDecides:
    def test_and_it_is_recorded_for_whom(self, story: Story) -> None:
        leave = away(story)
        story.asks(ADA)
        story.approves(MARGARET)
        assert story.status == "active"
        reviewed = next(one for one in story.events if isinstance(one, Reviewed))
        (by,) = reviewed.delegated_by
        assert (by.approver, by.absence, by.until) == (GRACE, "away_1", leave.now.until)
        assert by.groups == ("data-owners",)

    def test_with_the_account_by_which_they_said_so_if_it_is_another(self, story: Story) -> None:
        story.world = with_two_accounts(story.world, GRACE, EDSGER)
        away(story)
        story.asks(ADA)
        story.approves(MARGARET)
        reviewed = next(one for one in story.events if isinstance(one, Reviewed))
        found = {(one.approver, one.account) for one in reviewed.delegated_by}
        assert found == {(GRACE, None), (EDSGER, GRACE)}

    def test_not_before_not_after_and_not_by_others(self, story: Story) -> None:
        story.asks(ADA)
        assert code(story.approves(MARGARET)) == "not-an-approver"
        away(story, days=0.01)
        story.clock.forward(days=0.01)
        assert code(story.approves(MARGARET)) == "not-an-approver"

    def test_never_on_their_own_request(self, story: Story) -> None:
        away(story, delegate=ADA)
        story.asks(ADA)
        assert code(story.approves(ADA)) == "own-request"
        assert ADA not in deciders(story.now, heeding_absences(story.world, story.clock()).directory)

    def test_nor_for_the_requester(self, story: Story) -> None:
        away(story, GRACE, MARGARET)
        story.asks(GRACE, "warehouse")
        assert code(story.approves(MARGARET)) == "not-an-approver"

    def test_who_is_away_may_decide_themself_and_the_delegate_need_not(self, story: Story) -> None:
        away(story, GRACE, MARGARET)
        story.world = replace(
            story.world, directory=replace(story.world.directory, groups={**story.world.directory.groups})
        )
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves(GRACE)
        assert code(story.denies(GRACE)) == "reviewed"
        assert code(story.approves(MARGARET)) == "decided-for"
        assert MARGARET not in frozenset[str]().union(
            *to_ask(story.now, heeding_absences(story.world, story.clock()).directory).values()
        )

    def test_who_is_away_is_not_asked_where_others_can_decide(self, story: Story) -> None:
        away(story, GRACE, MARGARET)
        story.asks(ADA)
        asked = to_ask(story.now, heeding_absences(story.world, story.clock()).directory)
        assert asked == {"data-owners": frozenset({EDSGER, MARGARET})}

    def test_an_approver_in_their_own_right_decides_as_themself(self, story: Story) -> None:
        away(story, GRACE, EDSGER, 1)
        story.asks(ADA)
        story.approves(EDSGER)
        assert next(one for one in story.events if isinstance(one, Reviewed)).delegated_by == ()


class TestTheVerdictCountsOn:
    def pending(self, story: Story) -> None:
        """One stage is approved by a delegate; the other is open."""
        away(story)
        story.asks(ADA, "warehouse-write", ticket="DATA-42")
        story.approves(MARGARET)
        assert story.status == "pending"

    def test_when_the_approver_is_back(self, story: Story) -> None:
        self.pending(story)
        story.world = replace(story.world, in_force=())
        story.approves(RADIA)
        assert story.status == "active"

    def test_not_when_the_policy_no_longer_lets_the_delegate(self, story: Story, bundle: Bundle) -> None:
        self.pending(story)
        without = replace(story.world.bundle, delegation=bundle.delegation.model_copy(update={"rules": ()}))
        story.world = replace(story.world, bundle=without)
        story.approves(RADIA)
        assert story.status == "pending"

    @pytest.mark.parametrize("group", ["data_owners", "incident_command"])
    def test_not_when_either_has_left_the_group(self, story: Story, group: str) -> None:
        self.pending(story)
        left = world_of(story.world.bundle, **{group: frozenset({EDSGER} if group == "data_owners" else ())})
        story.world = replace(left, in_force=story.world.in_force)
        story.approves(RADIA)
        assert story.status == "pending"

    def test_once_beside_the_approver_s_own(self, story: Story) -> None:
        self.pending(story)
        story.approves(GRACE)
        assert story.status == "pending"
        assert len(story.now.reviews) == 2


class TestAnAbsenceEnds:
    def test_by_coming_back_by_its_time_and_by_nobody_else(self, world: World) -> None:
        leave = Leave(world, Clock())
        leave.start()
        assert code(leave.do(EndAbsence("away_1"), Actor(MARGARET))) == "not-yours"
        assert leave.do(TimePassed("away_1"), CLOCKWORK) == NoChange()
        leave.clock.at = due(leave.now) or leave.clock.at
        leave.do(TimePassed("away_1"), CLOCKWORK)
        assert (leave.now.status, leave.now.how) == ("over", "expired")
        assert leave.do(EndAbsence("away_1"), Actor(GRACE)) == NoChange()

    def test_when_the_person_leaves_and_its_delegation_when_the_delegate_does(self, world: World) -> None:
        leave = Leave(world, Clock())
        leave.start()
        check = CheckAbsence("away_1")
        assert leave.do(check, CLOCKWORK) == NoChange()
        people = {id: one for id, one in world.directory.people.items() if id != MARGARET}
        leave.world = replace(world, directory=replace(world.directory, people=people))
        leave.do(check, CLOCKWORK)
        assert (leave.now.status, leave.now.delegate, leave.now.delegation_ended) == (
            "away",
            None,
            "delegate-left",
        )
        del people[GRACE]
        leave.do(check, CLOCKWORK)
        assert (leave.now.status, leave.now.how) == ("over", "left")

    def test_its_delegation_when_the_policy_no_longer_lets_the_delegate(
        self, world: World, bundle: Bundle
    ) -> None:
        leave = Leave(world, Clock())
        leave.start()
        shorter = leave.world.bundle.delegation.rules[0].model_copy(update={"max": DAYS})
        rules = leave.world.bundle.delegation.model_copy(update={"rules": (shorter,)})
        leave.world = replace(world, bundle=replace(world.bundle, delegation=rules))
        leave.do(CheckAbsence("away_1"), CLOCKWORK)
        assert leave.now.delegation_ended == "policy"

    def test_nothing_is_concluded_while_nobody_is_known(self, world: World) -> None:
        leave = Leave(world, Clock())
        leave.start()
        leave.world = replace(world, directory=replace(world.directory, people={}))
        assert leave.do(CheckAbsence("away_1"), CLOCKWORK) == NoChange()
