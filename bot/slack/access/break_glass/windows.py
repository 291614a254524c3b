"""The window in which access is taken without approval: it says what happens, and asks for a reason."""

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.slack.access.break_glass import texts
from bot.slack.access.form import HOW_LONG, WHY, Form
from bot.slack.access.input_fields import input_fields
from bot.slack.access.modals import MAX_TYPED_CHARS, ticket_field
from bot.slack.blocks import form_modal, section, sentences
from bot.slack.mrkdwn import plain
from workflows.durations import spell_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.assess import Assessment
from workflows.policy.evaluation.break_glass import possible_reviewers
from workflows.policy.terms.break_glass import BreakGlassTerms
from workflows.ports import Directory

TAKE = "access.break-glass"
SHOWN = ("eligibility", "condition", "approvers", "duration")
"""What stands against it besides what a field says itself."""


def take_modal(form: Form, chosen: Entitlement, seen: Assessment, directory: Directory) -> View:
    """The window to take it in; `seen` is the assessment of taking it now."""
    rule = chosen.rule.break_glass
    against = [f"⚠ {problem.sentence}" for problem in seen.problems if problem.field in SHOWN]
    blocks: list[Block] = [section(texts.WARNING.format(what=plain(chosen.title)))]
    if rule:
        blocks.append(section("\n".join(_consequences(rule, seen, directory))))
    if against:
        blocks += sentences("\n".join(against))
    blocks += input_fields(chosen, form.inputs, redraws=False)
    blocks += [_how_long(form, chosen, rule), _why(form, chosen, rule)]
    if chosen.rule.ticket.asked:
        blocks.append(ticket_field(chosen, form.ticket))
    return form_modal(TAKE, form.opened.value, "Break glass", texts.TAKE_NOW, blocks)


def _consequences(rule: BreakGlassTerms, seen: Assessment, directory: Directory) -> list[str]:
    who = seen.ask.requester
    told = possible_reviewers(seen.terms, who, directory, escalated=False) if seen.terms else ()
    return [
        texts.ANNOUNCED.format(channel=_channel(rule.channel), number=len(told)),
        texts.REVIEWED_LATER.format(within=spell_duration(rule.review_within)),
        *([texts.OPENS_INCIDENT.format(severity=plain(rule.incident.severity))] if rule.incident else []),
    ]


def _channel(name: str) -> str:
    return plain(name) if name.startswith("#") else f"<#{name}>"


def _how_long(form: Form, chosen: Entitlement, rule: BreakGlassTerms | None) -> InputBlock:
    longest = spell_duration(rule.longest if rule else chosen.rule.longest)
    return InputBlock(
        block_id=f"{HOW_LONG}:{chosen.id}",
        label="Duration",
        hint=texts.DURATIONS.format(longest=longest, example=longest),
        element=PlainTextInputElement(
            action_id=HOW_LONG, initial_value=form.duration or longest, max_length=40
        ),
    )


def _why(form: Form, chosen: Entitlement, rule: BreakGlassTerms | None) -> InputBlock:
    most = min(chosen.rule.justification_max, MAX_TYPED_CHARS)
    least = max(chosen.rule.justification_min, rule.min_length if rule else 0)
    return InputBlock(
        block_id=WHY,
        label="Reason",
        hint=texts.WHY_HINT.format(least=least),
        element=PlainTextInputElement(
            action_id=WHY,
            multiline=True,
            max_length=most,
            initial_value=form.justification[:most] or None,
        ),
    )
