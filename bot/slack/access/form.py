"""Reading the window in which people ask for access, and saying what is wrong with it in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ulid import ULID

from bot.slack.access.input_fields import field_block, read_fields
from bot.slack.access.on_behalf.field import read_holder
from bot.slack.access.start_field import read_start
from bot.slack.access.typed_command import Prefill
from bot.slack.button_values import NewRequest, read_value, subject_of
from bot.slack.mrkdwn import as_typed
from workflows.access.on_behalf.refusals import ON_BEHALF
from workflows.access.runs import RUN_FIELD
from workflows.access.scheduling import START
from workflows.access.state import KIND, Access
from workflows.durations import DurationError, parse_duration, spell_duration
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.kits import called
from workflows.workflow import Refused

WHAT = "entitlement"
HOW_LONG = "duration"
WHY = "justification"
TICKET = "ticket"
KIT = "kit"
"""What the block begins with in which entitlements of a kit are chosen; the kit's name follows."""


def opened_by(body: Mapping[str, Any]) -> NewRequest:
    """A new request's window, with where its command was typed."""
    typed = body if "command" in body else {}
    channel, url = str(typed.get("channel_id", "")), str(typed.get("response_url", ""))
    return NewRequest(f"{KIND}_{ULID()}", channel=channel, answer_url=url)


def read_opened(carried: str) -> NewRequest:
    """What a window carries; one that an earlier release opened carries the subject alone."""
    return read_value(NewRequest, carried) or NewRequest(subject_of(carried) or carried)


def typed_at(opened: NewRequest, person: str) -> dict[str, Any] | None:
    """A body to answer this person where they typed; None if they typed nothing."""
    if not (opened.channel and opened.answer_url):
        return None
    return {"user": {"id": person}, "channel_id": opened.channel, "response_url": opened.answer_url}


@dataclass(frozen=True)
class Form:
    """What stands in the window. `seconds` is None, and `fault` says why, if the duration isn't one."""

    opened: NewRequest
    entitlement: str | None
    duration: str
    duration_block: str
    justification: str
    ticket: str
    seconds: int | None
    fault: str
    starts_at: datetime | None = None
    """From when it is wanted; None: as soon as it is approved."""
    until_run: str = ""
    """The run with which it ends, as it was typed; empty if none was."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What the entitlement asks for besides, as typed, by name."""
    members: tuple[str, ...] = ()
    """What is chosen of a kit; empty if nothing was said."""
    on_behalf_of: str = ""
    """Whom it is for, by id; empty if it is for whoever asks."""
    more: bool = False
    """Whether the fields that are rarely needed are shown."""

    def duration_for(self, bundle: Bundle) -> str:
        """The duration as typed; nothing if it still is the default of what was chosen before."""
        before = called(bundle, self.duration_block.partition(":")[2])
        default = spell_duration(before.rule.default) if before else "1h"
        return "" if self.duration == default else self.duration


def read_form(view: Mapping[str, Any]) -> Form:
    """Read a view's state; an empty field is an empty text."""
    values = {
        block: element for block, elements in view["state"]["values"].items() for element in elements.values()
    }
    block = next((name for name in values if name.partition(":")[0] == HOW_LONG), HOW_LONG)
    duration = _typed(values, block)
    seconds, fault = _seconds(duration)
    chosen = (values.get(WHAT) or {}).get("selected_option") or {}
    opened = read_opened(view["private_metadata"])
    entitlement = opened.entitlement or chosen.get("value")
    return Form(
        opened=opened,
        entitlement=entitlement,
        duration=duration,
        duration_block=block,
        justification=_typed(values, WHY),
        ticket=_typed(values, TICKET),
        seconds=seconds,
        fault=fault,
        starts_at=read_start(values),
        until_run=_typed(values, RUN_FIELD).strip(),
        inputs=read_fields(values),
        members=_members(values, entitlement),
        on_behalf_of=read_holder(values),
        more=START in values,
    )


def prefilled(read: Prefill, opened: NewRequest, holder: str = "") -> Form:
    """The form as a command fills it in, for this person if it is for somebody else."""
    return Form(
        opened=opened,
        entitlement=read.entitlement.id if read.entitlement else None,
        duration=spell_duration(read.seconds) if read.seconds else "",
        duration_block="",
        justification=read.justification,
        ticket=read.ticket,
        seconds=read.seconds,
        fault="",
        starts_at=read.starts_at,
        until_run=read.until_run,
        inputs=read.inputs,
        on_behalf_of=holder,
        more=read.starts_at is not None,
    )


def again(state: Access, opened: NewRequest) -> Form:
    """The form as it was filled in for this request, for as long as was approved."""
    return Form(
        opened=opened,
        entitlement=state.terms.entitlement,
        duration=spell_duration(state.approved_seconds),
        duration_block="",
        justification=state.justification,
        ticket=state.ticket or "",
        seconds=state.approved_seconds,
        fault="",
        inputs=state.inputs,
        on_behalf_of=state.requester if state.unaccepted else "",
    )


def errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """A refusal's sentences under the blocks that they are about."""
    form = read_form(view)
    blocks = {
        "duration": form.duration_block,
        "justification": WHY,
        "ticket": TICKET,
        START: START,
        RUN_FIELD: RUN_FIELD,
        ON_BEHALF: ON_BEHALF,
    }
    other = form.duration_block if form.opened.entitlement else WHAT
    errors: dict[str, str] = {}
    for name, sentence in refusal.fields.items():
        block = blocks.get(name) or field_block(name, view) or other
        block = block if block in view["state"]["values"] else other
        errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence
    return errors or {other: refusal.sentence}


def _members(values: Mapping[str, Any], kit: str | None) -> tuple[str, ...]:
    """What is ticked of this kit; the window may still show what another one includes."""
    found = values.get(f"{KIT}:{kit}") or {}
    return tuple(str(option["value"]) for option in found.get("selected_options") or ())


def _typed(values: Mapping[str, Any], block: str) -> str:
    return as_typed((values.get(block) or {}).get("value"))


def _seconds(duration: str) -> tuple[int | None, str]:
    try:
        return parse_duration(duration), ""
    except DurationError as error:
        return None, f"{error}."
