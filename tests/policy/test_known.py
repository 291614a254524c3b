"""Who has lost something by an event has lost it, however much is being worked out at that moment."""

from collections.abc import ValuesView
from pathlib import Path

import pytest

from bot.wiring.world import PolicyAndPeople
from tests.builders import changed_bundle
from tests.people import GRACE, PEOPLE
from workflows.ports import Person

EVERYBODY = {one.id: one for one in PEOPLE}
NONE = frozenset[str]()


@pytest.fixture
def known(tmp_path: Path) -> PolicyAndPeople:
    changed_bundle(tmp_path / "bundle")
    known = PolicyAndPeople(tmp_path / "bundle", {})
    known.know(EVERYBODY, {}, NONE)
    return known


def owners(known: PolicyAndPeople) -> frozenset[str]:
    return known.world().directory.members("data-owners")


class TestWhatIsTakenAway:
    def test_stays_so_until_it_is_part_of_what_is_stored(self, known: PolicyAndPeople) -> None:
        known.take_away(GRACE)
        assert GRACE not in owners(known)
        known.know(EVERYBODY, {}, NONE)
        assert GRACE not in owners(known)
        known.know(EVERYBODY, {}, frozenset({GRACE}))
        assert GRACE in owners(known)

    def test_while_a_directory_is_being_made_isn_t_given_back_by_it(self, known: PolicyAndPeople) -> None:
        class Interrupted(dict[str, Person]):
            def values(self) -> ValuesView[Person]:
                known.take_away(GRACE)
                return super().values()

        known.know(Interrupted(EVERYBODY), {}, NONE)
        assert GRACE not in owners(known)

    def test_is_machines_and_addresses_too(self, known: PolicyAndPeople) -> None:
        known.take_away(GRACE)
        directory = known.world().directory
        assert GRACE not in directory.people
        assert GRACE not in directory.addresses.values()
        assert all(GRACE not in one.owners for one in directory.machines.values())
