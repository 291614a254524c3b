"""Access for a ticket: looked at when asked, approved and started, and over when the ticket is closed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.access.kits import KITS
from tests.access.story import SUBJECT, WHY, Story
from tests.builders import changed_bundle, world_of
from tests.people import ADA, GRACE, MARGARET
from tests.policy.test_tickets import LOOKED_UP, ticket
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import ReassessAccess, RequestAccess, ReviewAccess, StartGrant
from workflows.access.conditions import AcceptConditions
from workflows.access.events import Requested, Reviewed
from workflows.access.extensions import extended
from workflows.access.kits.commands import chosen_of
from workflows.access.narrative import SENTENCES
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.replay_ticket import impossible_ticket
from workflows.access.search_terms import found_by
from workflows.access.state import Access
from workflows.access.ticket_reader import TicketReader
from workflows.access.ticket_watch import ticket_performers
from workflows.access.tickets import FAULTY, NO_ANSWER, ReportTicket, read_ticket
from workflows.access.views import held_over
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Done, Later, Performer, Result
from workflows.narrative import Names
from workflows.policy.tickets import NOT_FOUND, TicketReading, Tickets
from workflows.ports import Permanent, Retryable
from workflows.workflow import (
    CLOCKWORK,
    OUTBOX,
    Actor,
    Command,
    Decision,
    NoChange,
    Refused,
    SearchTerms,
    World,
)

KEY = "OPS-12"
OPEN = TicketReading(
    source="jira",
    status="open",
    key=KEY,
    project="OPS",
    said="In Progress",
    link="https://northwind.atlassian.net/browse/OPS-12",
    title="Backfill the ranking features",
)
CLOSED = OPEN.model_copy(update={"status": "closed", "said": "Done"})
AWAY = TicketReading(source="jira", status="unreadable", why="Jira can't be reached.")
GONE = TicketReading(source="jira", status="missing")
HOUR = timedelta(hours=1)
AUTOMATIC = {"terms": {"automatic": True}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    rule = ticket(f"{LOOKED_UP}, ends_access: true")
    return world_of(changed_bundle(tmp_path_factory.mktemp("bundle") / "tickets", rule))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Without a rule about tickets."""
    return world_of(changed_bundle(tmp_path_factory.mktemp("bundle") / "plain"))


@pytest.fixture(scope="module")
def with_kit(tmp_path_factory: pytest.TempPathFactory) -> World:
    """With a kit, of which only the rule of what is second looks the ticket up."""
    looked_up = ("resources/feature-warehouse.yaml", "        required: true\n", "        source: jira\n")
    folder = tmp_path_factory.mktemp("bundle") / "kit"
    return world_of(changed_bundle(folder, looked_up, files={"kits.yaml": KITS}))


def asks(story: Story, found: TicketReading | None = OPEN, who: str = ADA, **more: Any) -> Decision:
    command = RequestAccess(SUBJECT, "warehouse", 3_600, WHY, KEY, ticket_found=found, **more)
    return story.handle(command, Actor(who))


def approves(story: Story, found: TicketReading | None = OPEN, **more: Any) -> Decision:
    card = story.card
    command = ReviewAccess(SUBJECT, "approve", *card, confirmed=True, ticket_found=found, **more)
    return story.handle(command, Actor(GRACE))


def sees(story: Story, found: TicketReading) -> Decision:
    return story.handle(ReportTicket(SUBJECT, found), OUTBOX)


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


@pytest.fixture
def story(world: World) -> Story:
    story = Story(world)
    asks(story)
    assert story.status == "pending"
    return story


@pytest.fixture
def active(story: Story) -> Story:
    approves(story)
    assert story.status == "active"
    return story


class TestWhenItIsAsked:
    @pytest.mark.parametrize(
        ("found", "refusal"),
        [(CLOSED, "ticket-closed"), (GONE, "no-ticket"), (AWAY, "ticket-unseen"), (None, "ticket-unseen")],
    )
    def test_a_ticket_that_isn_t_seen_open_is_refused_under_its_field(
        self, world: World, found: TicketReading | None, refusal: str
    ) -> None:
        story = Story(world)
        decision = asks(story, found)
        assert code(decision) == refusal
        assert isinstance(decision, Refused)
        assert set(decision.fields) == {"ticket"}
        assert story.state is None

    def test_it_keeps_what_was_seen_and_its_title_beside_the_log(self, story: Story) -> None:
        kept = story.now.ticket_found
        assert kept
        assert (kept.key, kept.title, story.now.ticket_title) == (KEY, "", "Backfill the ranking features")
        assert story.logged.replayed().state == story.state


