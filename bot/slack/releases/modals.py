"""The window in which a release is proposed, with its gates as they stand now."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from bot.slack.releases.form import NOTE, SERVICE, VERSION, Form
from bot.slack.words import plain, short
from workflows.policy.release_terms import ReleaseTerms
from workflows.releases.gates import Result

PROPOSE = "release.propose"
REJECTION = "release.rejection"
ROLLBACK = "release.rollback"


@dataclass(frozen=True)
class Preview:
    """The gates of what is chosen as they stand now, or why they can't be told."""

    results: Sequence[Result] = ()
    live: str | None = None
    trouble: str = ""


def propose_modal(form: Form, terms: ReleaseTerms | None, preview: Preview | None, hint: str = "") -> View:
    """The window to propose in."""
    blocks: list[Block] = [
        *([section(f":warning: {plain(hint)}")] if hint else []),
        _service(terms),
        _version(form, terms),
        _note(form.note),
        *_previewed(terms, preview),
    ]
    return form_modal(PROPOSE, form.subject, "Propose a release", "Propose", blocks)


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
