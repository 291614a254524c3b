"""The operators' recipe for erasing what a person wrote: the text is nowhere any more, and stories go on."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.builders import BY_KIND, WORKFLOWS, Database
from tests.people import ADA, BARBARA, GRACE, MARGARET, PEOPLE, RADIA
from workflows.access import events as access
from workflows.access.break_glass.commands import ReviewBreakGlass, TakeAccess
from workflows.access.commands import GiveBack, RequestAccess, ReviewAccess, WithdrawAccess
from workflows.access.state import Access
from workflows.approval.questions import AnswerQuestion, AskQuestion
from workflows.audit.sequencer import sequence
from workflows.database.store import Store, opened
from workflows.database.stored_people import StoredDirectory
from workflows.incidents import events as incidents
from workflows.incidents.commands import AddFollowUp, Cancel, DeclareIncident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.queries.queries import Queries
from workflows.queries.search_index import index_log
from workflows.queries.search_request import SearchRequest
from workflows.releases import events as releases
from workflows.releases.commands import ProposeRelease, WithdrawRelease
from workflows.system.reminders.choice import NOTHING_CHOSEN, Choice
from workflows.system.reminders.choices import Choices
from workflows.workflow import Actor, Command, World

RECIPE = Path(__file__).parents[2] / "docs" / "for-operators.md"
TYPED = "my daughter's illness"
MODELS = {"acc": access, "rel": releases, "inc": incidents}
ID = "_01M85P4WJC97ST17PTW4BJTYRW"
DEEDS: dict[str, tuple[tuple[str, Callable[[Any], Command]], ...]] = {
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
}


def _shown(one: Access) -> tuple[str, str]:
    """The digests on its card."""
    return one.digest, one.terms.digest


def erase(database: Database, subject: str) -> None:
    """What the page says, with the subject's id in it."""
    (block,) = re.findall(r"```sql\n\\set subject acc_01…\n(.*?)```", RECIPE.read_text(), re.DOTALL)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(block.replace(":'subject'", f"'{subject}'").encode())


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
async def test_what_was_typed_is_gone_everywhere(postgres_database: Database, world, clock, deeds):
    state: Any = None
    async with opened(postgres_database.url) as store:
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        for who, command in deeds:
            outcome = await ledger.handle(command(state), Actor(who), "slack")
            assert outcome.refusal is None
            state = outcome.state
        subject = state.id
        await sequence(store)
        await index_log(store, BY_KIND)
        assert TYPED in await told(store, world, subject)
        erase(postgres_database, subject)
        after = await told(store, world, subject)
        assert TYPED not in after
        assert "(erased)" in after
        kept = await Repository(store).find(type(state), subject)
        assert kept
        assert TYPED not in repr(kept)


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


def test_nothing_that_people_type_is_forgotten_in_the_recipe():
    """Who adds a text to a state adds it here and there."""
    assert {kind: _typed(kind) for kind in MODELS} == {
        "acc": {
            "justification",
            "ticket",
            "ticket_title",
            "reason",
            "condition",
            "conditions",
            "question",
            "answer",
        },
        "rel": {"note", "reason", "question", "answer"},
        "inc": {"title", "summary", "reason", "brief", "what", "text"},
    }


def _typed(kind: str) -> set[str]:
    return {field for one in vars(MODELS[kind]).values() for field in getattr(one, "texts", ())}
