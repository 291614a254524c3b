"""The window in which people choose when they are reminded, and what they chose in words."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextObject,
    RadioButtonsElement,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.slack.blocks import fine_print, form_modal
from bot.slack.button_values import About
from bot.slack.mrkdwn import plain
from bot.slack.reminders import texts
from workflows.system.reminders.choice import Choice
from workflows.system.reminders.state import reminders_of

CHOOSE = "reminders.choose"
WHEN, HOUR, FROM, TO, DAYS = "reminders", "digest_hour", "quiet_from", "quiet_to", "quiet_days"
"""The blocks, by the names of the fields of a choice."""


def choose_modal(person: str, choice: Choice, zone: str | None) -> View:
    """The window as the person has chosen so far."""
    blocks: list[Block] = [
        InputBlock(block_id=WHEN, label=texts.WHEN, element=_when(choice)),
        InputBlock(block_id=HOUR, label=texts.HOUR, hint=texts.HOUR_HINT, element=_hour(choice)),
        _time(FROM, texts.FROM, choice.quiet_from),
        _time(TO, texts.TO, choice.quiet_to, texts.TO_HINT),
        InputBlock(block_id=DAYS, label=texts.DAYS, optional=True, element=_days(choice)),
        fine_print(f"{zone_line(zone)} {texts.ALWAYS}"),
    ]
    return form_modal(CHOOSE, About(reminders_of(person)).value, texts.TITLE, texts.SAVE, blocks)


def read_choice(view: Mapping[str, Any], now: datetime) -> Choice | None:
    """What was chosen, as of now; None if nothing was."""
    values = view["state"]["values"]
    chosen = {
        WHEN: _picked(values, WHEN, "selected_option", "value"),
        HOUR: _picked(values, HOUR, "selected_option", "value"),
        FROM: _picked(values, FROM, "selected_time"),
        TO: _picked(values, TO, "selected_time"),
    }
    if not chosen[WHEN]:
        return None
    days = _picked(values, DAYS, "selected_options") or []
    named = {name: value for name, value in chosen.items() if value}
    return Choice.model_validate({**named, DAYS: {int(one["value"]) for one in days}, "chosen_at": now})


def chosen_lines(choice: Choice) -> list[str]:
    """What they have chosen, in words."""
    lines = [texts.CHOSEN[choice.reminders].format(hour=f"{choice.digest_time:%H:%M}")]
    if choice.reminders == "off":
        return lines
    if choice.quiet_from and choice.quiet_to:
        lines.append(texts.QUIET.format(begin=f"{choice.quiet_from:%H:%M}", end=f"{choice.quiet_to:%H:%M}"))
    if choice.quiet_days:
        days = ", ".join(texts.WEEKDAYS[one] for one in sorted(choice.quiet_days))
        lines.append(texts.QUIET_DAYS.format(days=days))
    return lines


def zone_line(zone: str | None) -> str:
    """In which time zone the times are."""
    return texts.IN_ZONE.format(zone=plain(zone)) if zone else texts.NO_ZONE


def _when(choice: Choice) -> RadioButtonsElement:
    options = {one: _option(one, label) for one, label in texts.OPTIONS.items()}
    return RadioButtonsElement(
        action_id=WHEN, options=list(options.values()), initial_option=options[choice.reminders]
    )


def _hour(choice: Choice) -> StaticSelectElement:
    options = [_option(str(hour), f"{hour:02}:00") for hour in range(24)]
    return StaticSelectElement(action_id=HOUR, options=options, initial_option=options[choice.digest_hour])


def _time(block: str, label: str, chosen: time | None, hint: str | None = None) -> InputBlock:
    picker = TimePickerElement(action_id=block, initial_time=f"{chosen:%H:%M}" if chosen else None)
    return InputBlock(block_id=block, label=label, hint=hint, optional=True, element=picker)


def _days(choice: Choice) -> CheckboxesElement:
    options = [_option(str(number), name) for number, name in enumerate(texts.WEEKDAYS)]
    quiet = [options[one] for one in sorted(choice.quiet_days)]
    return CheckboxesElement(action_id=DAYS, options=options, initial_options=quiet or None)


def _option(value: str, label: str) -> Option:
    return Option(value=value, text=PlainTextObject(text=label, emoji=False))


def _picked(values: Mapping[str, Any], block: str, *path: str) -> Any:
    found: Any = values.get(block, {}).get(block)
    for name in path:
        found = (found or {}).get(name)
    return found