def takes(story: Story, found: TicketReading | None, typed: str | None = KEY) -> Decision:
    why = "the warehouse is down and everybody waits for it"
    command = TakeAccess(SUBJECT, "warehouse", 1_200, why, typed, ticket_found=found)
    return story.handle(command, Actor(GRACE))


class TestBreakGlass:
    """It is for the days on which other systems are away, and somebody else looks at its ticket afterwards."""

    @pytest.mark.parametrize(
        ("found", "typed", "refusal"),
        [
            (OPEN, KEY, None),
            (AWAY, KEY, None),
            (CLOSED, KEY, "ticket-closed"),
            (GONE, KEY, "no-ticket"),
            (None, KEY, "ticket-unseen"),
            (None, None, "missing"),
            (AWAY, "later", "wrong-form"),
        ],
    )
    def test_needs_a_ticket_but_no_system_that_can_check_it(
        self, world: World, found: TicketReading | None, typed: str | None, refusal: str | None
    ) -> None:
        story = Story(world)
        assert code(takes(story, found, typed)) == refusal
        if refusal is None:
            assert (story.status, story.logged.replayed().fault) == ("active", None)

    def test_says_that_its_ticket_was_not_checked(self, world: World) -> None:
        story = Story(world)
        takes(story, AWAY)
        kept = story.now.ticket_found
        assert kept
        assert (kept.status, kept.key) == ("unreadable", "")
        facts = story.events[0].model_dump(mode="json", exclude_none=True)
        said = SENTENCES["requested"](facts, Names(world.directory, GRACE))
        assert "with a ticket that couldn't be checked" in said
        assert found_by(SearchTerms(), "requested", facts).tickets == frozenset()

    def test_ends_with_its_ticket_once_that_is_seen_closed(self, world: World) -> None:
        story = Story(world)
        takes(story, AWAY)
        assert story.called_for("watch-ticket")
        sees(story, AWAY)
        assert story.now.ticket_unseen_since
        sees(story, CLOSED)
        assert story.status in ("ending", "ended")
        assert story.logged.replayed().fault is None

    @pytest.mark.parametrize(
        ("forged", "possible"),
        [({}, True), ({"incident": "inc_1"}, False), ({"asked_by": ADA}, False), (AUTOMATIC, False)],
    )
    def test_nothing_else_can_have_been_requested_with_a_ticket_that_nobody_saw(
        self, world: World, forged: dict[str, Any], possible: bool
    ) -> None:
        story = Story(world)
        takes(story, AWAY)
        event = story.events[0]
        assert isinstance(event, Requested)
        terms = event.terms.model_copy(update=forged.get("terms"))
        found = impossible_ticket(event.model_copy(update={**forged, "terms": terms}))
        assert (found is None) == possible


