"""The field of the form that says whom a request is for, and the words of a command that do.

Source: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#users_select
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.models.blocks import InputBlock, UserSelectElement

from bot.slack.access.on_behalf import texts
from bot.slack.people_called import MAX_NAME_CHARS, human_called
from workflows.access.on_behalf.refusals import ON_BEHALF
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.evaluation.assess import Ask
from workflows.policy.evaluation.catalog import eligible
from workflows.policy.evaluation.kits import requestable
from workflows.ports import Directory

MAX_NAME_WORDS = 3


@dataclass(frozen=True)
class NamedHolder:
    """What a command said: whom it is for, by id, and the words without that. `note` is a sentence if it isn't clear."""

    text: str
    holder: str = ""
    note: str = ""


def holder_field(holder: str, chosen: Entitlement | None) -> list[InputBlock]:
    """The field, with whom it is for; none if what was chosen can only be requested for oneself."""
    if chosen is not None and not chosen.on_behalf:
        return []
    element = UserSelectElement(action_id=ON_BEHALF, initial_user=holder or None)
    return [
        InputBlock(
            block_id=ON_BEHALF,
            dispatch_action=True,
            label=texts.LABEL,
            hint=texts.HINT,
            optional=True,
            element=element,
        )
    ]


def read_holder(values: Mapping[str, Any]) -> str:
    """Whom it is for, of the elements of a view's state by block; empty if it is for whoever asks."""
    return str((values.get(ON_BEHALF) or {}).get("selected_user") or "")


def offered_to(bundle: Bundle, directory: Directory, who: str, holder: str) -> list[Entitlement]:
    """What can be requested: by this person, or for the holder if there is one."""
    if not holder:
        return requestable(bundle, directory, who)
    return [one for one in eligible(bundle, directory, holder) if one.on_behalf]


def asked_for(who: str, holder: str, ask: Ask) -> Ask:
    """The same as this person asks it for the holder, if there is one."""
    return replace(ask, requester=holder, asked_by=who) if holder else ask


def named_holder(text: str, directory: Directory) -> NamedHolder:
    """Read `for @edsger` out of the words of a command, before its reason."""
    words = text.split()
    folded = [word.casefold() for word in words]
    end = next((n for n, word in enumerate(folded) if word == "because"), len(words))
    for n in range(end - 1):
        if folded[n] != "for" or not words[n + 1].startswith(("@", "<@")):
            continue
        for length in range(min(MAX_NAME_WORDS, end - n - 1), 0, -1):
            name = " ".join(words[n + 1 : n + 1 + length])
            if person := human_called(name, directory):
                return NamedHolder(" ".join([*words[:n], *words[n + 1 + length :]]), person)
        note = texts.NOT_ONE_PERSON.format(typed=words[n + 1][:MAX_NAME_CHARS])
        return NamedHolder(" ".join([*words[:n], *words[n + 2 :]]), note=note)
    return NamedHolder(text)
