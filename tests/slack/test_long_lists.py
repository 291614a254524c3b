"""Lists of a large workspace are read to their end: within Slack's limits, each page once, whatever comes in between."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from integrations.slack.calls import MAX_PAGE_WAIT_SECONDS
from integrations.slack.channel_lookup import MISS_SECONDS_PER_PAGE, ChannelLookup
from integrations.slack.channel_status import Places
from integrations.slack.errors import ChannelRefused, Limited, OutOfOrder
from integrations.slack.people import people, usergroups
from tests.slack.large import Large, channel, member, slack_of
from workflows.ports import Person, Retryable

EVERYBODY, CHANNELS = 12_000, 6_000
LIMITED = {"ok": False, "error": "ratelimited", "status": 429}
TEAMS = frozenset({"T01"})


def limited(seconds: float) -> dict[str, object]:
    return LIMITED | {"headers": {"Retry-After": f"{seconds:g}"}}


class Waiting:
    """Waits for nothing, and remembers how long it should have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


async def everybody(
    large: Large, wait: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> dict[str, Person]:
    async with slack_of(large) as client:
        return await people(client, TEAMS, wait)


class TestTwelveThousandPeople:
    async def test_are_read_behind_a_tier_in_thirteen_pages(self) -> None:
        large = Large(members=[member(one) for one in range(EVERYBODY)], calls=6, seconds=0.9)
        found = await everybody(large)
        assert len(found) == EVERYBODY
        assert len(large.given) == 13
        assert set(large.given.values()) == {1}, "no page is asked for twice"

    async def test_are_read_on_after_a_page_that_failed(self, waiting: Waiting) -> None:
        large = Large(members=[member(one) for one in range(3_000)])
        broken = {"ok": False, "error": "internal_error", "status": 500}
        large.fails("users.list", {}, broken, limited(7), broken, {})
        assert len(await everybody(large, waiting)) == 3_000
        assert set(large.given.values()) == {1}
        assert waiting.seconds == [1.0, 7.0, 2.0]

    async def test_are_read_from_the_start_if_slack_lost_the_place(self, waiting: Waiting) -> None:
        large = Large(members=[member(one) for one in range(3_000)])
        large.fails("users.list", {}, {}, {"ok": False, "error": "invalid_cursor"})
        assert len(await everybody(large, waiting)) == 3_000
        assert large.given["users.list", 0] == 2


class TestAListThatCantBeRead:
    async def test_is_left_for_later_if_slack_asks_for_too_long_a_wait(self, waiting: Waiting) -> None:
        large = Large(members=[member(1)])
        large.fails("users.list", limited(MAX_PAGE_WAIT_SECONDS + 1))
        with pytest.raises(Limited) as refused:
            await everybody(large, waiting)
        assert refused.value.pause == MAX_PAGE_WAIT_SECONDS + 1
        assert waiting.seconds == []

    async def test_is_no_endless_one(self, waiting: Waiting) -> None:
        large = Large(members=[member(1)])
        page = {"ok": True, "members": [member(1)], "response_metadata": {"next_cursor": "again"}}
        large.fails("users.list", *[page] * 20)
        with pytest.raises(Retryable, match="same page"):
            await everybody(large, waiting)

    @pytest.mark.parametrize("answer", [{"ok": True}, {"ok": True, "members": []}])
    async def test_is_not_taken_for_an_empty_workspace(self, answer: dict[str, object]) -> None:
        large = Large()
        large.fails("users.list", answer)
        with pytest.raises(Retryable):
            await everybody(large)

    async def test_of_user_groups_is_not_taken_for_none(self) -> None:
        large = Large()
        large.fails("usergroups.list", {"ok": True})
        async with slack_of(large) as client:
            with pytest.raises(Retryable):
                await usergroups(client)


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


class TestAChannel:
    async def test_is_found_among_six_thousand_by_one_reading_for_all_who_ask(self) -> None:
        large = Large(channels=[channel(one) for one in range(CHANNELS)], calls=20, seconds=60)
        async with slack_of(large) as client:
            lookup = ChannelLookup(client)
            wanted = [f"#room-{one}" for one in (0, 3_000, 5_999, *range(5_000, 5_030))]
            found = await asyncio.gather(*map(lookup.id_of, wanted))
        assert found[:3] == ["C000000", "C003000", "C005999"]
        assert sum(large.given.values()) == 7

    async def test_is_looked_for_on_from_where_slack_asked_to_wait(self) -> None:
        large = Large(channels=[channel(one) for one in range(3_000)])
        large.fails("users.conversations", {}, {}, limited(30))
        async with slack_of(large) as client:
            lookup = ChannelLookup(client)
            with pytest.raises(Limited) as refused:
                await lookup.id_of("#room-2999")
            assert refused.value.pause == 30
            assert await lookup.id_of("#room-2999") == "C002999"
        assert set(large.given.values()) == {1}

    async def test_that_isn_t_there_is_told_and_not_looked_for_without_pause(self) -> None:
        clock, large = Clock(), Large(channels=[channel(1)])
        async with slack_of(large) as client:
            lookup = ChannelLookup(client, clock)
            for _ in range(3):
                with pytest.raises(ChannelRefused, match="invite Daypass"):
                    await lookup.id_of("#new")
            assert sum(large.given.values()) == 1
            large.channels.append(channel(2, "new"))
            assert await lookup.named("new") is None
            assert (await lookup.named("new", fresh=True)).id == "C000002"
            large.channels.append(channel(3, "newer"))
            clock.at += MISS_SECONDS_PER_PAGE + 1
            assert await lookup.id_of("#newer") == "C000003"

    async def test_that_something_happened_to_is_looked_up_again_by_its_name(self) -> None:
        large = Large(channels=[channel(1, "approvals")])
        async with slack_of(large) as client:
            lookup = ChannelLookup(client)
            assert await lookup.id_of("#approvals") == "C000001"
            large.channels[:] = [channel(2, "approvals")]
            lookup.forget("C000009")
            assert await lookup.id_of("#approvals") == "C000001"
            lookup.forget("C000001")
            assert await lookup.id_of("#approvals") == "C000002"

    async def test_that_is_checked_is_not_looked_for_again_unless_slack_refuses_it(self) -> None:
        large = Large(channels=[*(channel(one) for one in range(2_000)), channel(2_000, "approvals")])
        async with slack_of(large) as client:
            places = Places(client, ChannelLookup(client))
            assert await places.channel("channel:#approvals") == "C002000"
            assert await places.check("channel:#approvals")
            assert set(large.given.values()) == {1}
            large.channels[-1] = channel(2_001, "approvals")
            assert not await places.check("channel:#approvals")
            assert await places.check("channel:#approvals")
            assert await places.channel("channel:#approvals") == "C002001"
            assert set(large.given.values()) == {2}

    async def test_is_asked_for_by_no_call_if_it_is_given_by_its_id(self) -> None:
        large = Large()
        async with slack_of(large) as client:
            assert await ChannelLookup(client).id_of("C0HERE") == "C0HERE"
        assert not large.given


async def test_a_list_that_slack_refuses_is_begun_anew() -> None:
    large = Large(channels=[channel(one) for one in range(3_000)])
    large.fails("users.conversations", {}, {"ok": False, "error": "missing_scope"})
    async with slack_of(large) as client:
        lookup = ChannelLookup(client)
        with pytest.raises(OutOfOrder):
            await lookup.id_of("#room-1")
        assert await lookup.id_of("#room-2999") == "C002999"
    assert large.given["users.conversations", 0] == 2
