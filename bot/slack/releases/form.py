"""Reading the window in which a release is proposed, and saying what is wrong with it in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.mrkdwn import as_typed
from workflows.workflow import Refused

SERVICE = "service"
VERSION = "version"
NOTE = "note"


@dataclass(frozen=True)
class Form:
    """What stands in the window; the release will have the id `subject`, so that it is made once."""

    subject: str
    service: str
    version: str
    note: str


def read_form(view: Mapping[str, Any]) -> Form:
    """Read a view's state; an empty field is an empty text."""
    values = {
        block.partition(":")[0]: element
        for block, elements in view["state"]["values"].items()
        for element in elements.values()
    }
    return Form(
        subject=view["private_metadata"],
        service=_chosen(values, SERVICE),
        version=_chosen(values, VERSION),
        note=as_typed((values.get(NOTE) or {}).get("value")),
    )


def errors_of(refusal: Refused, view: Mapping[str, Any]) -> dict[str, str]:
    """A refusal's sentences under the blocks that they are about."""
    blocks = {name.partition(":")[0]: name for name in view["state"]["values"]}
    return {blocks.get(field, SERVICE): sentence for field, sentence in refusal.fields.items()}


def _chosen(values: Mapping[str, Any], field: str) -> str:
    chosen = (values.get(field) or {}).get("selected_option") or {}
    return str(chosen.get("value") or "")
