"""Triggers open one window each, for three seconds; a response URL answers five times, for half an hour."""

import asyncio
import time

import pytest

from bot.demo.actor import Actor
from bot.demo.cast import ADA, GRACE, workspace
from bot.demo.slack_sandbox.state import PATIENCE, State
from bot.demo.slack_sandbox.workspace import Workspace
from tests.flow.office import GENERAL
from tests.sandbox.limits import modal, section
from tests.sandbox.shop import Shop, opened
from tests.slack.heard import Heard, hearing


async def command(shop: Shop, heard: Heard) -> dict[str, str]:
    """What Slack sends of a slash command."""
    await Actor(shop.session, shop.slack.page, ADA).command("/access x", GENERAL)
    return heard.payloads["command"][-1]


async def answer(shop: Shop, url: str, **body: object) -> tuple[int, str]:
    async with shop.session.post(url, json={"text": "hello", **body}) as response:
        return response.status, await response.text()


class TestATrigger:
    async def test_opens_one_window(self, shop: Shop) -> None:
        async with hearing(shop.slack.daypass) as heard:
            trigger = {"trigger_id": (await command(shop, heard))["trigger_id"], "view": modal()}
            assert await shop.error("views.open", **trigger) is None
            assert await shop.error("views.open", **trigger) == "exchanged_trigger_id"
        assert await shop.error("views.open", trigger_id="1.2.3", view=modal()) == "invalid_trigger_id"

    async def test_opens_none_when_it_is_too_late(self) -> None:
        async with opened(patience=0.2) as shop, hearing(shop.slack.daypass) as heard:
            trigger = (await command(shop, heard))["trigger_id"]
            await asyncio.sleep(0.25)
            assert await shop.error("views.open", trigger_id=trigger, view=modal()) == "expired_trigger_id"

    def test_lasts_three_seconds(self) -> None:
        state = State(Workspace.model_validate(workspace()))
        trigger = state.triggers[state.new_trigger(ADA)]
        assert PATIENCE == 3.0
        assert trigger.until - time.monotonic() == pytest.approx(3.0, abs=0.1)

    async def test_stacks_no_more_than_three_windows(self, shop: Shop) -> None:
        async with hearing(shop.slack.daypass) as heard:
            for method in ("views.open", "views.push", "views.push"):
                trigger = (await command(shop, heard))["trigger_id"]
                assert await shop.error(method, trigger_id=trigger, view=modal()) is None
            trigger = (await command(shop, heard))["trigger_id"]
            assert await shop.error("views.push", trigger_id=trigger, view=modal()) == "push_limit_reached"


class TestAView:
    async def test_of_more_than_250_kilobytes_is_too_large(self, shop: Shop) -> None:
        home = {"type": "home", "blocks": [section(text={"type": "mrkdwn", "text": "x" * 3000})] * 84}
        assert await shop.error("views.publish", user_id=ADA, view=home) == "view_too_large"
        home["blocks"] = home["blocks"][:80]
        assert await shop.error("views.publish", user_id=ADA, view=home) is None

    async def test_is_changed_as_it_was_seen_or_not_at_all(self, shop: Shop) -> None:
        home = {"type": "home", "blocks": []}
        first = await shop.call("views.publish", user_id=ADA, view=home)
        old = {"user_id": ADA, "view": home, "hash": first["view"]["hash"]}
        assert await shop.error("views.publish", **old) is None
        assert await shop.error("views.publish", **old) == "hash_conflict"

    async def test_has_a_name_that_no_other_has(self, shop: Shop) -> None:
        home = {"type": "home", "blocks": [], "external_id": "mine"}
        assert await shop.error("views.publish", user_id=ADA, view=home) is None
        assert await shop.error("views.publish", user_id=ADA, view=home) is None
        assert await shop.error("views.publish", user_id=GRACE, view=home) == "duplicate_external_id"


class TestAResponseUrl:
    async def test_answers_five_times(self, shop: Shop) -> None:
        async with hearing(shop.slack.daypass) as heard:
            url = (await command(shop, heard))["response_url"]
        for _ in range(5):
            assert await answer(shop, url) == (200, "ok")
        assert await answer(shop, url) == (404, "used_url")

    def test_answers_for_half_an_hour(self) -> None:
        state = State(Workspace.model_validate(workspace()))
        state.new_response_path(state.rooms[GENERAL], ADA, None)
        (answering,) = state.answering.values()
        assert answering.until - time.monotonic() == pytest.approx(1800, abs=1)
        assert answering.uses == 5

    async def test_answers_with_blocks_that_slack_can_show(self, shop: Shop) -> None:
        async with hearing(shop.slack.daypass) as heard:
            url = (await command(shop, heard))["response_url"]
        assert await answer(shop, url, blocks=[section()] * 51) == (400, "invalid_blocks")


async def test_an_answer_of_too_many_options_is_not_cut_but_refused(shop: Shop) -> None:
    """https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload"""
    element = {"type": "external_select", "action_id": "a"}
    menu = {
        "type": "input",
        "block_id": "b",
        "label": {"type": "plain_text", "text": "x"},
        "element": element,
    }
    option = {"text": {"type": "plain_text", "text": "x"}, "value": "x"}
    async with hearing(shop.slack.daypass) as heard:
        trigger = (await command(shop, heard))["trigger_id"]
        view = await shop.call("views.open", trigger_id=trigger, view=modal(blocks=[menu]))
        asked = {
            "container": {"type": "view", "view_id": view["view"]["id"]},
            "block_id": "b",
            "action_id": "a",
        }
        for count in (100, 101):
            heard.answers["block_suggestion"] = {"options": [option] * count}
            async with shop.session.post(
                f"{shop.slack.page}/sandbox/suggest", json={"as": ADA, "value": "x", **asked}
            ) as response:
                found = await response.json()
            assert len(found["options"]) == (100 if count == 100 else 0)
