"""What is at a limit of Slack's is taken, and what is one beyond it is refused."""

import pytest

from bot.demo.slack_sandbox.blocks import InvalidBlocks, checked_view, message_blocks
from tests.flow.office import APPROVALS, GENERAL
from tests.sandbox.limits import (
    CALL_LIMITS,
    LIMITS,
    CallLimit,
    Json,
    Limit,
    button,
    form,
    modal,
    option,
    plain,
    section,
    select,
)
from tests.sandbox.shop import Shop


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_at_the_limit_it_is_taken_and_beyond_it_refused(limit: Limit) -> None:
    limit.check(limit.most)
    with pytest.raises(InvalidBlocks):
        limit.check(limit.most + 1)


@pytest.mark.parametrize("limit", CALL_LIMITS, ids=lambda limit: limit.what)
async def test_a_call_at_the_limit_is_taken_and_beyond_it_refused(shop: Shop, limit: CallLimit) -> None:
    posted = await shop.call("chat.postMessage", channel=GENERAL, text="x")
    ts = {"ts": posted["ts"]} if limit.method == "chat.update" else {}
    assert await shop.error(limit.method, **ts, **limit.arguments(limit.most)) is None
    assert await shop.error(limit.method, **ts, **limit.arguments(limit.most + 1)) == limit.word


async def test_a_text_beyond_40_000_characters_is_cut_with_a_warning(shop: Shop) -> None:
    for count, warnings in ((40_000, None), (40_001, ["message_truncated"])):
        posted = await shop.call("chat.postMessage", channel=GENERAL, text="x" * count)
        assert len(posted["message"]["text"]) == 40_000
        assert posted.get("response_metadata", {}).get("warnings") == warnings


class TestWhatStandsWhere:
    """https://docs.slack.dev/reference/block-kit/block-elements"""

    @pytest.mark.parametrize(
        "block",
        [
            {"type": "actions", "elements": [{"type": "plain_text_input"}]},
            {"type": "actions", "elements": [{"type": "number_input", "is_decimal_allowed": True}]},
            section(accessory={"type": "plain_text_input"}),
            section(accessory={"type": "datetimepicker"}),
            form({**button()}),
            form({"type": "number_input", "is_decimal_allowed": True}),
            {"type": "section"},
            {"type": "actions", "elements": []},
            {"type": "section", "text": plain(1), "colour": "red"},
            section(accessory=select(initial_option=option(text=2))),
            form({"type": "checkboxes", "options": [option()], "initial_options": [option(text=2)]}),
            section(
                accessory={
                    "type": "static_select",
                    "options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}],
                }
            ),
            form({"type": "plain_text_input", "min_length": 3, "max_length": 2}),
        ],
    )
    def test_a_message_that_slack_refuses(self, block: Json) -> None:
        with pytest.raises(InvalidBlocks):
            message_blocks([block])

    def test_one_element_of_a_view_has_the_focus(self) -> None:
        focused = form({"type": "plain_text_input", "focus_on_load": True})
        checked_view(modal(blocks=[focused]))
        with pytest.raises(InvalidBlocks, match="focus_on_load"):
            checked_view(modal(blocks=[focused, focused]))

    def test_numbers_are_asked_for_in_modals(self) -> None:
        number = form({"type": "number_input", "is_decimal_allowed": False})
        checked_view(modal(blocks=[number]))
        with pytest.raises(InvalidBlocks, match="number_input"):
            checked_view({"type": "home", "blocks": [number]})

    def test_names_of_blocks_and_elements_are_used_once(self) -> None:
        twice = button(action_id="a")
        for blocks in ([section(block_id="b")] * 2, [{"type": "actions", "elements": [twice, twice]}]):
            with pytest.raises(InvalidBlocks, match="already exists"):
                message_blocks(blocks)

    def test_a_window_with_an_input_has_a_submit_button(self) -> None:
        with pytest.raises(InvalidBlocks, match="submit"):
            checked_view({name: part for name, part in modal(blocks=[form()]).items() if name != "submit"})


async def test_no_more_people_are_invited_in_one_call_than_a_hundred(shop: Shop) -> None:
    people = [
        {"id": f"U7{n:04d}", "name": f"p{n}", "real_name": "P", "email": f"p{n}@x.example"}
        for n in range(101)
    ]
    await shop.fault(people=people)
    ids = [one["id"] for one in people]
    assert (
        await shop.error("conversations.invite", channel=APPROVALS, users=",".join(ids))
        == "invalid_arguments"
    )
    assert await shop.error("conversations.invite", channel=APPROVALS, users=",".join(ids[:100])) is None
