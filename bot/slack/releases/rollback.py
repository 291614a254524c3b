"""The window in which a release is rolled back: to which version, and why."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.slack.blocks import MAX_REASON_CHARS, REASON, fine_print, form_modal
from bot.slack.mrkdwn import short
from bot.slack.releases import texts
from workflows.releases.state import Release
from workflows.workflow import Refused

ROLLBACK = "release.rollback"
VERSION = "back-to"


def rollback_modal(state: Release, value: str) -> View:
    """The window; the version before is chosen already. `value` is the button's."""
    options = [_option(version, state) for version in state.ways_back if version]
    reason = PlainTextInputElement(
        action_id=REASON, multiline=True, min_length=3, max_length=MAX_REASON_CHARS
    )
    blocks: list[Block] = [
        *([_versions(options)] if len(options) > 1 else []),
        InputBlock(block_id=REASON, label=texts.WHY_ROLL_BACK, element=reason),
        *([fine_print(texts.COMPARED_FIRST)] if len(options) > 1 else []),
    ]
    return form_modal(ROLLBACK, value, "Roll back", "Roll back", blocks)


def read_version(view: Mapping[str, Any]) -> str | None:
    """The version that was chosen; None if there was no choice."""
    element = view["state"]["values"].get(VERSION, {}).get(VERSION, {})
    return (element.get("selected_option") or {}).get("value")


def errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, under the version if there was a choice and it is wrong."""
    chosen = refusal.code == "not-earlier" and VERSION in view["state"]["values"]
    return {VERSION if chosen else REASON: refusal.sentence}


def _versions(options: list[Option]) -> InputBlock:
    element = StaticSelectElement(action_id=VERSION, options=options, initial_option=options[0])
    return InputBlock(block_id=VERSION, label=texts.BACK_TO, element=element)


def _option(version: str, state: Release) -> Option:
    since = next((one.since for one in state.earlier if one.version == version), None)
    before = texts.LIVE_BEFORE if version == state.replaces else ""
    about = texts.FIRST_LIVE.format(at=since) if since else ""
    description = " · ".join(filter(None, (before, about)))
    return Option(
        value=version,
        text=PlainTextObject(text=short(texts.VERSION.format(version=version), 75), emoji=False),
        description=PlainTextObject(text=description, emoji=False) if description else None,
    )
