"""The inputs of an entitlement: their fields in a form, as typed behind a command, and as a card says them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)

from bot.slack.mrkdwn import as_typed, plain, short
from workflows.access.card_room import inputs_in_one_line
from workflows.access.state import Access
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.inputs import FIELD, read_inputs
from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.inputs.pattern import MAX_VALUE_CHARS
from workflows.policy.inputs.yes_no import NO, YES
from workflows.policy.terms.inputs import InputTerms

INPUT = "access.input"
"""The action of a field that redraws the form."""
_BLOCK = "input"
_GIVEN = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,29})=(\S*)")
_YES_NO = (YES, NO)


def input_fields(
    chosen: Entitlement | None, typed: Mapping[str, str], redraws: bool = True
) -> list[InputBlock]:
    """A field for each input, with what was typed so far; `redraws` if a choice shows what it changes."""
    if chosen is None:
        return []
    return [_field(chosen.id, one, typed.get(one.name, ""), redraws) for one in chosen.inputs]


def read_fields(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What stands in the fields, of the elements of a view's state by block; empty ones are left out."""
    found: dict[str, str] = {}
    for block, element in values.items():
        if block.startswith(f"{_BLOCK}:"):
            option = element.get("selected_option") or {}
            said = as_typed(option.get("value") or element.get("selected_date") or element.get("value"))
            if said.strip():
                found[block.rpartition(":")[2]] = said.strip()
    return found


def field_block(field: str, view: Mapping[str, Any]) -> str | None:
    """The block of a view that a refusal's field is about; None if there is none."""
    if not field.startswith(FIELD):
        return None
    name = field.removeprefix(FIELD)
    blocks = (one for one in view["state"]["values"] if one.startswith(f"{_BLOCK}:"))
    return next((one for one in blocks if one.rpartition(":")[2] == name), None)


def typed_inputs(words: Sequence[str], declared: Sequence[InputTerms]) -> tuple[dict[str, str], list[str]]:
    """The inputs that stand as `dataset=eu` before the reason, and the other words.

    With “because” the reason begins there; without, at the first word that is no input.
    """
    names = {one.name for one in declared}
    reason = next((n for n, word in enumerate(words) if word.casefold() == "because"), None)
    given: dict[str, str] = {}
    others: list[str] = []
    for n, word in enumerate(words):
        found = _GIVEN.fullmatch(word)
        before = n < reason if reason is not None else not others
        if found and before and found[1].casefold() in names:
            given[found[1].casefold()] = found[2]
        else:
            others.append(word)
    return given, others


def inputs_line(state: Access) -> str:
    """Every input with its value, in one line; nothing is cut, for an approval is for these."""
    return plain(inputs_in_one_line(state))


def input_facts(state: Access) -> list[str]:
    """Each input with its value, for Details."""
    titles = {one.name: one.title for one in state.terms.inputs}
    return [f"*{plain(titles.get(name, name))}*\n{plain(value)}" for name, value in state.inputs.items()]


def _field(entitlement: str, declared: InputTerms, typed: str, redraws: bool) -> InputBlock:
    chosen = declared.type in ("choice", "yes-no", "date")
    return InputBlock(
        block_id=f"{_BLOCK}:{entitlement}:{declared.name}",
        dispatch_action=True if chosen and redraws else None,
        label=short(declared.title, 150),
        hint=_hint(declared) or None,
        element=_element(declared, typed),
    )


def _hint(declared: InputTerms) -> str:
    allowed = INPUT_KINDS[declared.type].allowed(declared) if declared.type in ("number", "text") else ""
    return allowed if declared.type == "text" else f"{declared.hint} {allowed}".strip()


def _element(declared: InputTerms, typed: str) -> InputInteractiveElement:
    read = read_inputs([declared], {declared.name: typed}).values.get(declared.name)
    match declared.type:
        case "choice":
            return _select(declared.options, read)
        case "yes-no":
            return _select(_YES_NO, read)
        case "date":
            return DatePickerElement(action_id=INPUT, initial_date=read)
        case "number" | "text":
            before = typed or declared.default or ""
            return PlainTextInputElement(
                action_id=INPUT, initial_value=before[:MAX_VALUE_CHARS] or None, max_length=MAX_VALUE_CHARS
            )


def _select(values: Sequence[str], chosen: str | None) -> StaticSelectElement:
    options = {one: Option(value=one, text=PlainTextObject(text=one, emoji=False)) for one in values}
    return StaticSelectElement(
        action_id=INPUT, options=list(options.values()), initial_option=options.get(chosen or "")
    )
