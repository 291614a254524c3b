"""Erasing what a person wrote: the text is in no table any more, stories go on, and the log verifies."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.cli.desk import Desk
from bot.cli.erasing import Erased, erase_at
from migrations.erasing import NotErased
from migrations.erasing import erase as erase_texts
from tests.audit.example_log import START
from tests.builders import BY_KIND, WORKFLOWS, Clock, Database
from tests.documents.story import PLAN
from tests.logged import Logged
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, PEOPLE, RADIA
from tests.spine.test_sequence import Key
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.commands import GiveBack, RequestAccess, ReviewAccess, WithdrawAccess
from workflows.access.state import Access
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.audit.export.directory import write_export
from workflows.audit.sequencer import checkpoint, sequence, to_export
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.report import Report
from workflows.database.store import Store, opened
from workflows.database.stored_people import StoredDirectory
from workflows.incidents.commands import (
    AddFollowUp,
    AddNote,
    Cancel,
    ClaimRole,
    CloseReview,
    DeclareIncident,
    OfferRole,
    Resolve,
    RunStep,
    SkipStep,
)
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.queries.queries import Queries
from workflows.queries.search_index import index_log
from workflows.queries.search_request import SearchRequest
from workflows.releases.commands import ProposeRelease, WithdrawRelease
from workflows.system.access_reviews.commands import AnswerItems, OpenReview
from workflows.system.documents.commands import (
    DiscardDraft,
    ReviewDocument,
    SubmitDocument,
    WriteDocument,
)
from workflows.system.documents.state import document_id
from workflows.system.erasures import (
    ERASABLE,
    WORKFLOW,
    EraseTexts,
    Erasure,
    ReportErased,
    erasure_id,
)
from workflows.system.reminders.choice import NOTHING_CHOSEN, Choice
from workflows.system.reminders.choices import Choices
from workflows.system.session_commands import SignIn, SignOut
from workflows.system.stops.commands import LiftStop, PressStop, ReportEndings
from workflows.workflow import OPERATOR, OUTBOX, Actor, Command, Decision, World

RECIPE = Path(__file__).parents[2] / "docs" / "for-operators.md"
TYPED = "my daughter's illness"
ID = "_01M85P4WJC97ST17PTW4BJTYRW"


def _removes(review: Any, who: str) -> Command:
    """Their answer to everything that is still to be answered and isn't about them."""
    theirs = tuple(number for number in review.numbers(None) if review.item(number).person != who)
    return AnswerItems(review.id, theirs, "remove", f"because of {TYPED}")


