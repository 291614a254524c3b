"""All there is to know of an access request, for the window that *Details* opens and the one that confirms."""

from slack_sdk.models.blocks import Block

from bot.slack.access import texts
from bot.slack.access.break_glass.lines import taken_lines
from bot.slack.access.break_glass.texts import TAKEN
from bot.slack.access.input_fields import input_facts
from bot.slack.access.on_behalf.texts import REQUESTED_BY_FACT
from bot.slack.access.signals import signal_lines
from bot.slack.access.status import condition_lines, ended_line, headline, status_line, warning_lines
from bot.slack.access.tickets import ticket_facts
from bot.slack.approvers import reviewer_of, waiting_for
from bot.slack.blocks import MAX_RULE_CHARS, fine_print, section, sections
from bot.slack.layout import Facts, Prose
from bot.slack.mrkdwn import cut, mention, moment, plain
from bot.slack.texts import RISKS
from workflows.access.confirmation import spell_irrevocable, spell_lasting
from workflows.access.scheduling import wanted_until
from workflows.access.state import Access, Review
from workflows.approval.approvers import managing, to_ask
from workflows.durations import spell_duration
from workflows.ports import Directory

MAX_NAMED = 10
LAST_USES = 5


def whole(state: Access, directory: Directory) -> list[Block]:
    """Everything, in as many blocks as it takes; what is going wrong comes first."""
    reason = Prose("Reason", state.reason).whole() if state.reason else []
    return [
        *sections(*warning_lines(state, directory)),
        section(f"{headline(state)}\n{status_line(state)}"),
        *Facts(facts_of(state)).whole(),
        *sections(*signal_lines(state)),
        *Prose("Why", state.justification).whole(),
        *sections(*condition_lines(state)),
        *sections(*_history(state, directory)),
        *reason,
        fine_print(fine_print_of(state)),
    ]


def facts_of(state: Access) -> list[str]:
    """What, where, how long, how risky: each with its label."""
    terms = state.terms
    found = [
        texts.ACCESS.format(entitlement=terms.entitlement, resource=plain(terms.resource_title)),
        f"*Environment*\n{plain(terms.environment)}",
        _duration(state),
        f"*Risk*\n{RISKS[terms.risk]}",
        *input_facts(state),
    ]
    irrevocable = spell_irrevocable(terms)
    if irrevocable and state.status in ("pending", "active"):
        found.append(texts.IRREVOCABLE.format(why=irrevocable, lasting=spell_lasting(terms)))
    if state.holder and state.asked_by:
        found.append(REQUESTED_BY_FACT.format(who=mention(state.asked_by)))
    if state.extends:
        found.append(texts.EXTENDS.format(ends=moment(state.extends.ends_at), grant=state.extends.grant))
    if state.on_call and state.on_call.schedules:
        found.append(texts.ON_CALL.format(schedules=plain(", ".join(state.on_call.schedules))))
    found += ticket_facts(state)
    if state.starts_at:
        found.append(
            texts.STARTS_AT.format(at=moment(state.grant.starts_at if state.grant else state.starts_at))
        )
    if run := state.until_run:
        found.append(texts.ENDS_WITH.format(kind=plain(run.kind), run=plain(run.id)))
    if state.grant:
        fact = texts.EXPIRES if state.status in ("scheduled", "active") else texts.WAS_DUE
        found.append(fact.format(at=moment(state.grant.ends_at)))
    elif state.status in ("proposed", "pending"):
        if ends := wanted_until(state):
            found.append(texts.ENDS_AT.format(at=moment(ends)))
        found.append(texts.EXPIRES_UNDECIDED.format(at=moment(state.lapses_at)))
    return found


def fine_print_of(state: Access) -> str:
    """By what the request can be found."""
    return f"{state.id} · {cut(plain(state.terms.rule), MAX_RULE_CHARS)} · policy {state.terms.digest[:12]}"


def _duration(state: Access) -> str:
    approved, asked = spell_duration(state.approved_seconds), spell_duration(state.seconds)
    text = texts.DURATION if approved == asked else texts.DURATION_ASKED
    return text.format(how_long=approved, asked=asked)


def _reviewed(review: Review) -> str:
    line = texts.REVIEWED[review.verdict].format(who=reviewer_of(review))
    return line + (
        texts.FOR_AT_MOST.format(how_long=spell_duration(review.seconds)) if review.seconds else ""
    )


def _history(state: Access, directory: Directory) -> list[str]:
    return [
        *map(_reviewed, state.reviews),
        *_by_rule(state),
        *_needed_lines(state, directory),
        *_uses(state),
        *([ended_line(state)] if ended_line(state) else []),
    ]


def _by_rule(state: Access) -> list[str]:
    """How it came to a grant without anybody's approval."""
    if state.break_glass:
        return [f"{TAKEN}.", *taken_lines(state)]
    return [f"{texts.AUTOMATIC}."] if state.grant and not state.reviews else []


def _needed_lines(state: Access, directory: Directory) -> list[str]:
    needed = {name: people for name, people in to_ask(state, directory).items() if people}
    return [
        texts.STAGE.format(
            stage=plain(name),
            who=waiting_for({name: people}, state.escalated, MAX_NAMED, managing(state, directory)),
        )
        for name, people in needed.items()
    ]


def _uses(state: Access) -> list[str]:
    handed = [one for one in state.credentials if one.delivered]
    if not handed:
        return []
    when = ", ".join(moment(one.asked_at) for one in handed[-LAST_USES:])
    earlier = texts.EARLIER.format(shown=LAST_USES, all=len(handed)) if len(handed) > LAST_USES else ""
    return [texts.CREATED.format(earlier=earlier, when=when)]
