"""The log can be searched and proven without reading all of it, and nothing is found that wasn't asked for."""

import dataclasses
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import Clock
from tests.spine.tally import WORKFLOW, Count, Refuse, count, rows, tally_ledger
from workflows.audit.sequencer import sequence
from workflows.audit.tlog.merkle import (
    consistency,
    consistency_proof,
    head,
    inclusion,
    inclusion_proof,
    levels_of,
    root_at,
)
from workflows.audit.tree_nodes import proved
from workflows.database.store import Store, opened
from workflows.ports import Retryable
from workflows.queries.search import Place, Query, Sight, search, subjects_found
from workflows.queries.search_index import (
    Behind,
    behind,
    by_action,
    by_concern,
    by_holding,
    by_person,
    by_resource,
    forget_index,
    index_log,
)
from workflows.workflow import Actor, SearchTerms, World

PEOPLE = ("UADA", "UGRACE", "UEDSGER")
NOBODY = Sight(frozenset(), all=True)
"""Whom nothing private concerns, and who sees all that isn't."""


def found_by(before: SearchTerms, action: str, facts) -> SearchTerms:
    """Tallies are resources by their number; the third is private and concerns Ada, the first is under her name."""
    number = facts["id"].removeprefix("tly_")
    return SearchTerms(
        people=frozenset({"UADA"} if number == "1" else ()),
        others=frozenset({"UADA"} if number == "3" else ()),
        resources=frozenset({f"resource-{number}"}),
        private=number == "3",
    )


FINDABLE = {"tly": dataclasses.replace(WORKFLOW, found_by=found_by)}


@pytest.fixture
async def filled(store: Store, world: World, clock: Clock):
    """Some hundred events by three people on four tallies, in order of time; what each is, by index."""
    ledger = tally_ledger(store, world, clock)
    what = []
    for n in range(120):
        person, number = PEOPLE[n % 3], (n * 7) % 11 % 4
        clock.forward(seconds=n % 3)
        await ledger.handle(Count(f"tly_{number}"), Actor(person), "test")
        what.append((clock(), person, number))
    await sequence(store)
    while await index_log(store, FINDABLE):
        pass
    return what


def fits(one, person, resource, since, until, sight) -> bool:
    at, actor, number = one
    concerned = actor == sight or (sight == "UADA" and number in (1, 3))
    return (
        (person is None or actor == person or (person == "UADA" and number == 1))
        and (resource is None or number == resource)
        and (since is None or at >= since)
        and (until is None or at < until)
        and (concerned or (sight == "everybody's" and number != 3))
    )


def sight_of(name: str) -> Sight:
    """Of somebody who sees all that isn't private, or of one of the people."""
    return NOBODY if name == "everybody's" else Sight(frozenset({by_concern(name)}), all=False)


async def every(store: Store, query: Query, sight: Sight, limit: int = 50, steps=(1000,)) -> list[int]:
    """What all pages together find."""
    found: list[int] = []
    before: Place | None = None
    while True:
        page = await search(store, query, sight, before, limit, steps)
        assert len(page.indexes) <= limit
        found += page.indexes
        before = page.next
        if before is None:
            return found


class TestSearching:
    @settings(
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        deadline=None,
    )
    @given(data=st.data())
    async def test_pages_are_together_exactly_what_fits(self, filled, store, data):
        person = data.draw(st.sampled_from([None, *PEOPLE, "UNOBODY"]))
        resource = data.draw(st.sampled_from([None, 0, 1, 2, 3]))
        action = data.draw(st.sampled_from([None, "tally", "tally.counted", "tally.other"]))
        moments = st.sampled_from([None, *(at for at, *_ in filled)])
        since, until = data.draw(moments), data.draw(moments)
        limit = data.draw(st.integers(1, 70))
        sight = data.draw(st.sampled_from(["everybody's", *PEOPLE, "UNOBODY"]))
        terms = []
        if person:
            terms.append(frozenset({by_person(person)}))
        if resource is not None:
            terms.append(frozenset({by_resource(f"resource-{resource}")}))
        if action:
            terms.append(frozenset({by_action(action)}))
        query = Query(tuple(terms), since=since, until=until)

        steps = data.draw(st.sampled_from([(5,), (3, 20), (1000,)]))
        found = await every(store, query, sight_of(sight), limit, steps)
        wanted = [
            index
            for index, one in enumerate(filled)
            if fits(one, person, resource, since, until, sight) and action != "tally.other"
        ]
        assert sorted(found) == wanted
        assert [filled[index][0] for index in found] == sorted((filled[i][0] for i in found), reverse=True)

    @pytest.mark.parametrize("name", ["UGRACE", "UNOBODY"])
    async def test_no_page_ends_at_the_place_of_an_event_that_is_none_of_theirs(self, filled, store, name):
        theirs = {Place(at, index) for index, (at, actor, _) in enumerate(filled) if actor == name}
        query = Query((frozenset({by_action("tally")}), frozenset({by_person("UADA")})))
        before: Place | None = None
        while (before := (await search(store, query, sight_of(name), before, 2, (3,))).next) is not None:
            assert before in theirs

    async def test_finds_all_that_happens_to_one_workflow_and_one_action(self, filled, store):
        for term in ("tally", "tally.counted"):
            found = await every(store, Query((frozenset({by_action(term)}),)), NOBODY)
            assert len(found) == sum(number != 3 for *_, number in filled)

    async def test_a_rare_pair_gives_a_short_page_and_says_where_to_go_on(self, filled, store):
        rare = Query((frozenset({by_person("UGRACE")}), frozenset({by_resource("resource-1")})))
        page = await search(store, rare, sight_of("UGRACE"), None, 50, steps=(5,))
        assert len(page.indexes) < 5
        assert page.next is not None


