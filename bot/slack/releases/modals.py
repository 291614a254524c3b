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

from bot.slack.blocks import fine_print, form_modal, section, sections, sentences
from bot.slack.layout import Lines
from bot.slack.mrkdwn import plain, short, some_of
from bot.slack.releases.cards import gate_line, in_view, version_of
from bot.slack.releases.form import NOTE, SERVICE, VERSION, Form
from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases import decide_proposal
from workflows.releases.gates.gate import Result

PROPOSE = "release.propose"
REJECTION = "release.rejection"
ROLLBACK = "release.rollback"
MAX_GATE_CHARS = 1_000
MOST_GATES = 60
MOST_NAMES = 20
"""Gates shown in the window, and named while there is no version yet."""


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
        *sentences(_shortened(form.note)),
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
            initial_option=version_option(form.version)
            if decide_proposal.VERSION.fullmatch(form.version)
            else None,
        ),
    )


def _shortened(note: str) -> str:
    """What was typed behind the command and doesn't fit into its field."""
    if len(note) <= decide_proposal.NOTE_LIMIT:
        return ""
    return f"What you typed has {len(note)} characters, and {decide_proposal.NOTE_LIMIT} are allowed. Check what is left of it."


def _note(typed: str) -> InputBlock:
    return InputBlock(
        block_id=NOTE,
        label="What changes?",
        hint="Approvers read this beside the gates.",
        optional=True,
        element=PlainTextInputElement(
            action_id=NOTE,
            multiline=True,
            max_length=decide_proposal.NOTE_LIMIT,
            initial_value=typed[: decide_proposal.NOTE_LIMIT] or None,
        ),
    )


def _previewed(terms: ReleaseTerms | None, preview: Preview | None) -> list[Block]:
    if terms is None:
        return [fine_print("Choose what is released to see its gates.")]
    names = some_of((gate.name for gate in terms.gates), MOST_NAMES)
    if preview is None:
        return [fine_print(f"Its gates: {plain(names)}. Choose a version to see how they stand.")]
    if preview.trouble:
        return sections(":warning: *The gates can't be told now.*", plain(preview.trouble))
    live = f"version {version_of(preview.live)} is live" if preview.live else "nothing is live"
    heading = f"*The gates as they stand now* ({live})"
    gates = Lines("gates", list(map(gate_line, in_view(preview.results))), heading, longest=MAX_GATE_CHARS)
    drawn = gates.draw(min(len(preview.results), MOST_GATES))
    more = [fine_print(f"Not shown here: {drawn.left_out}. The release's card shows all of them.")]
    return [*drawn.blocks, *(more if drawn.left_out else [])]
