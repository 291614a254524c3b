"""The windows of access: asking, extending and confirming an approval."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from bot.slack.access import texts
from bot.slack.access.break_glass.lines import offer
from bot.slack.access.cards import extend_buttons, shown
from bot.slack.access.details import facts_of, fine_print_of
from bot.slack.access.form import HOW_LONG, TICKET, WHAT, WHY, Form
from bot.slack.access.input_fields import input_fields, inputs_line
from bot.slack.access.on_behalf.field import holder_field
from bot.slack.access.run_field import run_field
from bot.slack.access.start_field import start_field
from bot.slack.access.status import condition_lines
from bot.slack.blocks import (
    beside,
    button,
    buttons,
    fine_print,
    fine_words,
    form_modal,
    section,
    sections,
    sentences,
)
from bot.slack.layout import Facts, Prose
from bot.slack.mrkdwn import mention, moment, plain, short
from workflows.access.state import Access
from workflows.durations import spell_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import Assessment
from workflows.policy.evaluation.tickets import TICKET_LIMIT

ASK = "access.ask"
DENIAL = "access.denial"
ENDING = "access.ending"
CONFIRMATION = "access.confirmation"
EXTEND_INSTEAD, MORE = "extend.instead", "form.more"
"""Buttons of the window in which access is requested."""
MAX_FACT_CHARS = 1_900
MAX_PREVIEW_CHARS = 18_000
"""Of the approval, what stands against it first; `daypass check` and the bundle's files have all of it."""
MAX_TYPED_CHARS = 3_000
"""Characters that Slack takes in a field."""


@dataclass(frozen=True)
class Held:
    """What somebody has or has requested already, with `words` about it in markup."""

    state: Access
    words: str


def ask_modal(
    form: Form,
    chosen: Entitlement | None,
    seen: Assessment | None,
    hint: str = "",
    held: Held | None = None,
    members: Sequence[Block] = (),
) -> View:
    """The window to ask in; `held` says what they have already, `members` are for what a kit includes."""
    blocks: list[Block] = _held(held) if held else []
    for words in (hint, *_shortened(form, chosen)):
        blocks += sentences(words)
    blocks += [_what(chosen), *_described(chosen), *members, *input_fields(chosen, form.inputs)]
    blocks += [_how_long(chosen, form.duration), _why(chosen, form.justification)]
    blocks += _rarely_needed(form, chosen, seen)
    blocks += _preview(seen) if form.more else [*_outlook(seen), buttons(_more(form))]
    blocks += offer(form.opened, chosen, seen) if chosen and seen and not form.on_behalf_of else []
    return form_modal(ASK, form.opened.value, "Request access", "Ask", blocks)


def extend_modal(form: Form, state: Access, chosen: Entitlement, seen: Assessment | None) -> View:
    """The window to ask for more time in: the same access, from when it ends."""
    assert state.grant is not None
    blocks = [
        section(texts.STARTS_AFTER.format(what=plain(chosen.title), ends=moment(state.grant.ends_at))),
        *([section(inputs_line(state))] if state.inputs else []),
        *sections(*condition_lines(state)),
        _how_long(chosen, form.duration),
        _why(chosen, form.justification),
        *([ticket_field(chosen, form.ticket)] if chosen.rule.ticket.asked else []),
        *_preview(seen),
    ]
    return form_modal(ASK, form.opened.value, "Extend access", "Ask", blocks)


def _rarely_needed(form: Form, chosen: Entitlement | None, seen: Assessment | None) -> list[Block]:
    """The fields behind *More options*; what is filled in or needed is always shown."""
    asked = chosen is None or chosen.rule.ticket.asked
    required = chosen is not None and chosen.rule.ticket.required
    needed = required or any(problem.field == "condition" for problem in (seen.problems if seen else ()))
    return [
        *([start_field(form.starts_at)] if form.more else []),
        *run_field(form.until_run),
        *(holder_field(form.on_behalf_of, chosen) if form.more or form.on_behalf_of else []),
        *([ticket_field(chosen, form.ticket)] if asked and (form.more or needed or form.ticket) else []),
    ]


def _more(form: Form) -> ButtonElement:
    return button(texts.MORE_OPTIONS, MORE, form.opened.value)


def _held(held: Held) -> list[Block]:
    extend = extend_buttons(held.state, EXTEND_INSTEAD)
    return [beside(held.words, extend[0])] if extend else sections(held.words)


def confirmation_modal(state: Access) -> View:
    """All that is approved, from what is stored; pressing Approve here is the review."""
    terms = state.terms
    blocks = [
        section(texts.ASKS.format(who=mention(state.requester), what=plain(terms.title))),
        *Facts(facts_of(state)).draw(MAX_FACT_CHARS).blocks,
        *Prose("Why", state.justification).whole(),
        *sections(*condition_lines(state)),
        fine_print(f"{texts.CONFIRM}\n{fine_print_of(state)}"),
    ]
    return form_modal(CONFIRMATION, shown(state).value, "Confirm approval", "Approve", blocks)


