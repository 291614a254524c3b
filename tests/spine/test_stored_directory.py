"""Who works here is kept: known after a restart, read by one replica for all, and never older than what was said since."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.builders import Clock, Database, replicas
from workflows.database.store import Store, opened
from workflows.database.stored_people import CLAIM, PeopleReading, StoredDirectory
from workflows.ports import Person

ADA = Person("U01ADA", "Ada", "ada@northwind.example")
GRACE = Person("U02GRACE", "Grace", "grace@northwind.example")
LEFT = Person("U02GRACE", "Grace", "grace@northwind.example", "outside")


@pytest.fixture
def stored(store: Store, clock: Clock) -> StoredDirectory:
    return StoredDirectory(store, clock, "one")


def listed(*people: Person) -> Mapping[str, Person]:
    return {one.id: one for one in people}


class TestWhatIsKept:
    async def test_is_there_after_a_restart(self, database: Database, clock: Clock) -> None:
        groups = {"S01": frozenset({"U01ADA"}), "owners": frozenset({"U01ADA"}), "nobody": frozenset[str]()}
        async with opened(database.url) as store:
            before = StoredDirectory(store, clock, "one")
            for name in ("people", "groups"):
                assert await before.claim(name, PeopleReading())
            await before.keep_people(listed(ADA, GRACE), clock())
            await before.keep_groups(groups, clock())
        async with opened(database.url) as store:
            after = StoredDirectory(store, clock, "another")
            assert await after.people() == listed(ADA, GRACE)
            assert await after.groups() == groups
            assert await after.readings() == {
                "people": PeopleReading(1, clock()),
                "groups": PeopleReading(1, clock()),
            }

    async def test_changes_its_revision_only_with_what_is_kept(
        self, stored: StoredDirectory, clock: Clock
    ) -> None:
        for people, revision in (((ADA, GRACE), 1), ((ADA, GRACE), 1), ((ADA,), 2), ((ADA, GRACE), 3)):
            await stored.keep_people(listed(*people), clock.forward(minutes=5))
            assert (await stored.readings())["people"] == PeopleReading(revision, clock())
            assert await stored.people() == listed(*people)

    async def test_is_no_more_than_slack_has_and_no_name_of_who_has_left(
        self, stored: StoredDirectory, clock: Clock
    ) -> None:
        await stored.keep_people(listed(ADA, GRACE), clock())
        await stored.keep_people(listed(LEFT), clock.forward(minutes=5))
        assert await stored.people() == {"U02GRACE": Person("U02GRACE", "", LEFT.email, "outside")}


class TestWhatWasSaidOfOnePerson:
    async def test_is_not_undone_by_a_list_that_was_begun_before(
        self, stored: StoredDirectory, clock: Clock
    ) -> None:
        await stored.keep_people(listed(ADA, GRACE), clock())
        begun = clock.forward(minutes=5)
        clock.forward(seconds=30)
        await stored.keep_person(LEFT)
        await stored.keep_person(Person("U03NEW", "New"))
        clock.forward(seconds=20)
        await stored.keep_people(listed(ADA, GRACE), begun)
        found = await stored.people()
        assert found["U02GRACE"].standing == "outside"
        assert found["U03NEW"].standing == "member"

    async def test_is_corrected_by_a_list_that_was_begun_afterwards(
        self, stored: StoredDirectory, clock: Clock
    ) -> None:
        await stored.keep_people(listed(ADA), clock())
        await stored.keep_person(GRACE)
        await stored.keep_people(listed(ADA), clock.forward(minutes=5))
        assert await stored.people() == listed(ADA)

    async def test_of_a_user_group_takes_members_out_of_it_under_both_its_names(
        self, stored: StoredDirectory, clock: Clock
    ) -> None:
        both = frozenset({ADA.id, GRACE.id})
        await stored.keep_groups({"S01": both, "owners": both, "S02": frozenset({GRACE.id})}, clock())
        await stored.without_members("S01", {GRACE.id})
        only_ada = frozenset({ADA.id})
        assert await stored.groups() == {
            "S01": only_ada,
            "owners": only_ada,
            "S02": frozenset({GRACE.id}),
        }


class TestReplicas:
    @pytest.fixture
    async def two(self, postgres_database: Database, clock: Clock):
        async with replicas(postgres_database.url) as stores:
            yield [StoredDirectory(store, clock, name) for store, name in zip(stores, "ab", strict=True)]

    async def test_read_one_at_a_time_and_not_what_another_has_just_read(self, two, clock: Clock) -> None:
        one, other = two
        assert await one.claim("people", PeopleReading())
        assert not await other.claim("people", PeopleReading())
        assert await other.claim("groups", PeopleReading()), "each part for itself"
        await one.keep_people(listed(ADA), clock())
        assert not await other.claim("people", PeopleReading()), "it has not seen yet what was read"
        seen = (await other.readings())["people"]
        assert await other.claim("people", seen)

    async def test_take_over_from_one_that_says_nothing_any_more(self, two, clock: Clock) -> None:
        one, other = two
        assert await one.claim("people", PeopleReading())
        clock.forward(seconds=CLAIM.total_seconds() - 1)
        await one.still_reading("people")
        clock.forward(seconds=2)
        assert not await other.claim("people", PeopleReading())
        clock.at += CLAIM + timedelta(seconds=1)
        assert await other.claim("people", PeopleReading())

    async def test_take_over_at_once_from_one_that_could_not_read(self, two, clock: Clock) -> None:
        one, other = two
        assert await one.claim("people", PeopleReading())
        await one.release("people")
        assert await other.claim("people", PeopleReading())


async def test_the_one_process_on_sqlite_takes_over_what_one_before_it_had_begun(
    sqlite_database: Database, clock: Clock
) -> None:
    async with opened(sqlite_database.url) as store:
        assert await StoredDirectory(store, clock, "killed").claim("people", PeopleReading())
        assert await StoredDirectory(store, clock, "next").claim("people", PeopleReading())
