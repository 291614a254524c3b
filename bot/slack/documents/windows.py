"""The windows in which a document is chosen and written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.slack.blocks import MAX_OPTIONS, fine_print, form_modal, section
from bot.slack.button_values import DocumentOf
from bot.slack.documents import texts
from bot.slack.mrkdwn import as_typed, plain, short
from workflows.policy.inputs.date import read_day
from workflows.policy.inputs.yes_no import NO, YES
from workflows.policy.template_fields import FIELD_KINDS
from workflows.policy.template_fields.prose import MAX_LINE_CHARS, MAX_PROSE_CHARS
from workflows.policy.terms.documents import FieldTerms, TemplateTerms
from workflows.policy.terms.releases import ReleaseTerms

CHOOSE = "choose-document"
WRITE = "document.write"
TEMPLATE, SERVICE, VERSION, DUE = "template", "service", "version", "due"
MAX_HINT_CHARS = 150
_FIELD = "field:"


def choose_modal(templates: Sequence[TemplateTerms], services: Sequence[ReleaseTerms]) -> View:
    """Which document is to be written."""
    blocks: list[Block] = [
        _select(TEMPLATE, texts.TEMPLATE, [(one.name, one.title) for one in templates]),
        _select(SERVICE, texts.SERVICE, [(one.service, one.title) for one in services]),
        InputBlock(
            block_id=VERSION,
            label=texts.VERSION,
            hint=texts.VERSION_HINT,
            optional=True,
            element=PlainTextInputElement(action_id=VERSION, max_length=60),
        ),
    ]
    return form_modal(CHOOSE, "", texts.TITLE, texts.CHOOSE, blocks)


def read_choice(view: Mapping[str, Any]) -> tuple[str, str, str]:
    """Template, service and version, as chosen; empty where nothing is."""
    values = view["state"]["values"]
    template, service = (_held(values, name) for name in (TEMPLATE, SERVICE))
    return template, service, _held(values, VERSION).strip()


def write_modal(
    about: DocumentOf, template: TemplateTerms, values: Mapping[str, str], due: date | None
) -> View:
    """The document with what it says so far; every field can be left empty, for a draft may be incomplete."""
    blocks: list[Block] = [section(plain(template.description))]
    for one in template.sections:
        blocks.append(section(f"*{plain(one.title)}*"))
        blocks += [_field(field, values.get(field.name, "")) for field in one.fields]
    picker = DatePickerElement(action_id=DUE, initial_date=due.isoformat() if due else None)
    blocks.append(
        InputBlock(block_id=DUE, label=texts.DUE, hint=texts.DUE_HINT, optional=True, element=picker)
    )
    named = f"{about.service} {about.version}".strip()
    blocks.append(fine_print(plain(named)))
    return form_modal(WRITE, about.value, short(template.title, 24), texts.SAVE, blocks)


def read_written(view: Mapping[str, Any]) -> tuple[dict[str, str], date | None]:
    """What was written, by field, and the last day."""
    values = view["state"]["values"]
    written = {
        block.removeprefix(_FIELD): _held(values, block) for block in values if block.startswith(_FIELD)
    }
    day = read_day(_held(values, DUE))
    said = {name: text for name, text in written.items() if text.strip()}
    return said, date.fromisoformat(day) if day else None


def block_of(field: str, view: Mapping[str, Any]) -> str | None:
    """The block of the window that a refusal's field is about; None if there is none."""
    return next((one for one in (field, f"{_FIELD}{field}") if one in view["state"]["values"]), None)


def _field(field: FieldTerms, said: str) -> InputBlock:
    hint = field.hint or FIELD_KINDS[field.type].allowed(field)
    return InputBlock(
        block_id=f"{_FIELD}{field.name}",
        label=short(field.title, 100),
        hint=short(hint, MAX_HINT_CHARS),
        optional=True,
        element=_element(field, said),
    )


def _element(field: FieldTerms, said: str) -> InputInteractiveElement:
    action = f"{_FIELD}{field.name}"
    match field.type:
        case "choice" | "yes-no":
            names = field.options if field.type == "choice" else (YES, NO)
            options = [_option(one, one) for one in names]
            chosen = next((one for one in options if one.value == said), None)
            return StaticSelectElement(action_id=action, options=options, initial_option=chosen)
        case "date":
            return DatePickerElement(action_id=action, initial_date=read_day(said))
        case _:
            multiline = FIELD_KINDS[field.type].multiline
            most = MAX_PROSE_CHARS if multiline else MAX_LINE_CHARS
            return PlainTextInputElement(
                action_id=action, multiline=multiline, max_length=most, initial_value=said[:most] or None
            )


def _select(name: str, label: str, choices: Sequence[tuple[str, str]]) -> InputBlock:
    options = [_option(value, title) for value, title in choices[:MAX_OPTIONS]]
    return InputBlock(
        block_id=name, label=label, element=StaticSelectElement(action_id=name, options=options)
    )


def _option(value: str, title: str) -> Option:
    return Option(value=value, text=PlainTextObject(text=short(title, 75), emoji=False))


def _held(values: Mapping[str, Any], block: str) -> str:
    """What an input holds; an empty one is an empty text."""
    element: Mapping[str, Any] = next(iter(values.get(block, {}).values()), {})
    option = element.get("selected_option") or {}
    return as_typed(option.get("value") or element.get("selected_date") or element.get("value"))