class TestTheIndex:
    async def test_has_nothing_twice(self, filled, store):
        before = len(await rows(store, "finds"))
        assert await index_log(store, FINDABLE) == 0
        assert len(await rows(store, "finds")) == before

    async def test_is_the_same_however_it_was_made(self, store, database, world, clock):
        """Event by event as they come, or all at once from the log: what is found doesn't depend on it."""
        ledger = tally_ledger(store, world, clock)
        for n in range(12):
            await ledger.handle(Count(f"tly_{n % 4}"), Actor(PEOPLE[n % 3]), "test")
            await ledger.handle(Refuse(f"tly_{n % 5}"), Actor(PEOPLE[n % 2]), "test")
            await sequence(store)
            await index_log(store, FINDABLE)
        made = {name: await contents(store, name) for name in ("finds", "found", "nodes", "indexed")}
        async with opened(database.owner_url, alone=False) as owner:
            await forget_index(owner)
        assert await rows(store, "finds") == []
        await index_log(store, FINDABLE)
        assert {name: await contents(store, name) for name in made} == made

    async def test_holds_names_as_long_as_a_bundle_allows(self, store, world, clock):
        long = dataclasses.replace(
            WORKFLOW,
            found_by=lambda before, action, facts: SearchTerms(
                resources=frozenset({"m" * 250}), days=(date(2026, 1, 1),)
            ),
        )
        await count(tally_ledger(store, world, clock), "tly_long")
        await sequence(store)
        assert await index_log(store, {"tly": long}) == 1
        assert await subjects_found(store, [by_holding("m" * 250, date(2026, 1, 1))]) == ["tly_long"]

    async def test_says_how_far_it_is_behind(self, filled, store, world, clock):
        assert await behind(store, "tly", 100) == Behind(0, None, frozenset())
        ledger = tally_ledger(store, world, clock)
        since = clock()
        await ledger.handle(Count("tly_placed"), Actor("UADA"), "test")
        await sequence(store)
        await ledger.handle(Count("tly_recorded"), Actor("UADA"), "test")
        subjects = frozenset({"tly_placed", "tly_recorded"})
        assert await behind(store, "tly", 100) == Behind(2, since, subjects)
        assert await behind(store, "acc", 1) == Behind(1, since, frozenset())

    async def test_puts_a_refusal_in_private_where_nobody_else_finds_it(self, store, world, clock):
        """Its subject isn't known to be private: there is no such subject yet."""
        ledger = tally_ledger(store, world, clock)
        await ledger.handle(InPrivate("tly_none"), Actor("UADA"), "test")
        await sequence(store)
        await index_log(store, FINDABLE)
        assert await every(store, Query(), NOBODY) == []
        assert await every(store, Query(), sight_of("UGRACE")) == []
        assert await every(store, Query(), sight_of("UADA")) == [0]


@dataclasses.dataclass(frozen=True)
class InPrivate(Refuse):
    @property
    def scope(self) -> str:
        return "tly_secret"


async def contents(store: Store, table: str) -> set[str]:
    return {repr(row) for row in await rows(store, table)}


class TestProving:
    async def test_makes_the_proofs_that_the_whole_tree_makes(self, store, world, clock):
        ledger = tally_ledger(store, world, clock)
        hashes: list[bytes] = []
        for size in (3, 250, 7, 300):
            await count(ledger, f"tly_{size}", events=size)
            await sequence(store)
            while await index_log(store, FINDABLE):
                pass
        hashes = [row.hash for row in sorted(await rows(store, "leaves"), key=lambda row: row.index)]
        levels = levels_of(hashes)
        async with store.read_transaction() as connection:
            for size in (1, 2, 255, 256, 257, 512, 513, 560):
                known: dict = {}
                assert await proved(connection, lambda node, n=size: head(node, n), known) == root_at(
                    levels, size
                )
                for index in {0, size // 2, size - 1}:
                    made = await proved(
                        connection, lambda node, i=index, n=size: inclusion(node, i, n), known
                    )
                    assert made == inclusion_proof(levels, index, size)
                made = await proved(connection, lambda node, n=size: consistency(node, n, 560), known)
                assert made == consistency_proof(levels, size, 560)

    async def test_says_so_where_the_index_has_not_come_that_far(self, store, world, clock):
        ledger = tally_ledger(store, world, clock)
        await count(ledger, "tly_1", events=300)
        await sequence(store)
        async with store.read_transaction() as connection:
            with pytest.raises(Retryable, match="being indexed"):
                await proved(connection, lambda node: head(node, 300), {})


class TestLateEvents:
    async def test_a_quick_run_places_what_is_new_and_a_thorough_one_everything(self, store, ledger):
        await count(ledger, "tly_1", events=5)
        assert await sequence(store, overtaken=2) == 5
        await count(ledger, "tly_1", events=5)
        assert await sequence(store, overtaken=2) == 5
        assert await sequence(store) == 0