def option(entitlement: Entitlement) -> Option:
    """An entitlement as a choice in the search."""
    description = texts.OPTION.format(
        risk=entitlement.risk, environment=entitlement.environment, description=entitlement.description
    )
    return Option(
        value=entitlement.id,
        text=PlainTextObject(text=short(entitlement.title, 75), emoji=False),
        description=PlainTextObject(text=short(description, 75), emoji=False),
    )


def _what(chosen: Entitlement | None) -> InputBlock:
    return InputBlock(
        block_id=WHAT,
        dispatch_action=True,
        label="Access",
        element=ExternalDataSelectElement(
            action_id=WHAT,
            placeholder=texts.SEARCH,
            min_query_length=0,
            initial_option=option(chosen) if chosen else None,
        ),
    )


def _described(chosen: Entitlement | None) -> list[Block]:
    if chosen is None:
        return []
    text = texts.DESCRIBED.format(
        description=chosen.description,
        risk=chosen.risk.capitalize(),
        resource=chosen.resource_title,
        environment=chosen.environment,
    )
    return [fine_words(text, f"about-{chosen.id}")]


def _how_long(chosen: Entitlement | None, before: str) -> InputBlock:
    hint = texts.ANY_DURATION
    if chosen:
        shortest, longest = spell_duration(chosen.rule.shortest), spell_duration(chosen.rule.longest)
        hint = texts.DURATIONS.format(shortest=shortest, longest=longest)
    return InputBlock(
        block_id=f"{HOW_LONG}:{chosen.id if chosen else ''}",
        dispatch_action=True,
        label="Duration",
        hint=hint,
        element=PlainTextInputElement(
            action_id=HOW_LONG,
            initial_value=before or (spell_duration(chosen.rule.default) if chosen else "1h"),
            max_length=40,
            dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_enter_pressed"]),
        ),
    )


def _shortened(form: Form, chosen: Entitlement | None) -> list[str]:
    """What was typed behind the command and doesn't fit into its field."""
    typed = (("ticket", form.ticket, TICKET_LIMIT), ("reason", form.justification, _longest_why(chosen)))
    return [
        texts.SHORTENED.format(what=what, number=len(words), most=most)
        for what, words, most in typed
        if len(words) > most
    ]


def _longest_why(chosen: Entitlement | None) -> int:
    return min(chosen.rule.justification_max if chosen else 2_000, MAX_TYPED_CHARS)


def _why(chosen: Entitlement | None, before: str) -> InputBlock:
    least = chosen.rule.justification_min if chosen else 0
    most = _longest_why(chosen)
    return InputBlock(
        block_id=WHY,
        label="Reason",
        hint=texts.WHY_HINT_LEAST.format(least=least) if least else texts.WHY_HINT,
        optional=chosen is not None and least == 0,
        element=PlainTextInputElement(
            action_id=WHY, multiline=True, max_length=most, initial_value=before[:most] or None
        ),
    )


def ticket_field(chosen: Entitlement | None, before: str) -> InputBlock:
    """The field for a ticket, as its rule asks for it."""
    required = bool(chosen and chosen.rule.ticket.required)
    return InputBlock(
        block_id=TICKET,
        label="Ticket",
        hint=(chosen.rule.ticket.hint if chosen else "") or None,
        optional=not required,
        element=PlainTextInputElement(
            action_id=TICKET, max_length=TICKET_LIMIT, initial_value=before[:TICKET_LIMIT] or None
        ),
    )


def _outlook(seen: Assessment | None) -> list[Block]:
    """What would happen, in few words: what stands against it, and who is asked."""
    if seen is None:
        return [_nothing_chosen()]
    against = "\n".join(_against(seen))
    return [
        *(sentences(against, MAX_PREVIEW_CHARS) if against else []),
        *([fine_words("\n".join(seen.explanation))] if seen.explanation else []),
    ]


def _preview(seen: Assessment | None) -> list[Block]:
    """What would happen: who is asked, by which rule, and what stands against it."""
    if seen is None:
        return [_nothing_chosen()]
    said = [*_against(seen), *seen.explanation, *seen.background]
    return [section("*Approval*"), *sentences("\n".join(said), MAX_PREVIEW_CHARS)]


def _nothing_chosen() -> ContextBlock:
    return ContextBlock(elements=[PlainTextObject(text=texts.NOTHING_CHOSEN)])


def _against(seen: Assessment) -> list[str]:
    fields = ("eligibility", "condition", "approvers", "duration")
    return [f"⚠ {problem.sentence}" for problem in seen.problems if problem.field in fields]
