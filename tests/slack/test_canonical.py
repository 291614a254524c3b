"""A click's message is known by what Slack said when it was drawn, through all that Slack rewrites."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.slack_sandbox.blocks import message_blocks
from bot.demo.slack_sandbox.rewriting import kept_blocks, kept_text
from integrations.slack.content_digest import DEFAULTS, digest_of, digests_of
from tests.slack.shapes import sample

TEXT = st.text(st.sampled_from("ab ⚠✅:*_<>&https://x.example"), min_size=1, max_size=40)


def card(text: str = "⚠ sample for 10 minutes, see https://x.example", value: str = "v") -> dict[str, Any]:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Approve"},
        "action_id": "a",
        "value": value,
    }
    return {
        "text": text,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "section", "text": {"type": "plain_text", "text": "Why: ⚠", "emoji": False}},
            {"type": "actions", "elements": [button]},
        ],
    }


def kept(sent: dict[str, Any]) -> dict[str, Any]:
    """As Slack answers, and says again with a click; each time it names the blocks anew."""
    return {
        "text": kept_text(sent["text"]),
        "blocks": message_blocks(sent["blocks"]),
        "ts": "1.0",
        "user": "U1",
    }


def test_a_click_on_what_was_drawn_is_known_by_slacks_answer() -> None:
    assert digest_of(kept(card()), card()) in digests_of(kept(card()))


def test_an_answer_without_blocks_is_made_up_for_by_what_was_sent() -> None:
    for answered in (None, {}, {"text": "x"}, {"blocks": []}):
        assert digest_of(answered, card()) in digests_of(kept(card()))


@pytest.mark.parametrize("answered", [True, False])
def test_whatever_a_reader_would_see_changed_is_another(answered: bool) -> None:
    drawn = digest_of(kept(card()) if answered else None, card())
    changed: list[dict[str, Any]] = [
        card("⚠ sample for 20 minutes, see https://x.example"),
        card(value="of another request"),
        {**card(), "text": "something else to screen readers"},
        {**card(), "blocks": card()["blocks"][1:]},
        {**card(), "blocks": card()["blocks"][::-1]},
        {**card(), "blocks": [*card()["blocks"], {"type": "divider"}]},
    ]
    more = [
        {**kept(card()), "attachments": [{"text": "low risk"}]},
        {**kept(card()), "files": [{"id": "F1"}]},
    ]
    linked = kept(card())
    linked["blocks"][0]["text"]["text"] = (
        ":warning: sample for 10 minutes, see <https://evil.example|https://x.example>"
    )
    for other in [*map(kept, changed), *more, linked, {}]:
        assert drawn not in digests_of(other)


@given(TEXT)
def test_rewriting_is_done_once_and_known_either_way(text: str) -> None:
    sent = card(f"<@U1> {text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}")
    once = kept(sent)
    assert kept_blocks(once["blocks"]) == once["blocks"]
    assert digest_of(once, sent) in digests_of(kept(sent))
    if ":" not in text:  # beside a colon the name of an emoji can't be told apart
        assert digest_of(None, sent) in digests_of(once)


@given(TEXT, TEXT)
def test_two_texts_that_slack_keeps_apart_are_never_one(one: str, other: str) -> None:
    first, second = kept(card(one)), kept(card(other))
    same = first["text"] == second["text"] and first["blocks"][0]["text"] == second["blocks"][0]["text"]
    assert (digest_of(first, card(one)) in digests_of(second)) == same


class TestWhatSlackRecorded:
    @pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
    def test_says_in_its_answer_what_the_message_shows(self, method: str) -> None:
        assert {"text", "blocks"} <= sample(f"api/{method}")["message"].keys()

    def test_says_with_a_click_what_was_clicked(self) -> None:
        clicked = sample("app-backend/interactive-components/BlockActionPayload")
        assert {"text", "blocks", "ts"} <= clicked["message"].keys()
        assert {"channel_id", "message_ts", "is_ephemeral", "view_id"} <= clicked["container"].keys()

    def test_has_the_defaults_that_are_left_out_of_the_digest(self) -> None:
        recorded = json.dumps(sample("api/chat.update"))
        assert all(f'"{name}": ' in recorded for name in DEFAULTS)
