"""The log can be searched and proven without reading all of it, and nothing is found that wasn't asked for."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import Clock
from tests.spine.tally import WORKFLOW, Count, count, rows, tally_ledger
from workflows.audit.finding import by_action, by_person, by_resource, index_log
from workflows.audit.merkle import (
    consistency,
    consistency_proof,
    head,
    inclusion,
    inclusion_proof,
    levels_of,
    root_at,
)
from workflows.audit.nodes import proved
from workflows.audit.sequence import sequence
from workflows.ports import Retryable
from workflows.search import Place, Query, search
from workflows.store import Store
from workflows.workflow import Actor, Found, World

PEOPLE = ("UADA", "UGRACE", "UEDSGER")
SECRET = "inc_secret"


def found_by(state, action: str) -> Found:
    """Tallies stand for resources by their number; the third is private."""
    number = state.id.removeprefix("tly_")
    return Found(
        people=frozenset({"UADA"} if number == "1" else ()),
        resources=(f"resource-{number}",),
        incident=SECRET if number == "3" else None,
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


def fits(one, person, resource, since, until, private) -> bool:
    at, actor, number = one
    return (
        (person is None or actor == person or (person == "UADA" and number == 1))
        and (resource is None or number == resource)
        and (since is None or at >= since)
        and (until is None or at < until)
        and (private or number != 3)
    )


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
        moments = st.sampled_from([None, *(at for at, *_ in filled)])
        since, until = data.draw(moments), data.draw(moments)
        limit = data.draw(st.integers(1, 70))
        private = data.draw(st.booleans())
        terms = []
        if person:
            terms.append(frozenset({by_person(person)}))
        if resource is not None:
            terms.append(frozenset({by_resource(f"resource-{resource}")}))
        query = Query(tuple(terms), since, until)

        steps = data.draw(st.sampled_from([(5,), (3, 20), (1000,)]))
        found: list[int] = []
        before: Place | None = None
        while True:
            page = await search(store, query, before, limit, [SECRET] if private else [], steps)
            assert len(page.indexes) <= limit
            found += page.indexes
            before = page.next
            if before is None:
                break
        wanted = [
            index for index, one in enumerate(filled) if fits(one, person, resource, since, until, private)
        ]
        assert sorted(found) == wanted
        assert [filled[index][0] for index in found] == sorted((filled[i][0] for i in found), reverse=True)

    async def test_finds_all_that_happens_to_one_workflow_and_one_action(self, filled, store):
        for term in ("tly", "tly.counted"):
            page = await search(store, Query((frozenset({by_action(term)}),)), None, 500)
            assert len(page.indexes) == sum(number != 3 for *_, number in filled)

    async def test_a_rare_pair_gives_a_short_page_and_says_where_to_go_on(self, filled, store):
        rare = Query((frozenset({by_person("UADA")}), frozenset({by_person("UGRACE")})))
        page = await search(store, rare, None, 50, steps=(5,))
        assert len(page.indexes) < 5
        assert page.next is not None

    async def test_what_was_indexed_is_not_indexed_again(self, filled, store):
        before = len(await rows(store, "finds"))
        assert await index_log(store, FINDABLE) == 0
        assert len(await rows(store, "finds")) == before


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
        async with store.reading() as connection:
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
        async with store.reading() as connection:
            with pytest.raises(Retryable, match="being indexed"):
                await proved(connection, lambda node: head(node, 300), {})


class TestLateEvents:
    async def test_a_quick_run_places_what_is_new_and_a_thorough_one_everything(self, store, ledger):
        await count(ledger, "tly_1", events=5)
        assert await sequence(store, overtaken=2) == 5
        await count(ledger, "tly_1", events=5)
        assert await sequence(store, overtaken=2) == 5
        assert await sequence(store) == 0
