"""A workspace of 12,000 people and 6,000 channels, in pages and behind tiers as Slack has them."""

import time

import pytest

from bot.demo.cast import GRACE
from tests.flow.large import CHANNELS, PEOPLE, large_workspace
from tests.sandbox.shop import Json, Shop, opened

OTHERS = 1
"""The app's own bot."""


async def everything(shop: Shop, method: str, name: str, **arguments: object) -> list[list[Json]]:
    """Every page of a list."""
    pages, cursor = [], ""
    while True:
        answer = await shop.call(method, **arguments, **({"cursor": cursor} if cursor else {}))
        assert answer["ok"], answer
        pages.append(answer[name])
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            return pages


@pytest.fixture
async def large():
    async with opened(described=large_workspace(), speed=1.0) as shop:
        yield shop


async def test_it_starts_in_seconds_and_is_the_same_each_time() -> None:
    began = time.process_time()
    assert large_workspace() == large_workspace()
    async with opened(described=large_workspace()) as shop:
        assert await shop.error("auth.test") is None
    assert time.process_time() - began < 15


async def test_everybody_is_listed_in_thirteen_pages_within_the_tier(large: Shop) -> None:
    pages = await everything(large, "users.list", "members", limit=999)
    people = {one["id"]: one for page in pages for one in page}
    assert (len(pages), len(people)) == (13, PEOPLE + OTHERS)
    assert GRACE in people
    kinds = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot")
    counts = {kind: sum(bool(one.get(kind)) for one in people.values()) for kind in kinds}
    assert all(counts.values()), counts
    assert 2_500 < counts["deleted"] < 3_500
    again = await large.call("users.list", limit=200)
    assert again["ok"]
    answers = [await large.call("users.list", limit=200) for _ in range(8)]
    refused = next(answer for answer in answers if not answer["ok"])
    assert (refused["error"], refused["status"]) == ("ratelimited", 429)
    assert 1 <= int(refused["retry_after"]) <= 60


async def test_channels_come_in_pages_from_which_archived_ones_are_left_out(large: Shop) -> None:
    asked = {"types": "public_channel,private_channel", "exclude_archived": True}
    pages = await everything(large, "conversations.list", "channels", limit=999, **asked)
    assert len(pages) == 6
    assert all(0 < len(page) < 999 for page in pages)
    found = {channel["name"] for page in pages for channel in page}
    assert "access-approvals" in found
    assert len(found) < CHANNELS
    own = await everything(large, "users.conversations", "channels", limit=999, **asked)
    assert "access-approvals" in {channel["name"] for page in own for channel in page}
    assert len(own) == 1


async def test_without_a_limit_a_large_team_is_not_listed(large: Shop) -> None:
    assert await large.error("users.list") == "limit_required"
    assert len((await large.call("users.list", limit=5_000))["members"]) == 1_000
    assert len((await large.call("users.conversations"))["channels"]) == 100
