"""Faults strike the calls that they name, as often as they say, before the deed or after it."""

import time

import aiohttp
import pytest

from bot.demo.cast import ADA, GRACE
from tests.flow.office import ALARMS, GENERAL
from tests.sandbox.shop import Shop


async def post(shop: Shop, text: str = "hello", channel: str = GENERAL) -> str | None:
    return await shop.error("chat.postMessage", channel=channel, text=text)


async def test_before_the_deed_nothing_is_done(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "error": "is_archived"})
    assert await post(shop) == "is_archived"
    assert await shop.texts() == []
    assert await post(shop) is None


async def test_after_the_deed_it_is_done_and_the_error_answered(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "error": "fatal_error", "when": "after"})
    assert await post(shop) == "fatal_error"
    assert await shop.texts() == ["hello"]


async def test_after_the_deed_the_connection_is_reset_without_a_word(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "when": "after"})
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await post(shop)
    assert await shop.texts() == ["hello"]


async def test_a_reset_before_the_deed(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "reset": True})
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await post(shop)
    assert await shop.texts() == []


async def test_a_place_is_a_channel_or_a_person_with_their_direct_messages(shop: Shop) -> None:
    gone = {"error": "channel_not_found", "times": -1}
    await shop.fault(fail=[{"method": "*", "place": place, **gone} for place in (ALARMS, ADA)])
    assert await post(shop) is None
    assert await post(shop, channel=ALARMS) == "channel_not_found"
    assert await post(shop, channel="#access-alarms") == "channel_not_found"
    assert await post(shop, channel=f"D{ADA[1:]}") == "channel_not_found"
    assert await shop.error("conversations.open", users=ADA) == "channel_not_found"
    assert await shop.error("conversations.open", users=GRACE) is None
    assert (
        await shop.error("conversations.invite", channel=GENERAL, users=f"{GRACE},{ADA}")
        == "channel_not_found"
    )


async def test_a_word_for_any_method_is_answered_by_those_that_document_it(shop: Shop) -> None:
    for word in ("channel_not_found", "account_inactive"):
        await shop.fault(fail={"method": "*", "place": ADA, "error": word})
    home = {"type": "home", "blocks": []}
    assert await shop.error("views.publish", user_id=GRACE, view=home) is None
    assert await shop.error("views.publish", user_id=ADA, view=home) == "account_inactive"
    assert await post(shop, channel=f"D{ADA[1:]}") == "channel_not_found"


async def test_minus_one_time_is_until_it_is_healed(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "error": "is_archived", "times": -1})
    await shop.fault(fail={"method": "auth.test", "error": "invalid_auth", "times": -1})
    assert [await post(shop) for _ in range(3)] == ["is_archived"] * 3
    await shop.fault(heal="chat.postMessage")
    assert (await post(shop), await shop.error("auth.test")) == (None, "invalid_auth")
    await shop.fault(heal=True)
    assert await shop.error("auth.test") is None


async def test_a_missing_scope_is_named(shop: Shop) -> None:
    await shop.fault(fail={"method": "users.list", "error": "missing_scope", "needed": "users:read"})
    answer = await shop.call("users.list")
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "users:read",
        "chat:write",
    )


@pytest.mark.parametrize("word", ["ratelimited", "rate_limited"])
async def test_both_spellings_of_a_limit(shop: Shop, word: str) -> None:
    limited = {"method": "chat.postMessage", "error": word, "retry_after": 7}
    await shop.fault(fail=[limited, {**limited, "status": 200}])
    first, second = [await shop.call("chat.postMessage", channel=GENERAL, text="x") for _ in range(2)]
    assert (first["status"], first["error"], first["retry_after"]) == (429, word, "7")
    assert (second["status"], second["error"]) == (200, word)


async def test_an_answer_that_is_no_json(shop: Shop) -> None:
    await shop.fault(
        fail=[
            {"method": "auth.test", "html": "<h1>Bad gateway</h1>"},
            {"method": "auth.test", "body": ""},
            {"method": "auth.test", "body": "{", "status": 200},
        ]
    )
    for expected in ((502, "<h1>Bad gateway</h1>"), (200, ""), (200, "{")):
        async with shop.session.post(f"{shop.slack.page}/api/auth.test") as answer:
            assert (answer.status, await answer.text()) == expected


async def test_a_slow_answer_is_a_true_one(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.postMessage", "passes": True, "delay": 0.2})
    began = time.monotonic()
    assert await post(shop) is None
    assert time.monotonic() - began >= 0.2
    assert await shop.texts() == ["hello"]


async def test_a_response_url_fails_like_a_method(shop: Shop) -> None:
    await shop.fault(fail={"method": "response_url", "status": 500})
    async with shop.session.post(f"{shop.slack.page}/sandbox/response/unknown", json={}) as answer:
        assert answer.status == 500
    async with shop.session.post(f"{shop.slack.page}/sandbox/response/unknown", json={}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "unknown",
    [
        {"method": "auth.test", "eror": "x"},
        {"method": "chat.update", "error": "not_in_channel"},
        {"method": "*", "error": "out_of_cheese"},
        {"method": "chat.posted"},
    ],
)
async def test_a_fault_that_slack_does_not_document_is_refused(shop: Shop, unknown: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match=r"Slack documents no|no method|not permitted"):
        await shop.fault(fail=unknown)


async def test_it_is_taken_when_it_is_forced(shop: Shop) -> None:
    await shop.fault(fail={"method": "chat.update", "error": "not_in_channel", "force": True})
    assert await shop.error("chat.update", channel=GENERAL, ts="1.0", text="x") == "not_in_channel"
