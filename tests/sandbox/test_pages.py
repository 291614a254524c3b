"""Lists come in pages, no longer than Slack makes them, and a cursor leads on from where one stopped."""

import base64

import pytest

from bot.demo.slack_sandbox.failed import Failed
from bot.demo.slack_sandbox.methods import METHODS
from bot.demo.slack_sandbox.paging import page

PAGED = [name for name, method in METHODS.items() if method.pages]
MANY = list(range(2_500))


@pytest.mark.parametrize("method", PAGED)
def test_no_page_is_longer_than_the_method_allows(method: str) -> None:
    pages = METHODS[method].pages
    assert pages
    assert len(page(method, "items", MANY, {"limit": 10_000})["items"]) == pages.at_most
    assert len(page(method, "items", MANY, {"limit": "7"})["items"]) == 7
    if pages.by_itself is None:
        with pytest.raises(Failed, match="limit_required"):
            page(method, "items", MANY, {})
    else:
        assert len(page(method, "items", MANY, {})["items"]) == pages.by_itself


@pytest.mark.parametrize("method", PAGED)
@pytest.mark.parametrize("limit", ["many", -1, [1]])
def test_a_limit_that_is_no_number_is_refused_in_the_methods_own_word(method: str, limit: object) -> None:
    pages = METHODS[method].pages
    assert pages
    with pytest.raises(Failed, match=pages.wrong_limit):
        page(method, "items", MANY, {"limit": limit})


@pytest.mark.parametrize("method", PAGED)
def test_the_cursor_leads_through_everything_once(method: str) -> None:
    found, cursor = [], ""
    while True:
        answer = page(method, "items", MANY, {"limit": 400, "cursor": cursor})
        found += answer["items"]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert found == MANY


@pytest.mark.parametrize("cursor", ["nonsense", "ÿ", base64.b64encode(b"users.list:-1").decode(), "MTA="])
def test_a_cursor_that_nobody_gave_is_refused(cursor: str) -> None:
    with pytest.raises(Failed, match="invalid_cursor"):
        page("users.list", "items", MANY, {"limit": 10, "cursor": cursor})


def test_a_cursor_of_another_method_is_refused() -> None:
    cursor = page("conversations.list", "items", MANY, {"limit": 10})["response_metadata"]["next_cursor"]
    with pytest.raises(Failed, match="invalid_cursor"):
        page("users.list", "items", MANY, {"limit": 10, "cursor": cursor})


def test_a_page_may_be_empty_though_more_follow() -> None:
    answer = page("conversations.list", "items", MANY, {"limit": 10}, keep=lambda item: item >= 10)
    assert answer["items"] == []
    assert answer["response_metadata"]["next_cursor"]
