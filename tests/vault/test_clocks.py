"""No credential lives longer than was granted, whatever the clocks of those who granted and minted it (P1)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.vault import VaultCredentials
from integrations.vault.clock import ServerClock, seconds_left

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOUND = timedelta(seconds=30)
"""From this difference to Vault's clock on nothing is granted: DAYPASS_CLOCK_REFUSE_SECONDS."""
READ_WITHIN = timedelta(seconds=1.5)
"""What Vault's clock is known to: a Date has whole seconds, and the answer took half a second."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def moments(seconds: float) -> st.SearchStrategy[timedelta]:
    return st.floats(-seconds, seconds).map(lambda value: timedelta(seconds=value))


@given(
    granted=st.integers(1, 86_400).map(lambda seconds: timedelta(seconds=seconds)),
    granter=moments(BOUND.total_seconds()),
    minters=st.lists(
        st.tuples(moments(100_000), st.floats(0, 200_000), st.floats(0, 1)), min_size=1, max_size=6
    ),
)
def test_real_validity_ends_with_the_grant_but_for_the_bound(granted, granter, minters):
    """One replica grants, `granter` off Vault's clock; others mint, each as far off as it likes, in any order.

    Time is Vault's. The end is never later than `granted` after the granting, plus the bound and what
    Vault's clock is known to; and never later than `granted` after the minting.
    """
    ends_at = NOON + granter + granted
    for off, waited, luck in minters:
        at = NOON + timedelta(seconds=waited)
        left = timedelta(seconds=seconds_left(ends_at, granted, at + off, at - READ_WITHIN * luck))
        if left > timedelta():
            assert at + left <= NOON + granted + BOUND + READ_WITHIN
            assert left <= granted


class TestVaultsClock:
    @given(offset=st.floats(-1e6, 1e6), took=st.lists(st.floats(0, 0.4), min_size=1, max_size=8))
    def test_is_known_to_a_second_and_never_taken_for_later_than_it_is(self, offset, took):
        clock, now = ServerClock(), 1_000.0
        for seconds in took:
            shown = NOON + timedelta(seconds=now + seconds / 2 + offset)
            clock.heard(format_datetime(shown.replace(microsecond=0), usegmt=True), now, now + seconds)
            now += seconds + 0.37
        least, most = clock._bounds
        truth = NOON.timestamp() + offset
        assert least - 1e-3 <= truth <= most + 1e-3
        assert most - least <= 1 + took[0] + 1e-3

    def test_that_was_set_is_believed(self):
        clock = ServerClock()
        for shown in (NOON, NOON - timedelta(hours=1), NOON + timedelta(days=400)):
            clock.heard(format_datetime(shown, usegmt=True), 10.0, 10.1)
            assert clock._bounds == (shown.timestamp() - 10.1, shown.timestamp() + 1 - 10.0)

    @pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 12:00:00 GMT"])
    def test_that_isnt_told_is_unknown(self, date):
        clock = ServerClock()
        clock.heard(date, 1, 2)
        assert clock.earliest() is None
        assert clock.reading() is None

    async def test_is_read_off_a_real_one(self, vault):
        reading = await vault.clock()
        assert reading is not None
        assert abs(reading.time - utc_now()) <= reading.error + timedelta(seconds=0.5)
        assert reading.error < timedelta(seconds=2)


class TestAMinting:
    @pytest.mark.parametrize("off", [timedelta(minutes=-10), timedelta(hours=-9)])
    async def test_by_a_replica_that_is_behind_lasts_no_longer_than_the_grant(self, servers, connection, off):
        """Ten minutes behind, a grant of a minute was a credential of eleven."""
        behind = VaultCredentials(connection, clock=lambda: utc_now() + off)
        order = servers.order(seconds=60)
        minted = await behind.mint(order)
        token = servers.token(minted.accessor)
        assert token is not None
        assert int(str(token["explicit_max_ttl"])) <= 60
        assert datetime.fromtimestamp(int(str(token["creation_time"])), UTC) + timedelta(
            seconds=int(str(token["explicit_max_ttl"]))
        ) <= order.ends_at + timedelta(seconds=2)

    async def test_late_by_a_replica_that_is_behind_gets_what_is_left_by_vaults_clock(
        self, servers, connection
    ):
        """Half of the grant is over; the replica believes that none of it is."""
        behind = VaultCredentials(connection, clock=lambda: utc_now() - timedelta(seconds=60))
        await behind.clock()
        order = servers.order(seconds=60)
        half = type(order)(**{**vars(order), "granted": timedelta(seconds=120)})
        minted = await behind.mint(half)
        token = servers.token(minted.accessor)
        assert token is not None
        assert int(str(token["explicit_max_ttl"])) <= 62
