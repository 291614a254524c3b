"""Clocks that differ: seen, said and refused, by whatever was read of them and however they are set since (P1)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import MONDAY, Clock
from workflows.clock_skew import Bounds, ClockReading, Clocks
from workflows.ledger.repository import Repository

BOUNDS = Bounds(alarm=timedelta(seconds=2), refuse=timedelta(seconds=30))
VAULT = "Vault's"
spans = st.floats(-7_200, 7_200).map(lambda seconds: timedelta(seconds=seconds))


class Monotonic:
    """Can only be put forward."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


def read(ahead: float, error: float = 0.0) -> tuple[Clocks, Clock, Monotonic]:
    """A machine that has read Vault's clock, which is so many seconds ahead, give or take `error`."""
    clock, monotonic = Clock(), Monotonic()
    clocks = Clocks(clock, BOUNDS, monotonic)
    reading = ClockReading(MONDAY + timedelta(seconds=ahead), monotonic.at, timedelta(seconds=error))
    clocks.heard(VAULT, reading)
    return clocks, clock, monotonic


class TestADifference:
    @pytest.mark.parametrize("ahead", [0, 1.9, -1.9])
    def test_that_is_small_is_nobodys_concern(self, ahead):
        clocks, *_ = read(ahead)
        assert clocks.alarm("here") is None
        assert clocks.refusal is None

    @pytest.mark.parametrize("ahead", [2.1, -2.1, 29, -29])
    def test_alarms_and_refuses_nothing_yet(self, ahead):
        clocks, *_ = read(ahead)
        assert clocks.alarm("here") == (
            "The clock of here differs from Vault's by more than 2 s. Access may end that much early or late; beyond "
            "30 s nothing is granted. Set both from the same time servers (NTP). This alarm clears itself."
        )
        assert clocks.refusal is None

    @pytest.mark.parametrize("ahead", [31, -31, 600, -600])
    def test_that_is_large_refuses(self, ahead):
        clocks, *_ = read(ahead)
        assert clocks.refusal is not None
        assert clocks.refusal.startswith("Daypass's clock differs from Vault's by more than 30 s")
        assert "Nothing is granted" in (clocks.alarm("here") or "")

    def test_that_may_come_of_reading_it_counts_only_for_what_is_sure(self):
        clocks, *_ = read(30.5, error=1)
        assert clocks.difference(VAULT) == timedelta(seconds=29.5)
        assert clocks.refusal is None

    def test_about_the_bound_alarms_once(self):
        clocks, clock, _ = read(2.1)
        first = clocks.alarm("here")
        clock.forward(seconds=0.3)
        assert clocks.alarm("here") == first
        clock.forward(seconds=1)
        assert clocks.alarm("here") is None
        clock.at -= timedelta(seconds=0.5)
        assert clocks.alarm("here") is None

    def test_of_a_clock_that_was_never_read_is_none(self):
        clocks = Clocks(Clock(), BOUNDS)
        clocks.heard("the database's", None)
        assert clocks.refusal is None
        assert clocks.alarm("here") is None

    @given(step=spans, waited=st.floats(0, 600))
    def test_shows_at_once_when_this_clock_is_set(self, step, waited):
        """Nobody has to ask the other clock again."""
        clocks, clock, monotonic = read(0)
        monotonic.at += waited
        clock.at = MONDAY + timedelta(seconds=waited) + step
        sure = abs(step) - timedelta(seconds=waited * 2e-4 + 1e-3)
        if sure > BOUNDS.refuse:
            assert clocks.refusal
        if abs(step) <= BOUNDS.refuse - timedelta(milliseconds=1):
            assert clocks.refusal is None


async def test_the_databases_clock_is_read_where_it_has_one(store):
    reading = await Repository(store).clock()
    if store.single_process:
        assert reading is None
    else:
        clocks = Clocks(Clock(MONDAY), BOUNDS)
        clocks.heard("the database's", reading)
        assert clocks.refusal, "this clock stands still since that Monday"
        assert reading.error < timedelta(seconds=1)
