"""Reading the windows of incidents, and saying what is wrong with them in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.slack.mrkdwn import as_typed
from workflows.workflow import Refused

TITLE, SEVERITY, SERVICE, PLAYBOOK, KIND = "title", "severity", "service", "playbook", "kind"
ROLE, WHO, BRIEF = "role", "who", "brief"
WHAT, OWNER, DUE = "what", "owner", "due"


@dataclass(frozen=True)
class Form:
    """What stands in the window to declare in, or was typed behind the command.

    The incident will have the id `subject`, so that it is made once.
    """

    subject: str
    title: str = ""
    severity: str = ""
    service: str | None = None
    playbook: str | None = None
    kind: str = "real"


def read_form(view: Mapping[str, Any]) -> Form:
    """What was typed into the window to declare in."""
    return Form(
        subject=view["private_metadata"],
        title=read_text(view, TITLE),
        severity=read_choice(view, SEVERITY) or "",
        service=read_choice(view, SERVICE),
        playbook=read_choice(view, PLAYBOOK),
        kind=read_choice(view, KIND) or "real",
    )


def read_text(view: Mapping[str, Any], field: str) -> str:
    return as_typed(_held(view, field).get("value"))


def read_choice(view: Mapping[str, Any], field: str) -> str | None:
    chosen = _held(view, field).get("selected_option") or {}
    return str(chosen["value"]) if chosen else None


def read_person(view: Mapping[str, Any], field: str) -> str | None:
    chosen = _held(view, field).get("selected_user")
    return str(chosen) if chosen else None


def read_date(view: Mapping[str, Any], field: str) -> date | None:
    chosen = _held(view, field).get("selected_date")
    return date.fromisoformat(str(chosen)) if chosen else None


def errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """A refusal's sentences under the blocks that they are about; under the first if about none."""
    named = {block: block.partition(":")[0] for block in view["state"]["values"]}
    found = {block: refusal.fields[field] for block, field in named.items() if field in refusal.fields}
    first = next(block["block_id"] for block in view["blocks"] if block["type"] == "input")
    return found or {first: refusal.sentence}


def _held(view: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    blocks = view["state"]["values"]
    block = next((name for name in blocks if name.partition(":")[0] == field), field)
    elements: Iterable[Mapping[str, Any]] = (blocks.get(block) or {}).values()
    return next(iter(elements), {}) or {}