Deed = tuple[Any, Callable[[Any], Command]]
DEEDS: dict[str, tuple[Deed, ...]] = {
    "acc": (
        (ADA, lambda _: RequestAccess(f"acc{ID}", "warehouse", 3600, f"I was away, for {TYPED}", TYPED)),
        (GRACE, lambda _: AskQuestion(f"acc{ID}", f"because of {TYPED}?")),
        (ADA, lambda _: AnswerQuestion(f"acc{ID}", "1", f"yes, {TYPED}")),
        (GRACE, lambda one: ReviewAccess(one.id, "approve", *_shown(one), condition=f"not for {TYPED}")),
        (ADA, lambda _: WithdrawAccess(f"acc{ID}")),
    ),
    "taken": (
        (GRACE, lambda _: TakeAccess(f"acc{ID}", "warehouse", 600, f"there was no time, for {TYPED}")),
        (GRACE, lambda _: GiveBack(f"acc{ID}")),
        (RADIA, lambda _: ReviewBreakGlass(f"acc{ID}", "justified", f"she had to, for {TYPED}")),
    ),
    "rel": (
        (ADA, lambda _: ProposeRelease(f"rel{ID}", "ranking-model", "7", TYPED)),
        (GRACE, lambda _: AskQuestion(f"rel{ID}", f"because of {TYPED}?")),
        (ADA, lambda _: AnswerQuestion(f"rel{ID}", "1", f"yes, {TYPED}")),
        (ADA, lambda _: WithdrawRelease(f"rel{ID}")),
    ),
    "inc": (
        (MARGARET, lambda _: DeclareIncident(f"inc{ID}", TYPED, "sev3")),
        (MARGARET, lambda _: AddFollowUp(f"inc{ID}", "fup_1", f"ask about {TYPED}", ADA, None)),
        (MARGARET, lambda _: Cancel(f"inc{ID}", f"it was {TYPED}")),
    ),
    "playbook": (
        (
            MARGARET,
            lambda _: DeclareIncident(
                f"inc{ID}", TYPED, "sev2", service="ranking-model", playbook="stale-features"
            ),
        ),
        (MARGARET, lambda _: ClaimRole(f"inc{ID}", "commander")),
        (ADA, lambda _: ClaimRole(f"inc{ID}", "responder")),
        (MARGARET, lambda _: RunStep(f"inc{ID}", "look-inside")),
        (MARGARET, lambda _: SkipStep(f"inc{ID}", "go-back", f"not needed, for {TYPED}")),
        (MARGARET, lambda _: Cancel(f"inc{ID}", f"it was {TYPED}")),
    ),
    "resolved": (
        (MARGARET, lambda _: DeclareIncident(f"inc{ID}", TYPED, "sev3")),
        (MARGARET, lambda _: ClaimRole(f"inc{ID}", "commander")),
        (MARGARET, lambda _: AddNote(f"inc{ID}", f"she said {TYPED}")),
        (MARGARET, lambda _: OfferRole(f"inc{ID}", "communications", GRACE, f"tell them of {TYPED}")),
        (MARGARET, lambda _: Resolve(f"inc{ID}", f"it was {TYPED}")),
        (MARGARET, lambda _: CloseReview(f"inc{ID}")),
    ),
    "review": (
        (OPERATOR, lambda _: OpenReview(f"review{ID}", "warehouse")),
        (GRACE, lambda review: _removes(review, GRACE)),
        (EDSGER, lambda review: _removes(review, EDSGER)),
    ),
    "session": (
        (ADA, lambda _: SignIn(f"ses{ID}", "https://login.example", "ada", "terminal", device=TYPED)),
        (ADA, lambda _: SignOut(f"ses{ID}")),
    ),
    "document": (
        (
            ADA,
            lambda _: WriteDocument(
                document_id("monitoring-plan", "ranking-model"),
                "monitoring-plan",
                "ranking-model",
                values={**PLAN, "owner": TYPED},
            ),
        ),
        (ADA, lambda one: SubmitDocument(one.id, one.digest)),
        (GRACE, lambda one: ReviewDocument(one.id, "send-back", one.digest, f"because of {TYPED}")),
        (ADA, lambda one: DiscardDraft(one.id)),
    ),
    "stop": (
        (RADIA, lambda _: PressStop(f"stop{ID}", f"because of {TYPED}", ADA)),
        (OUTBOX, lambda _: ReportEndings(f"stop{ID}", ())),
        (RADIA, lambda _: LiftStop(f"stop{ID}", f"it was {TYPED}")),
    ),
}


def _shown(one: Access) -> tuple[str, str]:
    """The digests on its card."""
    return one.digest, one.terms.digest


async def erase(database: Database, world: World, clock: Callable[[], datetime], subject: str) -> Erased:
    """What `daypass erase` does, as the owner of the tables."""
    async with opened(database.owner_url) as store:
        desk = Desk(Ledger(store, WORKFLOWS, lambda: world, clock), Repository(store), world, store)
        return await erase_at(desk, database.owner_url, subject, lambda count: None)


def rows_with(database: Database, words: str) -> list[str]:
    """Every row of every table that has these words, in whatever column, as bytes or as text."""
    found = []
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        every = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(every).fetchall():
            name = sql.Identifier(table)
            for row in connection.execute(sql.SQL("SELECT * FROM {}").format(name)):
                said = " ".join(
                    one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in row
                )
                if words.lower() in said.replace("\\u2019", "'").lower():
                    found.append(f"{table}: {said[:2000]}")
    return found


def forget(database: Database, person: str) -> None:
    """What the page says of removing someone, with their id in it."""
    (block,) = re.findall(r"```sql\n(DELETE FROM people.*?)```", RECIPE.read_text(), re.DOTALL)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(block.replace("U…", person).encode())


