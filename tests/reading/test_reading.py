"""What each reader finds, lists and is told: never more than is their business, and never less without a word."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from ulid import ULID

import workflows.queries.queries
from tests.builders import BY_KIND, Clock
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.commands import (
    GiveBack,
    PlaybookOrigin,
    ReportEnded,
    ReportMinted,
    ReportNotMinted,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
)
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.signals.history import History, PastRequest
from workflows.access.state import Access
from workflows.audit.sequencer import sequence
from workflows.database.store import Store
from workflows.incidents.commands import DeclareIncident
from workflows.incidents.state import Incident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ledger.work import Outcome
from workflows.policy.tickets import TicketReading
from workflows.queries.queries import Queries
from workflows.queries.search_index import index_log
from workflows.queries.search_request import SearchRequest
from workflows.queries.visibility import Viewer
from workflows.system.session_commands import SignIn
from workflows.workflow import CLOCKWORK, OUTBOX, Actor, TimePassed, World

WHY = "to see why the churn model drifts since Monday"
SECRET = "the payroll table leaked"
PLAYBOOK = Actor("daypass:playbook")


@pytest.fixture
def reads(store: Store) -> Repository:
    return Repository(store)


@pytest.fixture
def reading(reads: Repository, store: Store, world: World) -> Queries:
    return Queries(reads, store, lambda: world, BY_KIND)


@pytest.fixture
def placed(store: Store) -> Callable:
    """Bring the index up to what was recorded."""

    async def bring() -> None:
        await sequence(store)
        while await index_log(store, BY_KIND):
            pass

    return bring


async def asked(
    ledger: Ledger, by: str = ADA, entitlement: str = "warehouse", on_behalf_of: str | None = None
) -> Access:
    command = RequestAccess(f"acc_{ULID()}", entitlement, 3600, WHY, on_behalf_of=on_behalf_of)
    outcome = await ledger.handle(command, Actor(by), "slack")
    assert outcome.refusal is None, outcome.refusal
    return outcome.state


async def granted(ledger: Ledger) -> Access:
    state = await asked(ledger)
    return (await review(ledger, state, GRACE)).state


async def review(ledger: Ledger, state: Access, by: str) -> Outcome:
    command = ReviewAccess(state.id, "approve", state.digest, state.terms.digest)
    return await ledger.handle(command, Actor(by), "slack")


async def declared(ledger: Ledger, private: bool, title: str = SECRET) -> Outcome:
    command = DeclareIncident(f"inc_{ULID()}", title, "sev3", private=private)
    return await ledger.handle(command, Actor(MARGARET), "slack")


async def story(
    reading: Queries, by: Viewer, subject: str, after: tuple[int, int] = (0, 0), limit: int = 200
):
    return await reading.story(by, subject, after, limit)


async def told(reading: Queries, who: str, **wanted: str) -> list[str]:
    """The sentences of what somebody finds, oldest first, with what was typed."""
    found = await reading.search(reading.reader(who), SearchRequest(**wanted), None, 200)
    every = [" ".join((one.sentence, *(said.text for said in one.said))) for one in found.passages]
    return every[::-1]


class TestWhatIsFound:
    async def test_is_the_same_for_whoever_reads_it_later_or_at_once(self, ledger, reading, placed, store):
        state = await granted(ledger)
        await placed()
        for who in (ADA, GRACE, EDSGER, BARBARA):
            for one in (await reading.search(reading.reader(who), SearchRequest(), None, 200)).passages:
                assert await reading.logged(reading.reader(who), one.index) is not None, (who, one)
        assert len(await told(reading, ADA)) == len(await told(reading, BARBARA)) == 4
        assert await told(reading, EDSGER) == [await sentence(reading, state, 0)], "he could have decided"
        assert await told(reading, GRACE) == await told(reading, BARBARA)
        assert await told(reading, MARGARET) == []

    async def test_what_was_requested_for_someone_else_is_found_by_who_did(
        self, ledger, reading, placed
    ) -> None:
        await asked(ledger)
        command = RequestAccess(f"acc_{ULID()}", "warehouse", 3600, WHY, on_behalf_of=ADA)
        state = (await ledger.handle(command, Actor(GRACE), "slack")).state
        await placed()
        assert await told(reading, EDSGER, asked_by=GRACE) == [], "nobody asks him before it is accepted"
        await ledger.handle(AcceptProposal(state.id, state.digest), Actor(ADA), "slack")
        await placed()
        found = await told(reading, BARBARA, asked_by=GRACE)
        assert "Grace, on behalf of Ada, requested access" in found[0]
        assert found[1:] == ["Ada accepted what was requested for them"]
        assert await told(reading, ADA, asked_by=ADA) == []
        assert await told(reading, EDSGER, asked_by=GRACE) == found[1:]

    async def test_break_glass_is_found_by_where_its_review_is_now(self, ledger, reading, placed) -> None:
        await asked(ledger)
        take = TakeAccess(f"acc_{ULID()}", "warehouse", 1_200, f"{WHY}, and customers see it")
        await ledger.handle(take, Actor(GRACE), "slack")
        await placed()
        found = await told(reading, BARBARA, break_glass="unreviewed")
        assert "took it without approval" in found[0]
        assert await told(reading, BARBARA, break_glass="reviewed") == []
        verdict = ReviewBreakGlass(take.subject, "unjustified", "there was no emergency")
        await ledger.handle(verdict, Actor(EDSGER), "slack")
        await placed()
        assert await told(reading, BARBARA, break_glass="unreviewed") == []
        assert (await told(reading, BARBARA, break_glass="reviewed"))[: len(found)] == found

    async def test_what_was_unusual_is_found_with_all_that_belongs_to_it(
        self, ledger, reading, placed, clock
    ):
        await asked(ledger)
        busy = tuple(
            PastRequest(clock() - timedelta(minutes=number), "warehouse", "x") for number in range(1, 6)
        )
        command = RequestAccess(
            f"acc_{ULID()}", "warehouse", 3600, WHY, history=History(clock() - timedelta(days=99), busy)
        )
        state = (await ledger.handle(command, Actor(ADA), "slack")).state
        await review(ledger, state, GRACE)
        await placed()
        found = await told(reading, ADA, signal="burst")
        assert "; unusual: many requests, first time" in found[0]
        assert len(found) == 4
        assert await told(reading, ADA, signal="burst", action="access.granted") == [found[3]]
        assert await told(reading, EDSGER, signal="burst") == [found[0]], "he could have decided"
        assert await told(reading, ADA, signal="never-used") == []

    async def test_a_ticket_that_was_looked_up_is_found_in_whatever_case(self, ledger, reading, placed):
        found = TicketReading(source="jira", status="open", key="OPS-12", project="OPS")
        subject = f"acc_{ULID()}"
        command = RequestAccess(subject, "warehouse", 3600, WHY, "OPS-12", ticket_found=found)
        state = (await ledger.handle(command, Actor(ADA), "slack")).state
        await review(ledger, state, GRACE)
        await placed()
        assert len(await told(reading, ADA, ticket="ops-12")) == 4
        assert await told(reading, ADA, ticket="ops-1") == []

    async def test_a_refusal_is_found_by_who_was_refused_and_they_may_read_it(self, ledger, reading, placed):
        state = await asked(ledger)
        assert (await review(ledger, state, ADA)).refusal
        outcome = await ledger.handle(
            RequestAccess(f"acc_{ULID()}", "warehouse", 1, WHY), Actor(ADA), "slack"
        )
        assert outcome.refusal
        assert (await review(ledger, state, MARGARET)).refusal
        await placed()
        assert sum("was blocked" in one for one in await told(reading, ADA)) == 3
        alone = await story(reading, reading.reader(ADA), outcome.subject)
        assert alone is not None
        assert alone.passages[0].refused
        assert await story(reading, reading.reader(EDSGER), outcome.subject) is None
        assert await told(reading, MARGARET) == [], "what she was refused on is none of her business"
        page = await reading.search(reading.reader(MARGARET), SearchRequest(), None, 200)
        assert page.about == {}

    async def test_people_find_their_own_sessions_and_may_open_them(self, ledger, reading, placed):
        session = f"ses_{ULID()}"
        await ledger.handle(SignIn(session, "https://id.example", "ada"), Actor(ADA), "console")
        await placed()
        (one,) = (
            await reading.search(reading.reader(ADA), SearchRequest(action="session"), None, 9)
        ).passages
        assert await reading.logged(reading.reader(ADA), one.index) is not None
        assert await story(reading, reading.reader(ADA), session) is not None
        assert await story(reading, reading.reader(GRACE), session) is None
        assert await told(reading, GRACE) == []

    async def test_says_that_many_events_are_too_new_and_never_how_many(
        self, ledger, reading, placed, monkeypatch
    ):
        monkeypatch.setattr(workflows.queries.queries, "LATE_FROM", 3)
        late = []
        for _ in range(3):
            await asked(ledger)
            late.append((await reading.search(reading.reader(BARBARA), SearchRequest(), None, 9)).late)
        await placed()
        late.append((await reading.search(reading.reader(BARBARA), SearchRequest(), None, 9)).late)
        assert late == [False, False, True, False]


async def sentence(reading: Queries, state: Access, n: int) -> str:
    found = await story(reading, reading.reader(BARBARA), state.id)
    assert found is not None
    one = found.passages[n]
    return " ".join((one.sentence, *(said.text for said in one.said)))


class TestAStory:
    @pytest.mark.parametrize("limit", [1, 2, 3, 4])
    async def test_is_told_whole_page_by_page(self, ledger, reading, limit):
        state = await granted(ledger)
        by = reading.reader(BARBARA)
        whole = await story(reading, by, state.id)
        assert (len(whole.passages), whole.next) == (4, None)
        told, after = [], (0, 0)
        while after is not None:
            page = await story(reading, by, state.id, after, limit)
            assert len(page.passages) <= limit
            told += page.passages
            after = page.next
        assert tuple(told) == whole.passages

    async def test_names_the_rule_of_each_decision(self, ledger, reading):
        state = await granted(ledger)
        told = (await story(reading, reading.reader(BARBARA), state.id)).passages
        assert [(one.action, bool(one.rule)) for one in told] == [
            ("access.requested", True),
            ("access.reviewed", True),
            ("access.approved", False),
            ("access.granted", False),
        ]
        assert {one.rule for one in told[:2]} == {state.terms.rule}


class TestWhatIsPrivate:
    """To whom it doesn't concern it is as if it weren't there, auditors included."""

    OUTSIDE = (ADA, GRACE, BARBARA)

    async def test_is_found_by_its_members_alone_from_the_first_event_on(self, ledger, reading, placed):
        outcome = await declared(ledger, private=True)
        await placed()
        for who in (MARGARET, RADIA):
            assert any(SECRET in one for one in await told(reading, who, action="incident")), who
        for who in self.OUTSIDE:
            assert await told(reading, who, action="incident") == []
            assert await story(reading, reading.reader(who), outcome.subject) is None

    async def test_a_refused_declaration_tells_nobody_of_it(self, ledger, reading, placed):
        """The window is filled in again: the same incident is declared rightly, after a refusal."""
        first = DeclareIncident(f"inc_{ULID()}", "no", "sev3", private=True)
        assert (await ledger.handle(first, Actor(MARGARET), "slack")).refusal
        await placed()
        for who in self.OUTSIDE:
            assert await told(reading, who, action="incident") == []
        assert len(await told(reading, MARGARET, action="incident")) == 1
        again = DeclareIncident(first.subject, SECRET, "sev3", private=True)
        assert (await ledger.handle(again, Actor(MARGARET), "slack")).refusal is None
        await placed()
        for who in self.OUTSIDE:
            page = await reading.search(reading.reader(who), SearchRequest(action="incident"), None, 9)
            assert (page.passages, page.about) == ((), {})

    async def test_one_that_was_first_tried_in_the_open_shows_nothing_once_it_is_private(
        self, ledger, reading, placed
    ):
        first = DeclareIncident(f"inc_{ULID()}", "no", "sev3")
        assert (await ledger.handle(first, Actor(MARGARET), "slack")).refusal
        again = DeclareIncident(first.subject, SECRET, "sev3", private=True)
        assert (await ledger.handle(again, Actor(MARGARET), "slack")).refusal is None
        await placed()
        page = await reading.search(reading.reader(BARBARA), SearchRequest(action="incident"), None, 9)
        assert (page.passages, page.about) == ((), {})
        found, _ = await reading.found(reading.reader(BARBARA), SearchRequest(action="incident"), 9)
        assert found == []

    async def test_access_that_its_playbook_was_refused_is_hidden_too(self, ledger, reading, placed):
        incident = (await declared(ledger, private=True)).subject
        ground = PlaybookOrigin(
            incident, "sev3", "responder", ADA, MARGARET, ("commander",), "x", False, True
        )
        command = RequestAccess(f"acc_{ULID()}", "warehouse", 1800, f"Incident: {SECRET}", ground=ground)
        outcome = await ledger.handle(command, PLAYBOOK, "playbook")
        assert outcome.refusal
        await placed()
        assert await told(reading, BARBARA, action="access") == []
        assert await story(reading, reading.reader(BARBARA), command.subject) is None
        assert await story(reading, reading.reader(MARGARET), command.subject) is not None

    async def test_lists_name_no_id_of_it(self, ledger, reading):
        for _ in range(7):
            assert (await declared(ledger, private=True)).refusal is None
        visible = (await declared(ledger, private=False, title="the nightly job is late")).subject
        for _ in range(7):
            assert (await declared(ledger, private=True)).refusal is None
        auditor, nobody = reading.reader(BARBARA), reading.reader("machine:nightly-training")
        found, following = await reading.listed(auditor, Incident, ("open",), None, 1)
        assert ([one.id for one in found], following) == ([visible], None)
        assert await reading.listed(nobody, Incident, ("open",), None, 1) == ([], None)


class TestLists:
    async def test_pages_are_together_all_and_name_only_what_was_shown(self, ledger, reading):
        theirs = [(await asked(ledger)).id for _ in range(3)]
        seen: list[str] = []
        before = None
        while True:
            page, before = await reading.listed(reading.reader(ADA), Access, ("pending",), before, 2)
            seen += [one.id for one in page]
            if before is None:
                break
            assert before == page[-1].id
        assert seen == sorted(theirs, reverse=True)

    async def test_what_concerns_one_without_being_one_s_own_is_listed_where_it_is_asked_for(
        self, ledger, reading
    ):
        proposed = [(await asked(ledger, GRACE, on_behalf_of=ADA)).id for _ in range(3)]
        newest = sorted(proposed, reverse=True)

        async def listed(who: str, before: str | None = None) -> tuple[list[str], str | None]:
            """Two of those that wait to be accepted."""
            page, following = await reading.listed(
                reading.reader(who), Access, ("proposed",), before, 2, owned=False
            )
            return [one.id for one in page], following

        assert await listed(ADA) == (newest[:2], newest[1])
        assert await listed(ADA, newest[1]) == (newest[2:], None)
        assert await listed(EDSGER) == ([], None), "nobody else is asked before they accept"


class TestWhoHadAccess:
    """From the grant until Vault has confirmed that every credential is gone; indexed or not makes no difference."""

    @pytest.fixture(params=["indexed", "not indexed"])
    async def settled(self, request, placed):
        async def nothing() -> None:
            return None

        return placed if request.param == "indexed" else nothing

    async def names(self, reading: Queries, at, resource: str = "feature-warehouse") -> list[str]:
        held = await reading.held(reading.reader(BARBARA), resource, at)
        assert held.whole
        return [one.access.requester for one in held.holders]

    async def test_is_told_while_it_is_held_and_after(self, ledger, reading, clock: Clock, settled):
        state = await granted(ledger)
        begun = clock()
        assert await self.names(reading, begun) == [ADA]
        assert await self.names(reading, begun, "warehouse") == [ADA]
        assert await self.names(reading, begun, "another") == []
        clock.forward(minutes=10)
        await ledger.handle(GiveBack(state.id), Actor(ADA), "slack")
        ended = clock()
        await settled()
        clock.forward(minutes=10)
        assert await self.names(reading, begun) == [ADA]
        assert await self.names(reading, ended) == [], "the end isn't included"
        assert await self.names(reading, clock()) == []

    async def test_counts_until_vault_has_confirmed_even_after_it_seemed_over(
        self, ledger, reading, clock: Clock, settled
    ):
        """A minting that was given up for lost turns up when the grant has ended: access is live again."""
        state = await granted(ledger)
        await ledger.handle(RequestCredential(state.id, "crd_1", "w"), Actor(ADA), "slack")
        clock.forward(minutes=10)
        await ledger.handle(GiveBack(state.id), Actor(ADA), "slack")
        lost = ReportNotMinted(state.id, "crd_1", "Vault didn't answer.", lost=True)
        await ledger.handle(lost, OUTBOX, "outbox")
        gone = await ledger.handle(ReportEnded(state.id, "crd_1", None, ("vault",)), OUTBOX, "outbox")
        assert gone.state.status == "ended"
        ended = clock()
        await settled()
        clock.forward(minutes=2)
        minted = ReportMinted(state.id, "crd_1", "accessor", "lease", "wrapping", True, state.grant.ends_at)
        after = (await ledger.handle(minted, OUTBOX, "outbox")).state
        await settled()
        assert after.status == "ending"
        assert after.grant.ended_at is None
        assert await self.names(reading, ended) == [ADA]
        assert await self.names(reading, clock()) == [ADA]
        clock.forward(minutes=1)
        over = (
            await ledger.handle(ReportEnded(state.id, "crd_1", "accessor", ("vault",)), OUTBOX, "outbox")
        ).state
        assert over.status == "ended"
        await settled()
        assert await self.names(reading, clock()) == []
        assert await self.names(reading, ended) == [ADA]

    async def test_says_that_it_is_not_all_when_the_index_is_far_behind(
        self, ledger, reads, store, world, clock, placed
    ):
        reading = Queries(reads, store, lambda: world, BY_KIND, most_behind=3)
        await granted(ledger)
        assert not (await reading.held(reading.reader(BARBARA), "warehouse", clock())).whole
        await placed()
        assert (await reading.held(reading.reader(BARBARA), "warehouse", clock())).whole


class TestLiveNow:
    async def test_says_what_is_overdue_and_nothing_else_is(
        self, ledger, reading, clock: Clock, world: World
    ):
        state = await asked(ledger)
        quick = await granted(ledger)
        clock.forward(seconds=5)
        await ledger.handle(RequestCredential(quick.id, "crd_1", "w"), Actor(ADA), "slack")
        minted = ReportMinted(quick.id, "crd_1", "accessor", "lease", "wrapping", True, quick.grant.ends_at)
        await ledger.handle(minted, OUTBOX, "outbox")
        await ledger.handle(GiveBack(quick.id), Actor(ADA), "slack")
        live = await reading.live(reading.reader(BARBARA), clock())
        assert [one.id for one in live.grants] == [quick.id]
        assert live.overdue == frozenset(), "it was given back this very second"
        after = min(one.escalate_after for one in state.terms.stages if one.escalate_after)
        clock.forward(seconds=after)
        assert state.id in (await reading.live(reading.reader(BARBARA), clock())).overdue
        clock.forward(hours=1)
        assert quick.id in (await reading.live(reading.reader(BARBARA), clock())).overdue
        await ledger.handle(TimePassed(state.id), CLOCKWORK, "clockwork")

    async def test_says_what_waits_for_whom(self, ledger, reading, clock: Clock):
        state = await asked(ledger)
        waits = {
            who: (await reading.live(reading.reader(who), clock())).waiting for who in (ADA, GRACE, BARBARA)
        }
        assert waits == {ADA: frozenset(), GRACE: frozenset({state.id}), BARBARA: frozenset()}
