"""The field of the form that says from when access is wanted: a moment in the reader's own time zone.

Source: https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import DateTimePickerElement, InputBlock

from bot.slack.access import texts
from workflows.access.scheduling import START


def start_field(starts_at: datetime | None) -> InputBlock:
    """The picker; empty means as soon as it is approved."""
    chosen = int(starts_at.timestamp()) if starts_at else None
    return InputBlock(
        block_id=START,
        label="Start",
        hint=texts.START_HINT,
        optional=True,
        element=DateTimePickerElement(action_id=START, initial_date_time=chosen),
    )


def read_start(values: Mapping[str, Any]) -> datetime | None:
    """What is picked, of the elements of a view's state by block; None if it is empty."""
    chosen = (values.get(START) or {}).get("selected_date_time")
    return datetime.fromtimestamp(chosen, UTC) if chosen else None
