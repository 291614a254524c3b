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

from bot.slack.blocks import MOST_OPTIONS, fine_print, form_modal, sentences
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
from bot.slack.mrkdwn import short
from workflows.incidents.decide_incident import LONGEST_TITLE
from workflows.incidents.state import Incident
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

KINDS = {"real": "An incident", "private": "A private incident, for its members alone", "drill": "A drill"}


def declare_modal(form: Form, bundle: Bundle, terms: IncidentTerms) -> View:
    """The window to declare in."""
    severities = {one.name: f"{one.name}: {one.title}" for one in terms.severities}
    services = {name: one.title for name, one in sorted(bundle.services.items())}
    playbooks = {name: one.title for name, one in sorted(bundle.playbooks.items())}
    blocks: list[Block] = [
        *sentences(_shortened(form.title)),
        _text(TITLE, "What is wrong?", form.title, LONGEST_TITLE),
        _choice(SEVERITY, "How bad is it?", severities, form.severity or list(severities)[-1]),
        _choice(KIND, "What is it?", KINDS, form.kind),
        *([_choice(SERVICE, "Which service?", services, form.service, optional=True)] if services else []),
        *([_choice(PLAYBOOK, "Playbook", playbooks, form.playbook, optional=True)] if playbooks else []),
    ]
    return form_modal(DECLARE, form.subject, "Declare an incident", "Declare", blocks)


def roles_modal(state: Incident, value: str) -> View:
    """Take a role, or hand one over."""
    roles = {one.name: one.title for one in state.terms.roles}
    vacant = next((name for name in roles if name not in state.holders), COMMANDER)
    who = UserSelectElement(action_id=WHO, placeholder="Yourself, if you leave this empty")
    blocks: list[Block] = [
        _choice(ROLE, "Which role?", roles, vacant),
        InputBlock(block_id=WHO, label="For whom?", element=who, optional=True),
        _text(BRIEF, "Brief for whoever takes over", "", 1_000, multiline=True, optional=True),
        fine_print("Somebody else has to accept first. Access that was given for the role goes with it."),
    ]
    return form_modal(FILL, value, "Roles", "Go on", blocks)


def severity_modal(state: Incident, value: str) -> View:
    severities = {one.name: f"{one.name}: {one.title}" for one in state.terms.severities}
    block = _choice(SEVERITY, "How bad is it by now?", severities, state.severity)
    return form_modal(RATE, value, "Severity", "Change", [block])


def playbook_modal(value: str, playbooks: Mapping[str, PlaybookTerms], first: str | None) -> View:
    titles = {name: one.title for name, one in sorted(playbooks.items())}
    return form_modal(BEGIN, value, "Playbook", "Start", [_choice(PLAYBOOK, "Which one?", titles, first)])


def follow_up_modal(value: str) -> View:
    blocks: list[Block] = [
        _text(WHAT, "What is to be done?", "", 500),
        InputBlock(block_id=OWNER, label="By whom?", element=UserSelectElement(action_id=OWNER)),
        InputBlock(
            block_id=DUE, label="Until when?", element=DatePickerElement(action_id=DUE), optional=True
        ),
    ]
    return form_modal(FOLLOW, value, "Follow-up", "Add", blocks)


def _shortened(title: str) -> str:
    """What was typed behind the command and doesn't fit into its field."""
    if len(title) <= LONGEST_TITLE:
        return ""
    return f"What you typed has {len(title)} characters, and {LONGEST_TITLE} are allowed. Check what is left of it."


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
    if len(choices) > MOST_OPTIONS:
        element = ExternalDataSelectElement(
            action_id=f"incident.{field}",
            placeholder="Type to search",
            min_query_length=0,
            initial_option=initial,
        )
    else:
        options = [option(name, title) for name, title in choices.items()]
        element = StaticSelectElement(action_id=field, options=options, initial_option=initial)
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