async def told(store: Store, world: World, subject: str) -> str:
    """Everything that an auditor is told of it, and what the tables say."""
    reading = Queries(Repository(store), store, lambda: world, BY_KIND)
    by = reading.reader(BARBARA)
    story = await reading.story(by, subject, (0, 0), 200)
    found, _ = await reading.found(by, SearchRequest(), 200)
    results = await reading.search(by, SearchRequest(), None, 200)
    return repr((story, found, results))


@pytest.mark.parametrize("deeds", DEEDS.values(), ids=DEEDS)
async def test_what_was_typed_is_gone_everywhere(postgres_database: Database, world, clock, tmp_path, deeds):
    async with opened(postgres_database.url) as store:
        state = await done(store, world, clock, deeds)
        subject = state.id
        await index(store)
        assert TYPED in await told(store, world, subject)
        assert rows_with(postgres_database, TYPED)

        erased = await erase(postgres_database, world, clock, subject)

        assert rows_with(postgres_database, TYPED) == []
        after = await told(store, world, subject)
        assert TYPED not in after
        assert "(erased)" in after
        kept = await Repository(store).find(type(state), subject)
        assert kept
        assert kept.status == state.status
        await index(store)
        recorded = await told(store, world, erasure_id(subject))
        assert f"({erased.count} texts)" in recorded
        assert f"What people typed about {subject} was erased" in recorded
        report = await exported(store, tmp_path / "export")
        assert report.ok, report.problems
        assert report.erased == erased.count > 0
        assert (await erase(postgres_database, world, clock, subject)).count == 0


@pytest.mark.parametrize(
    ("deeds", "steps"),
    [
        ("acc", 4),
        ("taken", 2),
        ("rel", 1),
        ("inc", 1),
        ("resolved", 5),
        ("review", 2),
        ("session", 1),
        ("stop", 1),
    ],
)
async def test_what_is_still_open_is_not_erased(
    postgres_database: Database, world, clock, capsys, deeds, steps
):
    async with opened(postgres_database.url) as store:
        subject = (await done(store, world, clock, DEEDS[deeds][:steps])).id
        before = rows_with(postgres_database, TYPED)
        assert before
        with pytest.raises(SystemExit):
            await erase(postgres_database, world, clock, subject)
        assert f"{subject} is" in capsys.readouterr().err
        assert rows_with(postgres_database, TYPED) == before
        assert await Repository(store).story(erasure_id(subject)) == []


async def test_a_state_that_isn_t_what_its_events_led_to_is_not_touched(
    postgres_database: Database, world, clock, capsys
):
    async with opened(postgres_database.url) as store:
        subject = (await done(store, world, clock, DEEDS["acc"])).id
        with psycopg.connect(postgres_database.owner_url, autocommit=True) as connection:
            connection.execute("ALTER TABLE subjects DISABLE TRIGGER subjects_step")
            connection.execute("UPDATE subjects SET state = replace(state, 'UADA', 'UEDSGER')")
            connection.execute("ALTER TABLE subjects ENABLE TRIGGER subjects_step")
        with pytest.raises(SystemExit):
            await erase(postgres_database, world, clock, subject)
        assert "isn't what its events led to. Nothing was erased." in capsys.readouterr().err
        assert await Repository(store).story(erasure_id(subject)) == []
        with pytest.raises(NotErased, match="changed meanwhile"):
            erase_texts(postgres_database.owner_url, subject, 1, "{}")
        assert len(rows_with(postgres_database, TYPED)) > 1


async def test_who_does_not_own_the_tables_erases_nothing(postgres_database: Database, world, clock, capsys):
    async with opened(postgres_database.url) as store:
        subject = (await done(store, world, clock, DEEDS["acc"])).id
        desk = Desk(Ledger(store, WORKFLOWS, lambda: world, clock), Repository(store), world, store)
        before = rows_with(postgres_database, TYPED)
        with pytest.raises(SystemExit):
            await erase_at(desk, postgres_database.url, subject, lambda count: None)
        assert "This login may not erase" in capsys.readouterr().err
        assert await Repository(store).story(erasure_id(subject)) == []
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
            erase_texts(postgres_database.url, subject, 1, "{}")
        assert rows_with(postgres_database, TYPED) == before