class TestWhenItWouldBeGiven:
    def test_a_ticket_closed_since_gives_nothing(self, story: Story) -> None:
        decision = approves(story, CLOSED)
        assert code(decision) == "no-longer-allowed"
        assert isinstance(decision, Refused)
        assert "OPS-12 is closed (Done)" in decision.sentence
        assert story.status == "pending"
        approves(story, OPEN)
        assert story.status == "active"

    def test_a_ticket_that_can_t_be_seen_gives_nothing_and_says_to_try_again(self, story: Story) -> None:
        decision = approves(story, AWAY)
        assert code(decision) == "ticket-unseen"
        assert isinstance(decision, Refused)
        assert "Try again" in decision.sentence
        assert story.status == "pending"

    def test_it_can_be_denied_all_the_same(self, story: Story) -> None:
        story.denies(GRACE)
        assert story.status == "denied"

    def test_nobody_learns_of_it_who_may_not_decide(self, story: Story) -> None:
        card = story.card
        own = ReviewAccess(SUBJECT, "approve", *card, confirmed=True, ticket_found=AWAY)
        assert code(story.handle(own, Actor(ADA))) == "own-request"

    def test_accepting_conditions_looks_at_it_as_well(self, story: Story) -> None:
        approves(story, condition="read only")
        assert story.now.offered_at
        digest = story.now.digest
        assert (
            code(story.handle(AcceptConditions(SUBJECT, digest, CLOSED), Actor(ADA))) == "no-longer-allowed"
        )
        story.handle(AcceptConditions(SUBJECT, digest, OPEN), Actor(ADA))
        assert story.status == "active"
        assert story.logged.replayed().fault is None

    def test_so_does_accepting_what_someone_else_asked_for(self, world: World) -> None:
        story = Story(world)
        asks(story, who=GRACE, on_behalf_of=ADA)
        for found, refusal, words in (
            (AWAY, "ticket-unseen", "Try again in a moment"),
            (CLOSED, "no-longer-allowed", "This can't be accepted"),
        ):
            decision = story.handle(AcceptProposal(SUBJECT, story.now.digest, ticket_found=found), Actor(ADA))
            assert (code(decision), story.status) == (refusal, "proposed")
            assert isinstance(decision, Refused)
            assert words in decision.sentence
        story.handle(AcceptProposal(SUBJECT, story.now.digest, ticket_found=OPEN), Actor(ADA))
        assert story.status == "pending"

    def test_a_later_bundle_loosens_nothing_of_what_was_asked(self, story: Story, plain: World) -> None:
        story.world = plain
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        assert code(approves(story, CLOSED)) == "no-longer-allowed"
        approves(story, OPEN)
        assert story.status == "active"
        assert story.logged.replayed().fault is None

    def test_what_was_asked_before_its_ticket_was_looked_up_is_asked_anew(
        self, world: World, plain: World
    ) -> None:
        story = Story(plain)
        asks(story, None)
        story.world = world
        story.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        decision = approves(story, OPEN)
        assert isinstance(decision, Refused)
        assert "send a new request" in decision.sentence

    def test_the_verifier_finds_an_approval_without_an_open_ticket(self, story: Story) -> None:
        approves(story)
        assert story.logged.replayed().fault is None
        last = story.logged.decided[-1]
        reviewed = last.events[0]
        assert isinstance(reviewed, Reviewed)
        seen = {**reviewed.seen, "ticket": {"source": "jira", "status": "closed", "project": "OPS"}}
        forged = reviewed.model_copy(update={"seen": seen})
        story.logged.decided[-1] = replace(last, events=(forged, *last.events[1:]))
        assert "without its ticket" in str(story.logged.replayed().fault)


class TestWhenItStarts:
    @pytest.fixture
    def scheduled(self, world: World) -> Story:
        story = Story(world)
        asks(story, starts_at=story.clock() + HOUR)
        approves(story)
        assert story.status == "scheduled"
        story.clock.forward(hours=1)
        return story

    def starts(self, story: Story, found: TicketReading | None) -> Decision:
        return story.handle(StartGrant(SUBJECT, found), OUTBOX)

    def test_it_starts_for_an_open_ticket(self, scheduled: Story) -> None:
        self.starts(scheduled, OPEN)
        assert scheduled.status == "active"

    def test_it_is_cancelled_for_a_closed_one(self, scheduled: Story) -> None:
        self.starts(scheduled, CLOSED)
        assert (scheduled.status, held_over(scheduled.now)) == ("ended", None)
        assert scheduled.logged.replayed().fault is None

    def test_it_waits_while_the_ticket_can_t_be_seen_and_says_so_once(self, scheduled: Story) -> None:
        self.starts(scheduled, AWAY)
        assert scheduled.now.ticket_unseen_since == scheduled.clock()
        assert self.starts(scheduled, AWAY) == NoChange()
        assert scheduled.status == "scheduled"
        self.starts(scheduled, OPEN)
        assert (scheduled.status, scheduled.now.ticket_unseen_since) == ("active", None)
        assert scheduled.actions[-3:] == ["ticket-unreadable", "ticket-readable", "grant-started"]
        assert scheduled.logged.replayed().fault is None

    def test_it_never_starts_after_its_time(self, scheduled: Story) -> None:
        self.starts(scheduled, AWAY)
        scheduled.passes(hours=1)
        assert scheduled.status == "ended"
        assert held_over(scheduled.now) is None

    def test_new_rules_about_tickets_are_looked_at_when_it_starts(self, scheduled: Story) -> None:
        scheduled.handle(ReassessAccess(SUBJECT), CLOCKWORK)
        assert scheduled.status == "scheduled"


