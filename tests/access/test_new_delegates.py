"""A delegate whom an approver asked only lately is said to be new, and no approval of theirs slips by a rule that asks more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.access.cards import card
from tests.access.changes import RULES, SECOND_LOOK, STAGE
from tests.access.leave import DELEGATION, Leave, away
from tests.access.story import SUBJECT, WHY, Story
from tests.builders import MONDAY, WORKFLOWS, Clock, changed_bundle, world_of
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access.commands import RequestAccess
from workflows.access.narrative import SENTENCES
from workflows.access.search_terms import found_by
from workflows.access.signals.history import History, PastRequest
from workflows.approval.approvers_check import CheckApprovers
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.narrative import Names
from workflows.queries.earlier_absences import EarlierAbsences
from workflows.system.absences.commands import EndAbsence, StartAbsence
from workflows.system.absences.earlier import first_asked
from workflows.system.absences.state import Absence, Earlier
from workflows.workflow import CLOCKWORK, Actor, NoChange, Refused, SearchTerms, World

DAY = timedelta(days=1)
USUAL = History(
    MONDAY - 300 * DAY,
    tuple(
        PastRequest(
            MONDAY - number * DAY, "warehouse", "feature-warehouse", granted=True, over=True, used=True
        )
        for number in range(1, 31)
    ),
)
"""Once a day, in the morning: nothing about the next one is unusual."""


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """By a rule that asks for nothing more, and by one that asks for a second look."""
    target = tmp_path_factory.mktemp("new-delegates")
    look = (RULES, STAGE, SECOND_LOOK.replace("burst", "new-delegate"))
    files = {"delegation.yaml": DELEGATION}
    return {
        "nothing": world_of(changed_bundle(target / "nothing", files=files)),
        "a second look": world_of(changed_bundle(target / "look", look, files=files)),
    }


@pytest.fixture
def story(worlds: dict[str, World]) -> Iterator[Story]:
    story = Story(worlds["a second look"])
    yield story
    replayed = story.logged.replayed()
    assert (replayed.fault, replayed.state) == (None, story.state)


def ask(story: Story) -> None:
    story.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY, history=USUAL), Actor(ADA))


def raised(story: Story) -> tuple[str, ...]:
    return story.now.signals.raised if story.now.signals else ()


def stages(story: Story) -> list[str]:
    return [one.name for one in story.now.terms.stages]


class TestWhileADelegateIsNew:
    def test_a_request_says_so_and_its_rule_may_ask_for_more(self, story: Story) -> None:
        away(story)
        story.clock.forward(hours=2)
        ask(story)
        assert raised(story) == ("new-delegate",)
        assert stages(story) == ["data-owners", "second-look"]
        assert "Unusual: new delegate" in str(card(story.now, "approver", story.world.directory).blocks)

    def test_not_where_others_decide_nor_for_a_delegate_of_the_requester(self, story: Story) -> None:
        away(story, GRACE, ADA)
        ask(story)
        assert raised(story) == ()

    def test_a_delegate_known_from_an_earlier_absence_isn_t(self, story: Story) -> None:
        leave = away(story)
        known = leave.now.model_copy(update={"earlier": Earlier(absence="away_0", at=MONDAY - 30 * DAY)})
        story.world = replace(story.world, in_force=(known,))
        ask(story)
        assert (raised(story), stages(story)) == ((), ["data-owners"])


class TestADelegateAskedWhileARequestWaits:
    def test_is_found_as_soon_as_people_are_looked_at(self, story: Story) -> None:
        ask(story)
        away(story)
        story.handle(CheckApprovers(SUBJECT), CLOCKWORK)
        assert story.actions[-2:] == ["signals-raised", "terms-revised"]
        assert stages(story) == ["data-owners", "second-look"]
        assert isinstance(story.handle(CheckApprovers(SUBJECT), CLOCKWORK), NoChange)

    def test_is_found_at_their_approval_at_the_latest(self, story: Story) -> None:
        ask(story)
        away(story)
        refused = story.approves(MARGARET)
        assert isinstance(refused, Refused)
        assert refused.code == "stale"
        assert (story.status, raised(story)) == ("pending", ("new-delegate",))
        story.approves(MARGARET)
        assert story.status == "pending"
        story.approves(RADIA)
        assert story.status == "active"

    def test_is_on_record_where_the_rule_asks_for_nothing_more(
        self, story: Story, worlds: dict[str, World]
    ) -> None:
        story.world = worlds["nothing"]
        ask(story)
        away(story)
        story.approves(MARGARET)
        assert story.actions[1:4] == ["signals-raised", "reviewed", "approved"]
        assert story.status == "active"
        leaf = next(one for one, _ in story.logged.story() if one.action == "access.signals-raised")
        said = SENTENCES["signals-raised"](leaf.facts, Names(story.world.directory, ADA))
        assert said == "Unusual by now: new delegate"
        assert found_by(SearchTerms(), "signals-raised", leaf.facts).signals == {"new-delegate"}

    def test_changes_nothing_for_who_decides_themself_nor_for_a_denial(self, story: Story) -> None:
        ask(story)
        away(story)
        story.approves(EDSGER)
        assert (story.status, raised(story)) == ("active", ())

    def test_may_deny_at_once(self, story: Story) -> None:
        ask(story)
        away(story)
        story.denies(MARGARET)
        assert (story.status, raised(story)) == ("denied", ())


class TestWhoIsKnownAsADelegate:
    @pytest.mark.parametrize(
        ("delegate", "days", "known"), [(MARGARET, 2, True), (MARGARET, 0.9, False), (EDSGER, 2, False)]
    )
    def test_is_whoever_was_asked_in_an_absence_that_lasted(
        self, worlds: dict[str, World], delegate: str, days: float, known: bool
    ) -> None:
        leave = Leave(worlds["nothing"], Clock())
        leave.start(GRACE, delegate, days=2)
        leave.clock.forward(days=days)
        leave.do(EndAbsence("away_1"), Actor(GRACE))
        found = first_asked([leave.now], MARGARET)
        assert found == (Earlier(absence="away_1", at=leave.now.at) if known else None)

    async def test_is_read_before_an_absence_begins(
        self, worlds: dict[str, World], store: Store, clock: Clock
    ) -> None:
        reader = EarlierAbsences(store, clock)
        ledger = Ledger(store, WORKFLOWS, lambda: worlds["nothing"], clock, inform=reader.inform)
        first, second = ("away_01KJ4M3Z00000000000000000A", "away_01KJ4M3Z00000000000000000B")

        async def leaves(subject: str) -> Absence:
            command = StartAbsence(subject, clock() + 2 * DAY, MARGARET)
            state = (await ledger.handle(command, Actor(GRACE), "test")).state
            assert isinstance(state, Absence)
            return state

        began = await leaves(first)
        assert (began.earlier, began.since) == (None, began.at)
        clock.forward(days=1.5)
        await ledger.handle(EndAbsence(first), Actor(GRACE), "test")
        assert (await leaves(second)).earlier == Earlier(absence=first, at=began.at)