async def test_on_sqlite_it_is_the_same_and_a_state_still_needs_its_event(
    sqlite_database: Database, world, clock
):
    async with opened(sqlite_database.url) as store:
        state = await done(store, world, clock, DEEDS["acc"])
        desk = Desk(Ledger(store, WORKFLOWS, lambda: world, clock), Repository(store), world, store)
        erased = await erase_at(desk, sqlite_database.url, state.id, lambda count: None)
        assert erased.count > 0
        kept = await Repository(store).find(type(state), state.id)
        assert kept is not None
        assert TYPED not in repr(kept)
        with pytest.raises(DBAPIError, match="a state changes by one version"):
            async with store.write_transaction() as connection:
                await connection.execute(text("UPDATE subjects SET status = 'active'"))


async def done(store: Store, world: World, clock: Clock, deeds: Sequence[Deed]) -> Any:
    """The state to which these deeds lead."""
    state: Any = None
    ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
    for who, command in deeds:
        outcome = await ledger.handle(command(state), who if isinstance(who, Actor) else Actor(who), "slack")
        assert outcome.refusal is None, outcome.refusal
        state = outcome.state
    return state


async def index(store: Store) -> None:
    while await sequence(store):
        pass
    while await index_log(store, BY_KIND):
        pass


async def exported(store: Store, target: Path) -> Report:
    """What an auditor finds of the log after it."""
    key = Key()
    await checkpoint(store, key, key.verifier.name, START)
    leaves, texts, notes = await to_export(store)
    write_export(target, leaves, texts, notes, [key.verifier])
    return verify_export(target, [key.verifier], BY_KIND)


async def test_what_a_person_chose_goes_with_what_is_known_of_them(postgres_database: Database, clock):
    chosen = Choice(reminders="daily", digest_hour=17, chosen_at=clock())
    people = {one.id: one for one in PEOPLE}
    async with opened(postgres_database.url) as store:
        directory, choices = StoredDirectory(store, clock, "a replica"), Choices(store)
        await directory.keep_people(people, clock())
        assert await choices.keep(ADA, chosen)
        assert await choices.keep(GRACE, chosen)
        await directory.keep_people(people, clock.forward(minutes=5))
        assert await choices.of_all([ADA, GRACE]) == {ADA: chosen, GRACE: chosen}
        forget(postgres_database, ADA)
        await directory.keep_people({id: one for id, one in people.items() if id != GRACE}, clock())
        await directory.keep_people(people, clock())
        assert await choices.of_all([ADA, GRACE]) == {ADA: NOTHING_CHOSEN, GRACE: NOTHING_CHOSEN}


def test_that_is_cut_short_is_ordered_and_not_said_to_be_done(world: World, clock: Clock) -> None:
    about = f"acc{ID}"
    story = Logged(WORKFLOW, erasure_id(about))
    state: Erasure | None = None
    decided: list[Decision] = []
    for command in (
        ReportErased(erasure_id(about), about),
        EraseTexts(erasure_id(about), about, 3),
        EraseTexts(erasure_id(about), about, 0),
        ReportErased(erasure_id(about), about),
        ReportErased(erasure_id(about), about),
    ):
        decision = WORKFLOW.decide(state, command, OPERATOR, world, clock())
        decided.append(decision)
        events = decision if isinstance(decision, tuple) else ()
        story.add(state, events, OPERATOR, world, clock())
        for event in events:
            state = WORKFLOW.evolve(state, event)
    assert [isinstance(one, tuple) for one in decided] == [False, True, False, True, False]
    assert story.replayed().state == state
    del story.decided[0]
    fault = story.replayed().fault
    assert fault
    assert "nobody had ordered it" in fault.why


def test_each_kind_in_which_people_type_can_be_erased_or_has_only_labels():
    """Who adds a text to a workflow adds it to its `typed`, and its kind to what can be erased."""
    typing = {kind for kind, one in BY_KIND.items() if any(event.texts for event in one.events)}
    assert typing - set(ERASABLE) == {"pky"}
