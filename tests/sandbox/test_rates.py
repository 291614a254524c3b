"""How often the app may call, by Slack's tiers; and that a refused call says how long to wait."""

import pytest

from bot.demo.slack_sandbox.methods import METHODS
from bot.demo.slack_sandbox.rates import MINUTE, Limited, Rates
from tests.flow.office import ALARMS, GENERAL
from tests.sandbox.shop import opened

SLOWLY = 0.1
"""A minute lasts ten: calls that have to come within one second of it do so on a busy machine, too."""


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


TIERED = [name for name, method in METHODS.items() if not method.tier.name.startswith("Special")]


@pytest.mark.parametrize("method", TIERED)
def test_one_call_more_than_the_tier_allows_has_to_wait_for_the_minute_to_pass(
    method: str, clock: Clock
) -> None:
    rates, allowed = Rates(clock=clock), METHODS[method].tier.per_minute
    for _ in range(allowed):
        rates.count(method)
        clock.now += 0.1
    with pytest.raises(Limited) as refused:
        rates.count(method)
    assert refused.value.error == "ratelimited"
    clock.now += refused.value.retry_after
    rates.count(method)


def test_methods_have_minutes_of_their_own(clock: Clock) -> None:
    rates = Rates(clock=clock)
    for _ in range(20):
        rates.count("users.list")
        rates.count("usergroups.list")


def test_one_message_a_second_goes_into_a_channel(clock: Clock) -> None:
    rates = Rates(clock=clock)
    rates.count("chat.postMessage", "C1")
    rates.count("chat.postMessage", "C2")
    clock.now += 0.9
    with pytest.raises(Limited, match="rate_limited"):
        rates.count("chat.postMessage", "C1")
    clock.now += 0.1
    rates.count("chat.postMessage", "C1")


def test_and_some_hundreds_a_minute_into_all_together(clock: Clock) -> None:
    rates = Rates(clock=clock)
    for number in range(300):
        rates.count("chat.postMessage", f"C{number}")
    with pytest.raises(Limited, match=r"^ratelimited"):
        rates.count("chat.postMessage", "C300")


def test_a_faster_minute_and_none(clock: Clock) -> None:
    faster, free = Rates(20.0, clock), Rates(0.0, clock)
    for _ in range(20):
        faster.count("users.list")
    with pytest.raises(Limited):
        faster.count("users.list")
    clock.now += 3.0
    faster.count("users.list")
    for _ in range(1_000):
        free.count("chat.postMessage", "C1")


async def test_it_is_answered_with_429_and_retry_after_in_both_spellings() -> None:
    async with opened(speed=SLOWLY) as shop:
        posted = [
            await shop.call("chat.postMessage", channel=channel, text="x")
            for channel in (GENERAL, "#general")
        ]
        assert posted[0]["ok"]
        assert (posted[1]["status"], posted[1]["error"], posted[1]["retry_after"]) == (
            429,
            "rate_limited",
            "10",
        )
        assert (await shop.call("chat.postMessage", channel=ALARMS, text="x"))["ok"]
        listed = [await shop.call("conversations.list") for _ in range(21)]
        assert all(answer["ok"] for answer in listed[:20])
        assert (listed[20]["status"], listed[20]["error"]) == (429, "ratelimited")
        assert 1 <= int(listed[20]["retry_after"]) <= MINUTE / SLOWLY
