"""The windows of incidents: to declare one, to fill roles, to choose a severity or a playbook, to follow up."""

from collections.abc import Mapping

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.slack.blocks import (
    MAX_OPTIONS,
    MAX_REASON_CHARS,
    fine_print,
    form_modal,
    reason_modal,
    section,
    sentences,
)
from bot.slack.incidents import texts
from bot.slack.incidents.form import (
    BRIEF,
    DUE,
    KIND,
    OWNER,
    PLAYBOOK,
    ROLE,
    SERVICE,
    SEVERITY,
    TITLE,
    WHAT,
    WHO,
    Form,
)
from bot.slack.mrkdwn import plain, short, some_of
from workflows.incidents.refusals import MAX_FOLLOW_UP_CHARS, MAX_TITLE_CHARS
from workflows.incidents.state import Incident
from workflows.incidents.views import undone
from workflows.policy.bundle import Bundle
from workflows.policy.terms.incidents import COMMANDER, IncidentTerms, PlaybookTerms

DECLARE = "incident.declare"
FILL = "incident.fill"
RATE = "incident.rate"
BEGIN = "incident.begin"
FOLLOW = "incident.follow"
RESOLUTION = "incident.resolution"
REOPENING = "incident.reopening"
CANCELLATION = "incident.cancellation"
SKIPPING = "incident.skipping"

MAX_STEPS = 5
"""Open steps named before an incident is resolved."""


def declare_modal(form: Form, bundle: Bundle, terms: IncidentTerms) -> View:
    """The window to declare in."""
    severities = {one.name: f"{one.name}: {one.title}" for one in terms.severities}
    services = {name: one.title for name, one in sorted(bundle.services.items())}
    playbooks = {name: one.title for name, one in sorted(bundle.playbooks.items())}
    blocks: list[Block] = [
        *_shortened(form.title, MAX_TITLE_CHARS),
        _text(TITLE, texts.WHATS_WRONG, form.title, MAX_TITLE_CHARS),
        _choice(SEVERITY, "Severity", severities, form.severity or list(severities)[-1]),
        _choice(KIND, "Type", texts.KINDS, form.kind),
        *([_service(services, form.service)] if services else []),
        *([_playbook(playbooks, form)] if playbooks else []),
    ]
    return form_modal(DECLARE, form.subject, texts.DECLARE, "Declare", blocks)


def roles_modal(state: Incident, value: str) -> View:
    """Take a role, or hand one over."""
    roles = {one.name: one.title for one in state.terms.roles}
    vacant = next((name for name in roles if name not in state.holders), COMMANDER)
    who = UserSelectElement(action_id=WHO, placeholder=texts.WHO_HINT)
    blocks: list[Block] = [
        _choice(ROLE, "Role", roles, vacant),
        InputBlock(block_id=WHO, label="Person", element=who, optional=True),
        _text(BRIEF, "Handover note", "", 1_000, multiline=True, optional=True),
        fine_print(texts.HANDOVER),
    ]
    return form_modal(FILL, value, "Roles", "Assign", blocks)


def severity_modal(state: Incident, value: str, wanted: str = "") -> View:
    """`wanted` is chosen if there is such a severity."""
    severities = {one.name: f"{one.name}: {one.title}" for one in state.terms.severities}
    chosen = wanted if wanted in severities else state.severity
    block = _choice(SEVERITY, "New severity", severities, chosen)
    return form_modal(RATE, value, "Severity", "Change", [block])


def playbook_modal(value: str, playbooks: Mapping[str, PlaybookTerms], first: str | None) -> View:
    titles = {name: one.title for name, one in sorted(playbooks.items())}
    return form_modal(BEGIN, value, "Playbook", "Start", [_choice(PLAYBOOK, "Playbook", titles, first)])


def follow_up_modal(value: str, what: str = "") -> View:
    blocks: list[Block] = [
        *_shortened(what, MAX_FOLLOW_UP_CHARS),
        _text(WHAT, "Follow-up", what, MAX_FOLLOW_UP_CHARS),
        InputBlock(block_id=OWNER, label="Owner", element=UserSelectElement(action_id=OWNER)),
        InputBlock(block_id=DUE, label="Due date", element=DatePickerElement(action_id=DUE), optional=True),
    ]
    return form_modal(FOLLOW, value, "Add follow-up", "Add", blocks)


def resolve_modal(state: Incident, value: str, words: str = "") -> View:
    """Asks what happened, which `words` may say already; says which steps of the playbook are still open."""
    view = reason_modal(RESOLUTION, value, "Resolve", texts.WHAT_HAPPENED, "Resolve", words)
    open_steps = [terms.title for terms, _ in undone(state)]
    warning: list[Block] = []
    if open_steps:
        titles = plain(some_of((short(one, 80) for one in open_steps), MAX_STEPS))
        warning = [section(texts.OPEN_STEPS.format(number=len(open_steps), titles=titles))]
    view.blocks = [*warning, *_shortened(words, MAX_REASON_CHARS), *(view.blocks or [])]
    return view


def cancel_modal(value: str, words: str = "") -> View:
    """Asks why it wasn't an incident; the one button that doesn't cancel says so."""
    view = reason_modal(CANCELLATION, value, "Cancel incident", texts.WHY_CANCEL, "Cancel incident", words)
    view.close = PlainTextObject(text=texts.KEEP_OPEN)
    return view


def _service(services: Mapping[str, str], chosen: str | None) -> InputBlock:
    """Choosing one brings its playbook."""
    block = _choice(SERVICE, "Service", services, chosen, optional=True)
    block.dispatch_action = True
    return block


def _playbook(playbooks: Mapping[str, str], form: Form) -> InputBlock:
    """The block's id names the service, so that Slack shows the playbook that it brings."""
    block = _choice(PLAYBOOK, "Playbook", playbooks, form.playbook, optional=True)
    block.block_id = f"{PLAYBOOK}:{form.service or ''}"
    return block


def _shortened(words: str, most: int) -> list[Block]:
    """Says that what was typed behind the command doesn't fit into its field."""
    return sentences(texts.TOO_LONG.format(number=len(words), most=most)) if len(words) > most else []


def _text(
    field: str, label: str, typed: str, most: int, *, multiline: bool = False, optional: bool = False
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=field, multiline=multiline, max_length=most, initial_value=typed[:most] or None
    )
    return InputBlock(block_id=field, label=label, element=element, optional=optional)


def _choice(
    field: str, label: str, choices: Mapping[str, str], chosen: str | None, *, optional: bool = False
) -> InputBlock:
    element: StaticSelectElement | ExternalDataSelectElement
    initial = option(chosen, choices[chosen]) if chosen and chosen in choices else None
    if len(choices) > MAX_OPTIONS:
        element = ExternalDataSelectElement(
            action_id=f"incident.{field}",
            placeholder=texts.SEARCH,
            min_query_length=0,
            initial_option=initial,
        )
    else:
        options = [option(name, title) for name, title in choices.items()]
        element = StaticSelectElement(action_id=f"incident.{field}", options=options, initial_option=initial)
    return InputBlock(block_id=field, label=label, element=element, optional=optional)


def option(name: str, title: str) -> Option:
    """Something that can be chosen, by its title."""
    return Option(value=name, text=PlainTextObject(text=short(title, 75), emoji=False))


def matching(titles: Mapping[str, str], typed: str) -> list[Option]:
    """What can be chosen of services or playbooks, by what was typed of its name or title."""
    wanted = " ".join(typed.casefold().split())
    return [
        option(name, title)
        for name, title in sorted(titles.items())
        if wanted in name or wanted in title.casefold()
    ]
