"""Slack's limits, held against what Daypass draws; what the sandbox judges is asked of the sandbox.

Sources besides https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views:
what all blocks of a message may hold together is documented nowhere, but refused with `msg_blocks_too_long`
(https://github.com/slackapi/bolt-js/issues/2509: 13,297 characters in one block, 125 less with a divider
besides); `chat.update` takes 4,000 bytes of `text` (`msg_too_long`), `views.open` 250 kB (`view_too_large`).
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk.models.blocks import Block, Option, OptionGroup
from slack_sdk.models.views import View

from bot.demo.slack_sandbox.blocks import InvalidBlocks, checked_view, message_blocks
from bot.slack.message import Message

MESSAGE_CHARS = 13_000
"""Of all blocks of a message together, with `BLOCK_CHARS` for each block and element."""
BLOCK_CHARS = 125
TEXT_BYTES = 4_000
VIEW_BYTES = 250_000
Drawn = Message | View | list[Block] | Option | OptionGroup


def faults_of(drawn: Drawn) -> list[str]:
    """What Slack would refuse, or show as nobody meant it."""
    if isinstance(drawn, Message):
        return [*_of_message(drawn.payload), *_of_fallback(drawn.text), *_of_markup(drawn.text)]
    if isinstance(drawn, View):
        return _of_view(drawn.to_dict())
    if isinstance(drawn, list):
        return _of_message([one.to_dict() for one in drawn])
    select = {"type": "static_select", "action_id": "a"}
    choices = (
        {"options": [drawn.to_dict()]} if isinstance(drawn, Option) else {"option_groups": [drawn.to_dict()]}
    )
    return _of_blocks([{"type": "actions", "elements": [select | choices]}])


def weight_of(blocks: list[dict[str, Any]]) -> int:
    """Characters that a message's blocks count for."""
    pieces = sum(1 + len(one.get("elements") or one.get("fields") or [0]) for one in blocks)
    return BLOCK_CHARS * pieces + sum(len(text["text"]) for text in texts_of(blocks))


def texts_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every text object in it."""
    if isinstance(node, dict):
        if node.get("type") in ("mrkdwn", "plain_text"):
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from texts_of(one)


def _of_message(blocks: list[dict[str, Any]]) -> list[str]:
    weight = weight_of(blocks)
    too_long = [f"{weight} characters in all blocks together"] if weight > MESSAGE_CHARS else []
    return [*too_long, *_of_blocks(blocks)]


def _of_view(view: dict[str, Any]) -> list[str]:
    found = _refused(checked_view, view)
    if (size := len(json.dumps(view))) > VIEW_BYTES:
        found.append(f"a view of {size} bytes")
    return [*found, *_of_pieces(view["blocks"])]


def _of_fallback(text: str) -> list[str]:
    if not text.strip() or len(text.encode()) > TEXT_BYTES:
        return [f"a text for notifications of {len(text.encode())} bytes"]
    return []


def _of_blocks(blocks: list[dict[str, Any]]) -> list[str]:
    return [*_refused(message_blocks, blocks), *_of_pieces(blocks)]


def _refused(judge: Callable[[Any], Any], given: Any) -> list[str]:
    """The sandbox's words, if it refuses."""
    try:
        judge(given)
    except InvalidBlocks as error:
        return error.messages
    return []


def _of_pieces(blocks: list[dict[str, Any]]) -> list[str]:
    inputs = [fault for block in blocks if "element" in block for fault in _of_input(block["element"])]
    marked = (text["text"] for text in texts_of(blocks) if text["type"] == "mrkdwn")
    return [*inputs, *(fault for text in marked for fault in _of_markup(text))]


def _of_input(element: dict[str, Any]) -> list[str]:
    before, longest = element.get("initial_value") or "", element.get("max_length") or 3_000
    found = [f"{len(before)} characters where {longest} may stand"] if len(before) > longest else []
    initial, options = element.get("initial_option"), element.get("options")
    if initial and options is not None and initial not in options:
        found.append("an initial option that can't be chosen")
    return found


def _of_markup(text: str) -> list[str]:
    """Entities, mentions and links are whole."""
    found = [f"half an entity in …{text[-40:]!r}"] if re.search("&(?!(?:amp|lt|gt);)", text) else []
    if "<" in re.sub("<[^<>]*>", "", text):
        found.append(f"half a mention or link in …{text[-40:]!r}")
    return found