class TestWhileItLasts:
    def test_it_is_watched_from_the_grant_on(self, story: Story) -> None:
        assert story.called_for("watch-ticket") == []
        approves(story)
        assert len(story.called_for("watch-ticket")) == 1

    def test_it_ends_with_its_ticket_and_its_credentials_are_revoked(self, active: Story) -> None:
        active.gets_credentials(ADA)
        active.minted("crd_1")
        before = extended(active.now, active.clock())
        sees(active, CLOSED)
        grant = active.now.grant
        assert grant
        assert before
        assert (active.status, grant.how, active.now.reason) == (
            "ending",
            "ticket closed",
            "Its ticket was closed.",
        )
        assert len(active.called_for("end")) == len(active.called_for("cancel-extensions")) == 1
        active.ended("crd_1")
        assert active.status == "ended"
        assert sees(active, CLOSED) == NoChange()
        replayed = active.logged.replayed()
        assert (replayed.fault, replayed.state) == (None, active.state)

    @pytest.mark.parametrize("found", [AWAY, GONE])
    def test_no_fault_ends_it_and_the_card_says_since_when(self, active: Story, found: TicketReading) -> None:
        sees(active, found)
        assert active.now.ticket_unseen_since == active.clock()
        assert sees(active, found) == NoChange()
        assert active.status == "active"
        sees(active, OPEN)
        assert active.now.ticket_unseen_since is None
        active.passes(hours=1)
        assert active.status == "ended"
        assert active.logged.replayed().fault is None

    def test_a_ticket_that_stays_open_keeps_nobody_in(self, active: Story) -> None:
        active.passes(hours=1)
        assert active.now.grant
        assert active.now.grant.how == "expired"

    def test_nobody_but_daypass_says_what_became_of_it(self, active: Story) -> None:
        assert code(active.handle(ReportTicket(SUBJECT, CLOSED), Actor(MARGARET))) == "not-yours"

    def test_where_the_rule_doesn_t_say_so_nothing_is_watched(self, tmp_path: Path) -> None:
        story = Story(world_of(changed_bundle(tmp_path / "bundle", ticket(LOOKED_UP))))
        asks(story)
        approves(story)
        assert story.status == "active"
        assert story.called_for("watch-ticket") == []


class Known:
    """A system with one ticket."""

    def __init__(self, answer: TicketReading | Exception = OPEN) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def read(self, key: str) -> TicketReading:
        self.asked.append(key)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class States:
    """As much of the store as is read."""

    def __init__(self, state: Access | None = None) -> None:
        self.state = state

    async def find(self, kind: type[Access], subject: str) -> Access | None:
        return self.state


class TestTheWatch:
    async def watched(self, story: Story, system: Tickets) -> Result:
        (called,) = story.called_for("watch-ticket")
        performers: dict[str, Performer] = ticket_performers({"jira": system}, States(story.now), every=7)  # type: ignore[arg-type]
        return await performers["watch-ticket"].perform(ClaimedEffect(1, SUBJECT, 1, 0, called.kind, {}, 1))

    async def test_looks_again_while_the_ticket_is_open(self, active: Story) -> None:
        system = Known()
        assert await self.watched(active, system) == Later("The ticket goes on.", None, pause=7)
        assert system.asked == [KEY]

    async def test_reports_that_it_is_closed_and_is_done(self, active: Story) -> None:
        assert await self.watched(active, Known(CLOSED)) == Done(ReportTicket(SUBJECT, CLOSED))

    async def test_says_once_that_it_can_t_see_it(self, active: Story) -> None:
        assert await self.watched(active, Known(GONE)) == Later(
            NOT_FOUND, ReportTicket(SUBJECT, GONE), pause=7
        )
        sees(active, GONE)
        assert await self.watched(active, Known(GONE)) == Later(NOT_FOUND, None, pause=7)

    async def test_looks_for_what_was_typed_where_nobody_could_look_before(self, world: World) -> None:
        story, system = Story(world), Known()
        takes(story, AWAY)
        await self.watched(story, system)
        assert system.asked == [KEY]

    async def test_asks_nothing_once_access_is_over(self, active: Story) -> None:
        active.gives_back(ADA)
        system = Known()
        assert await self.watched(active, system) == Done()
        assert system.asked == []


