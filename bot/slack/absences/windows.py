"""The window in which someone says until when they are away, and who decides for them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import Block, DateTimePickerElement, InputBlock, UserSelectElement
from slack_sdk.models.views import View

from bot.slack.absences import texts
from bot.slack.absences.typed_command import TypedAbsence
from bot.slack.blocks import form_modal, section, sentences
from bot.slack.button_values import About

START = "absence.start"
UNTIL, DELEGATE = "until", "delegate"


def away_modal(about: About, typed: TypedAbsence, alone: int) -> View:
    """Filled in as far as it was `typed`; `alone` is how many requests wait for this person and nobody else."""
    until = int(typed.until.timestamp()) if typed.until else None
    blocks: list[Block] = [*sentences(typed.note)] if typed.note else []
    if alone:
        what, wait = texts.REQUESTS[alone == 1]
        blocks.append(section(texts.ALONE.format(what=what.format(number=alone), wait=wait)))
    blocks += [
        InputBlock(
            block_id=UNTIL,
            label=texts.UNTIL,
            hint=texts.UNTIL_HINT,
            element=DateTimePickerElement(action_id=UNTIL, initial_date_time=until),
        ),
        InputBlock(
            block_id=DELEGATE,
            label=texts.WHO,
            hint=texts.WHO_HINT,
            optional=True,
            element=UserSelectElement(action_id=DELEGATE, initial_user=typed.delegate),
        ),
    ]
    return form_modal(START, about.value, texts.TITLE, texts.SET, blocks)


def read_away_modal(view: Mapping[str, Any]) -> tuple[datetime | None, str | None]:
    """Until when, and who decides, as picked."""
    values = view["state"]["values"]
    until = (values.get(UNTIL, {}).get(UNTIL) or {}).get("selected_date_time")
    delegate = (values.get(DELEGATE, {}).get(DELEGATE) or {}).get("selected_user")
    return (datetime.fromtimestamp(until, UTC) if until else None), delegate
