"""The window in which a release is proposed, with its gates as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
)
from slack_sdk.models.views import View

from bot.slack.elements import fine_print, form_modal, section
from bot.slack.releases.cards import gate_line
from bot.slack.words import as_typed, literal, plain, short
from workflows.policy.release_terms import ReleaseTerms
from workflows.releases.gates import Result

PROPOSE = "release.propose"
REJECTION = "release.rejection"
ROLLBACK = "release.rollback"
SERVICE = "service"
VERSION = "version"
NOTE = "note"


@dataclass(frozen=True)
class Form:
    """What stands in the window."""

    release: str
    service: str
    version: str
    note: str


@dataclass(frozen=True)
class Preview:
    """The gates of what is chosen as they stand now, or why they can't be told."""

    results: Sequence[Result] = ()
    live: str | None = None
    trouble: str = ""


def propose_modal(form: Form, terms: ReleaseTerms | None, preview: Preview | None, hint: str = "") -> View:
    """`form.release` is the id that the release will have, so that it is made once."""
    blocks: list[Block] = [
        *([section(f":warning: {literal(hint, 2_000)}")] if hint else []),
        _service(terms),
        _version(form, terms),
        _note(form.note),
        *_previewed(terms, preview),
    ]
    return form_modal(PROPOSE, form.release, "Propose a release", "Propose", blocks)


def read_form(view: Mapping[str, Any]) -> Form:
    """Read a view's state; an empty field is an empty text."""
    values = {
        block.partition(":")[0]: element
        for block, elements in view["state"]["values"].items()
        for element in elements.values()
    }
    return Form(
        release=view["private_metadata"],
        service=_chosen(values, SERVICE),
        version=_chosen(values, VERSION),
        note=as_typed((values.get(NOTE) or {}).get("value")),
    )


def errors_of(fields: Mapping[str, str], view: Mapping[str, Any]) -> dict[str, str]:
    """A refusal's sentences under the blocks that they are about."""
    blocks = {name.partition(":")[0]: name for name in view["state"]["values"]}
    return {blocks.get(field, SERVICE): sentence for field, sentence in fields.items()}


def service_option(terms: ReleaseTerms) -> Option:
    return _option(terms.service, terms.title, f"{terms.model} · {terms.environment}")


def version_option(version: str, about: str = "") -> Option:
    return _option(version, f"Version {version}", about)


def _option(value: str, text: str, description: str) -> Option:
    return Option(
        value=value,
        text=PlainTextObject(text=short(text, 75), emoji=False),
        description=PlainTextObject(text=short(description, 75), emoji=False) if description else None,
    )


def _chosen(values: Mapping[str, Any], field: str) -> str:
    chosen = (values.get(field) or {}).get("selected_option") or {}
    return str(chosen.get("value") or "")


def _service(terms: ReleaseTerms | None) -> InputBlock:
    return InputBlock(
        block_id=SERVICE,
        dispatch_action=True,
        label="What is released?",
        element=ExternalDataSelectElement(
            action_id=f"release.{SERVICE}",
            placeholder="Type to search",
            min_query_length=0,
            initial_option=service_option(terms) if terms else None,
        ),
    )


def _version(form: Form, terms: ReleaseTerms | None) -> InputBlock:
    """The block's id names the service, so that a version of another isn't kept."""
    return InputBlock(
        block_id=f"{VERSION}:{terms.service if terms else ''}",
        dispatch_action=True,
        label="Which version?",
        element=ExternalDataSelectElement(
            action_id=f"release.{VERSION}",
            placeholder="Type to search",
            min_query_length=0,
            initial_option=version_option(form.version) if form.version else None,
        ),
    )


def _note(typed: str) -> InputBlock:
    return InputBlock(
        block_id=NOTE,
        label="What changes?",
        hint="Approvers read this beside the gates.",
        optional=True,
        element=PlainTextInputElement(
            action_id=NOTE, multiline=True, max_length=1_000, initial_value=typed[:1_000] or None
        ),
    )


def _previewed(terms: ReleaseTerms | None, preview: Preview | None) -> list[Block]:
    if terms is None:
        return [fine_print("Choose what is released to see its gates.")]
    names = ", ".join(gate.name for gate in terms.gates)
    if preview is None:
        return [fine_print(f"Its gates: {plain(names)}. Choose a version to see how they stand.")]
    if preview.trouble:
        return [section(f":warning: *The gates can't be told now.* {plain(preview.trouble)}")]
    live = f"version {plain(preview.live)} is live" if preview.live else "nothing is live"
    lines = [f"*The gates as they stand now* ({live})", *map(gate_line, preview.results)]
    return [section("\n".join(lines))]
