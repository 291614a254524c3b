"""Who has lost something by an event has lost it, however much is being worked out at that moment."""

from collections.abc import ValuesView
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.wiring.world import PolicyAndPeople
from tests.builders import Clock, changed_bundle
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


ON_CALL = """on_call:
  ranking:
    title: Ranking
    rota:
      people: [grace@northwind.example, nobody@northwind.example]
      begins: 2026-03-02T09:00
      zone: Europe/Berlin
"""


class TestWhoIsOnCall:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock(datetime(2026, 3, 2, 8, tzinfo=UTC))

    @pytest.fixture
    def known(self, tmp_path: Path, clock: Clock) -> PolicyAndPeople:
        bundle = tmp_path / "bundle"
        changed_bundle(bundle)
        (bundle / "on-call.yaml").write_text(ON_CALL)
        known = PolicyAndPeople(bundle, {}, clock)
        known.know(EVERYBODY, {}, NONE)
        return known

    def on_call(self, known: PolicyAndPeople) -> frozenset[str]:
        return known.world().directory.members("ranking-on-call")

    def test_changes_at_the_very_moment_of_the_hand_over(self, known: PolicyAndPeople, clock: Clock) -> None:
        assert self.on_call(known) == {GRACE}
        before = known.world()
        clock.forward(days=7, seconds=-1)
        assert known.world() is before
        clock.forward(seconds=1)
        assert self.on_call(known) == NONE
        assert owners(known)

    def test_goes_back_with_a_clock_that_is_set_back(self, known: PolicyAndPeople, clock: Clock) -> None:
        clock.forward(days=7)
        assert self.on_call(known) == NONE
        clock.forward(days=-7)
        assert self.on_call(known) == {GRACE}

    def test_is_alarmed_about_while_nobody_can_be_reached(self, known: PolicyAndPeople, clock: Clock) -> None:
        assert known.nobody_on_call is None
        clock.forward(days=7)
        assert "nobody@northwind.example is on call" in str(known.nobody_on_call)
        clock.forward(days=7)
        assert known.nobody_on_call is None

    def test_is_nobody_who_has_left_during_the_shift(self, known: PolicyAndPeople, clock: Clock) -> None:
        known.take_away(GRACE)
        assert self.on_call(known) == NONE
        clock.forward(days=14)
        assert self.on_call(known) == NONE
