"""Where an access request stands, in a line or two: what its card, its Details and the App Home say alike."""

from collections import Counter
from collections.abc import Callable

from bot.slack.access import texts
from bot.slack.access.break_glass.texts import TAKEN
from bot.slack.access.on_behalf import texts as on_behalf
from bot.slack.access.on_behalf.lines import waiting_line
from bot.slack.access.tickets import ticket_link, ticket_unseen
from bot.slack.approvers import approver_warnings, reviewer_of, waiting_for_briefly
from bot.slack.mrkdwn import cut, mention, minute, moment, plain, short, some_of
from bot.slack.texts import APPROVAL, ASSURED, RISKS
from workflows.access.card_room import MAX_OFFER_CHARS, MAX_REASON_CHARS_ON_CARD, is_offer_cut
from workflows.access.conditions import MAX_CONDITIONS
from workflows.access.confirmation import spell_confirmed, spell_why_it_works
from workflows.access.limits import in_one_line
from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.approval.approvers import managing, to_ask
from workflows.approval.audiences import Role
from workflows.durations import brief_duration
from workflows.ports import Directory, is_machine
from workflows.text import glimpse
from workflows.workflow import Actor

MAX_REASON_CHARS = 200
"""Of why it was denied or revoked, on the card; Details has all of it."""
MAX_RUN_CHARS = 12
MAX_NAMED = 2
"""Of those who approved or denied it, on the card; Details has all of them."""


def headline(state: Access, role: Role | None = None) -> str:
    """Who gets what, such as “<@U1> → Read the warehouse”; “You” to the requester."""
    who = "You" if is_theirs(state, role) else mention(state.requester)
    return f"*{who} → {plain(state.terms.title)}*"


def is_theirs(state: Access, role: Role | None) -> bool:
    """Whether the reader is the requester; the owner of a machine isn't."""
    return role == "requester" and not is_machine(state.requester)


def terms_line(state: Access) -> str:
    """How long, where, how risky, and for which ticket: short enough for one line on a phone."""
    ticket = [ticket_link(state)] if state.ticket else []
    risk = RISKS[state.terms.risk]
    length = f"{how_long(state, brief_duration)}{' more' if state.extends else ''}"
    if state.starts_at and state.status in ("proposed", "pending"):
        length = texts.FROM.format(how_long=length, at=minute(state.starts_at))
    if state.until_run and state.status in ("proposed", "pending"):
        length += f", {texts.UNTIL_RUN.format(run=plain(short(state.until_run.id, MAX_RUN_CHARS)))}"
    assured = ASSURED[state.terms.assurance]
    return " · ".join([length, plain(state.terms.environment), risk, *assured, *ticket])


def how_long(state: Access, spell: Callable[[int], str]) -> str:
    """For how long it is approved at most, and what was asked if that was more."""
    approved = spell(state.approved_seconds)
    if state.approved_seconds == state.seconds:
        return approved
    return texts.INSTEAD_OF.format(less=approved, asked=spell(state.seconds))


def status_line(state: Access, directory: Directory | None = None, role: Role | None = None) -> str:
    """Say in one line where it stands. Without a `directory` a pending request doesn't name its approvers.

    To approvers it doesn't say how often active access was used: each use would redraw all their cards, and Slack
    allows fifty redraws a minute. Details says it.
    """
    match state.status:
        case "proposed":
            return waiting_line(state, role)
        case "pending":
            return _pending(state, directory, role)
        case "approved" | "active":
            until = texts.ACTIVE.format(until=minute(state.grant.ends_at)) if state.grant else ""
            return _joined(_approval(state), until, "" if role == "approver" else used(state))
        case "scheduled":
            starts = texts.STARTS.format(at=minute(state.grant.starts_at)) if state.grant else ""
            return _joined(_approval(state), starts)
        case "ending":
            return _ending(state)
        case "ended":
            return _joined(ended_line(state), _reason(state))
        case "denied":
            deniers = [reviewer_of(one) for one in state.reviews if one.verdict == "deny"]
            denied = texts.DENIED_BY.format(who=some_of(deniers, MAX_NAMED)) if deniers else texts.DENIED
            return _joined(denied, _reason(state))
        case "withdrawn" if state.declined and state.unaccepted:
            return on_behalf.DECLINED.format(who=mention(state.requester))
        case "withdrawn":
            return _joined(texts.DECLINED if state.declined else texts.WITHDRAWN, _reason(state))
        case _:
            return texts.EXPIRED


def _pending(state: Access, directory: Directory | None, role: Role | None) -> str:
    approved = _joined(approved_by(state))
    needed = to_ask(state, directory) if directory else {}
    if state.offered_at and not any(needed.values()):
        return _joined(approved, _waiting_for_requester(state, role))
    managed = managing(state, directory) if directory else {}
    who = waiting_for_briefly(needed, state.escalated, managed) or APPROVAL
    return _joined(approved, texts.WAITING.format(who=who, until=minute(state.lapses_at)))


