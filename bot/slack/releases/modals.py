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
from bot.slack.layout import Facts, Lines, Prose
from bot.slack.mrkdwn import plain, short, some_of
from bot.slack.releases import texts
from bot.slack.releases.cards import (
    all_checks,
    facts_line,
    facts_of,
    gate_line,
    headline,
    in_view,
)
from bot.slack.releases.form import NOTE, SERVICE, VERSION, Form
from bot.slack.releases.names import version_of
from workflows.policy import version_names
from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases.gates.gate import Result
from workflows.releases.refusals import NOTE_LIMIT
from workflows.releases.state import Release

PROPOSE = "release.propose"
REJECTION = "release.rejection"
CONFIRMATION = "release.confirmation"
MAX_GATE_CHARS = 1_000
MAX_CONFIRMED_CHARS = 200
"""Of a gate in the window that confirms, which has all that was typed besides."""
MAX_CHECKS = 60
MAX_CHECK_NAMES = 20
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
    return form_modal(PROPOSE, form.subject, texts.PROPOSE, "Propose", blocks)


def confirmation_modal(state: Release, value: str) -> View:
    """All that is approved, from what is stored; pressing Approve here is the review. `value` is the button's."""
    blocks: list[Block] = [
        section(f"{headline(state)}\n{facts_line(state, 'approver')}"),
        *(Prose("What changes", state.note).whole() if state.note.strip() else []),
        *Facts(facts_of(state)).draw(MAX_CONFIRMED_CHARS).blocks,
        *_gates(all_checks(state), "*Checks*", MAX_CONFIRMED_CHARS),
        *sections("*Rollback plan*", plain(state.terms.rollback)),
        fine_print(texts.CONFIRM),
    ]
    return form_modal(CONFIRMATION, value, "Confirm approval", "Approve", blocks)


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
        label="Service",
        element=ExternalDataSelectElement(
            action_id=f"release.{SERVICE}",
            placeholder=texts.SEARCH,
            min_query_length=0,
            initial_option=service_option(terms) if terms else None,
        ),
    )


def _version(form: Form, terms: ReleaseTerms | None) -> InputBlock:
    """The block's id names the service, so that a version of another isn't kept."""
    return InputBlock(
        block_id=f"{VERSION}:{terms.service if terms else ''}",
        dispatch_action=True,
        label="Version",
        element=ExternalDataSelectElement(
            action_id=f"release.{VERSION}",
            placeholder=texts.SEARCH,
            min_query_length=0,
            initial_option=version_option(form.version)
            if version_names.VERSION.fullmatch(form.version)
            else None,
        ),
    )


def _shortened(note: str) -> str:
    """What was typed behind the command and doesn't fit into its field."""
    if len(note) <= NOTE_LIMIT:
        return ""
    return texts.TOO_LONG.format(number=len(note), most=NOTE_LIMIT)


def _note(typed: str) -> InputBlock:
    return InputBlock(
        block_id=NOTE,
        label="What changes",
        hint=texts.NOTE_HINT,
        optional=True,
        element=PlainTextInputElement(
            action_id=NOTE,
            multiline=True,
            max_length=NOTE_LIMIT,
            initial_value=typed[:NOTE_LIMIT] or None,
        ),
    )


def _previewed(terms: ReleaseTerms | None, preview: Preview | None) -> list[Block]:
    if terms is None:
        return [fine_print(texts.PICK_SERVICE)]
    names = some_of((gate.name for gate in terms.gates), MAX_CHECK_NAMES)
    if preview is None:
        return [fine_print(texts.PICK_VERSION.format(names=plain(names)))]
    if preview.trouble:
        return sections(texts.NO_PREVIEW, plain(preview.trouble))
    live = texts.IS_LIVE.format(version=version_of(preview.live)) if preview.live else texts.NOTHING_LIVE
    heading = texts.PREVIEW.format(live=live)
    return _gates(list(map(gate_line, in_view(preview.results))), heading)


def _gates(lines: Sequence[str], heading: str, longest: int = MAX_GATE_CHARS) -> list[Block]:
    """As many gates as a window has room for, and how many more there are."""
    drawn = Lines("checks", lines, heading, longest=longest).draw(min(len(lines), MAX_CHECKS))
    more = [fine_print(texts.NOT_SHOWN.format(what=drawn.left_out))]
    return [*drawn.blocks, *(more if drawn.left_out else [])]