class TestLookingItUpBefore:
    async def informed(
        self, world: World, command: Command, who: str = ADA, state: Access | None = None
    ) -> tuple[Any, list[str]]:
        system = Known()
        reader = TicketReader({"jira": system}, States(state), lambda: world)  # type: ignore[arg-type]
        return await reader.inform(command, Actor(who)), system.asked

    async def test_a_request_comes_with_its_ticket(self, world: World) -> None:
        command, asked = await self.informed(world, RequestAccess(SUBJECT, "warehouse", 60, WHY, f" {KEY} "))
        assert (command.ticket_found, asked) == (OPEN, [KEY])

    async def test_whoever_may_not_ask_has_nothing_looked_up(self, world: World) -> None:
        for who, what, typed in (
            ("USTRANGER", "warehouse", KEY),
            (ADA, "nothing", KEY),
            (ADA, "warehouse", "not a ticket"),
            (ADA, "warehouse", ""),
            (ADA, "warehouse", "x" * 500),
        ):
            command, asked = await self.informed(world, RequestAccess(SUBJECT, what, 60, WHY, typed), who)
            assert (command.ticket_found, asked) == (None, [])

    async def test_an_approval_and_a_start_come_with_the_ticket_of_their_request(
        self, world: World, story: Story
    ) -> None:
        approval = ReviewAccess(SUBJECT, "approve", *story.card)
        for command in (approval, AcceptConditions(SUBJECT, story.now.digest), StartGrant(SUBJECT)):
            informed, asked = await self.informed(world, command, GRACE, story.now)
            assert (informed.ticket_found, asked) == (OPEN, [KEY])

    async def test_a_denial_waits_for_nothing(self, world: World, story: Story) -> None:
        denial = ReviewAccess(SUBJECT, "deny", *story.card, "no")
        assert await self.informed(world, denial, GRACE, story.now) == (denial, [])

    async def test_what_fails_is_nobody_s_yes(self) -> None:
        for error, why in (
            (Retryable("Away."), "Away."),
            (Permanent("Rejected."), "Rejected."),
            (TimeoutError(), NO_ANSWER),
            (KeyError("secret"), FAULTY),
        ):
            found = await read_ticket({"jira": Known(error)}, "jira", KEY, 5)
            assert found == TicketReading(source="jira", status="unreadable", why=why)


class TestOfAKit:
    """The first request is refused for what the rules of the others say, each by the ticket in its own system."""

    async def decided(
        self, with_kit: World, system: Known, who: str = ADA
    ) -> tuple[RequestAccess, Decision, list[str]]:
        kit = chosen_of(with_kit.bundle, "churn", ("warehouse", "warehouse-write"), 3_600)
        command = RequestAccess(SUBJECT, *kit.members[0], WHY, KEY, kit=kit)
        reader = TicketReader({"jira": system}, States(), lambda: with_kit)  # type: ignore[arg-type]
        informed = await reader.inform(command, Actor(who))
        assert isinstance(informed, RequestAccess)
        return informed, Story(with_kit).handle(informed, Actor(who)), system.asked

    async def test_an_open_ticket_lets_it_be_requested(self, with_kit: World) -> None:
        informed, decision, asked = await self.decided(with_kit, Known())
        assert isinstance(decision, tuple)
        assert (informed.ticket_found, asked) == (None, [KEY])

    async def test_a_closed_one_is_said_at_the_beginning(self, with_kit: World) -> None:
        _, decision, _ = await self.decided(with_kit, Known(CLOSED))
        assert isinstance(decision, Refused)
        assert decision.sentence.startswith("Change the feature warehouse: ")

    async def test_whoever_may_not_ask_has_nothing_looked_up(self, with_kit: World) -> None:
        assert (await self.decided(with_kit, Known(), "USTRANGER"))[2] == []