def _waiting_for_requester(state: Access, role: Role | None) -> str:
    number = len(state.new_conditions)
    return texts.WAITING_FOR_REQUESTER.format(
        who="you" if is_theirs(state, role) else mention(state.requester),
        conditions=texts.THE_CONDITION if number == 1 else texts.THE_CONDITIONS.format(number=number),
        until=minute(state.lapses_at),
    )


def condition_lines(state: Access, most: int | None = None) -> list[str]:
    """Each condition with whose it is: all of it, or at most so many characters. There are never more than fit."""
    return [
        texts.CONDITION_OF.format(
            who=mention(one.by), what=cut(words := plain(one.condition or ""), most or len(words))
        )
        for one in state.conditions[:MAX_CONDITIONS]
    ]


def offered_lines(state: Access) -> list[str]:
    """The conditions beside *Accept*: all of them, or what there is room for and where to read the rest."""
    if not is_offer_cut(state):
        return condition_lines(state)
    return [*condition_lines(state, MAX_OFFER_CHARS // len(state.conditions)), texts.OFFER_CUT]


def conditions_line(state: Access) -> list[str]:
    """The conditions in one line, if there are any; Details has all of them."""
    if not state.conditions:
        return []
    what = f"“{plain(glimpse(in_one_line(state.conditions), MAX_REASON_CHARS_ON_CARD))}”"
    number = len(state.conditions)
    one = texts.CONDITION.format(what=what)
    return [one if number == 1 else texts.CONDITIONS.format(number=number, what=what)]


def approved_by(state: Access) -> str:
    """Who has approved so far; empty if nobody has."""
    people = [reviewer_of(one) for one in state.reviews if one.verdict == "approve"]
    more = [texts.MORE_APPROVERS.format(number=len(people) - MAX_NAMED)] if len(people) > MAX_NAMED else []
    return texts.APPROVED_BY.format(who=" and ".join([*people[:MAX_NAMED], *more])) if people else ""


def _approval(state: Access) -> str:
    return TAKEN if state.break_glass else approved_by(state) or texts.AUTOMATIC


def _ending(state: Access) -> str:
    if until := works_until(state):
        return texts.STILL_WORKS.format(until=moment(until), why=spell_why_it_works(state.terms))
    return texts.AWAITS_CHANGE if state.terms.vault.static else texts.REVOKING


def ended_line(state: Access) -> str:
    """How it ended, by whom, and who has confirmed that; empty while nothing has ended."""
    grant = state.grant
    if grant is None or grant.how is None:
        return ""
    ended_by = grant.ended_by if grant.how != "expired" else None
    by = texts.ENDED_BY.format(who=mention(ended_by)) if ended_by and not Actor(ended_by).is_daypass else ""
    confirmed = f"{spell_confirmed(confirmed_by(state))} {moment(grant.ended_at)}" if grant.ended_at else ""
    ended = f"{grant.how.capitalize()}{by}"
    return _joined(ended, confirmed, used(state)) if grant.started else ended


def used(state: Access) -> str:
    """How often the requester got credentials; what was made and never seen isn't counted."""
    handed = [one for one in state.credentials if one.delivered]
    if not handed:
        return texts.NEVER_USED if state.status == "ended" else texts.NOT_USED_YET
    times = texts.TIMES.get(len(handed), texts.MANY_TIMES.format(number=len(handed)))
    none_left = state.status == "active" and all(one.over for one in handed)
    return texts.USED.format(times=times) + (texts.ALL_EXPIRED if none_left else "")


def warning_lines(state: Access, directory: Directory) -> list[str]:
    """What is going wrong, one line for each reason; first what lets something go on working."""
    troubled = [one for one in state.credentials if one.trouble and one.status in texts.TROUBLES]
    counted = Counter((one.status, str(one.trouble)) for one in sorted(troubled, key=lambda one: one.status))
    return [
        *_run_unseen(state),
        *ticket_unseen(state),
        *approver_warnings(state, directory),
        *(f":warning: {_counted(n, status)}: {plain(why)}" for (status, why), n in counted.items()),
    ]


def _run_unseen(state: Access) -> list[str]:
    if state.run_unseen_since is None or state.status not in ("pending", "scheduled", "active"):
        return []
    return [texts.RUN_UNSEEN.format(since=minute(state.run_unseen_since))]


def _counted(number: int, status: str) -> str:
    one, several = texts.TROUBLES[status]
    return one if number == 1 else several.format(number=number)


def _reason(state: Access) -> str:
    return texts.REASON.format(why=cut(plain(state.reason), MAX_REASON_CHARS)) if state.reason else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
