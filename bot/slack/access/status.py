"""Where an access request stands, in a line or two: what its card, its Details and the App Home say alike."""

from collections import Counter

from bot.slack.approvers import nobody_left_line, waiting_for_briefly
from bot.slack.mrkdwn import cut, mention, mentions, minute, moment, plain
from workflows.access.confirmation import spell_confirmed, spell_why_it_works
from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.approval import Role, short_of_approvers, still_needed
from workflows.durations import brief_duration
from workflows.ports import Directory, is_machine
from workflows.workflow import Actor

RISKS = {
    "low": "low risk",
    "moderate": "moderate risk",
    "high": ":large_orange_diamond: high risk",
    "critical": ":red_circle: critical risk",
}
MARKS = {
    "approved": ":white_check_mark:",
    "scheduled": ":calendar:",
    "active": ":white_check_mark:",
    "ending": ":hourglass_flowing_sand:",
    "ended": ":checkered_flag:",
    "denied": ":no_entry:",
    "withdrawn": ":leftwards_arrow_with_hook:",
    "lapsed": ":zzz:",
}
AUTOMATIC = "Approved automatically by policy"
EXPIRED = "Expired: no response"
REVOKING = "Revoking…"
MAX_REASON_CHARS = 200
"""Of why it was denied or revoked, on the card; Details has all of it."""
TROUBLES = {
    "ending": ("A credential can't be revoked yet", "credentials can't be revoked yet"),
    "failed": ("A credential wasn't created", "credentials weren't created"),
}


def headline(state: Access, role: Role | None = None) -> str:
    """Who gets what, such as “<@U1> → Read the warehouse”; “You” to the requester."""
    who = "You" if is_theirs(state, role) else mention(state.requester)
    return f"*{who} → {plain(state.terms.title)}*"


def is_theirs(state: Access, role: Role | None) -> bool:
    """Whether the reader is the requester; the owner of a machine isn't."""
    return role == "requester" and not is_machine(state.requester)


def terms_line(state: Access) -> str:
    """How long, where, how risky, and for which ticket: short enough for one line on a phone."""
    ticket = [plain(state.ticket)] if state.ticket else []
    risk = RISKS[state.terms.risk]
    how_long = f"{brief_duration(state.seconds)}{' more' if state.extends else ''}"
    return " · ".join([how_long, plain(state.terms.environment), risk, *ticket])


def status_line(state: Access, directory: Directory | None = None, role: Role | None = None) -> str:
    """Say in one line where it stands. Without a `directory` a pending request doesn't name its approvers.

    To approvers it doesn't say how often active access was used: each use would redraw all their cards, and Slack
    allows fifty redraws a minute. Details says it.
    """
    match state.status:
        case "pending":
            return _pending(state, directory)
        case "approved" | "active":
            until = f"active until {minute(state.grant.ends_at)}" if state.grant else ""
            return _joined(_approval(state), until, "" if role == "approver" else used(state))
        case "scheduled":
            return _joined(_approval(state), f"starts {minute(state.grant.starts_at)}" if state.grant else "")
        case "ending":
            return _ending(state)
        case "ended":
            return _joined(ended_line(state), _reason(state))
        case "denied":
            deniers = [one.reviewer for one in state.reviews if one.verdict == "deny"]
            return _joined(f"Denied by {mentions(deniers)}" if deniers else "Denied", _reason(state))
        case "withdrawn":
            return _joined("Withdrawn", _reason(state))
        case _:
            return EXPIRED


def _pending(state: Access, directory: Directory | None) -> str:
    approved = _joined(approved_by(state))
    needed = still_needed(state, directory) if directory else {}
    named = waiting_for_briefly(needed, state.escalated)
    waiting = f"Waiting for {named}" if named else "Waiting for approval"
    return _joined(approved, f"{waiting} until {minute(state.lapses_at)}")


def approved_by(state: Access) -> str:
    """Who has approved so far; empty if nobody has."""
    people = [one.reviewer for one in state.reviews if one.verdict == "approve"]
    return f"Approved by {' and '.join(mention(one) for one in people[:6])}" if people else ""


def _approval(state: Access) -> str:
    return approved_by(state) or AUTOMATIC


def _ending(state: Access) -> str:
    if until := works_until(state):
        return f":warning: Works until {moment(until)}: {spell_why_it_works(state.terms)}"
    return REVOKING


def ended_line(state: Access) -> str:
    """How it ended, by whom, and who has confirmed that; empty while nothing has ended."""
    grant = state.grant
    if grant is None or grant.how is None:
        return ""
    ended_by = grant.ended_by if grant.how != "expired" else None
    by = f" by {mention(ended_by)}" if ended_by and not Actor(ended_by).is_daypass else ""
    confirmed = f"{spell_confirmed(confirmed_by(state))} {moment(grant.ended_at)}" if grant.ended_at else ""
    return _joined(f"{grant.how.capitalize()}{by}", confirmed, used(state))


def used(state: Access) -> str:
    """How often the requester got credentials; what was made and never seen isn't counted."""
    handed = [one for one in state.credentials if one.delivered]
    if not handed:
        return "not used" if state.status == "ended" else "not used yet"
    times = {1: "once", 2: "twice"}.get(len(handed), f"{len(handed)} times")
    none_left = state.status == "active" and all(one.over for one in handed)
    return f"used {times}" + (", credentials expired" if none_left else "")


def warning_lines(state: Access, directory: Directory) -> list[str]:
    """What is going wrong, one line for each reason; first what lets something go on working."""
    troubled = [one for one in state.credentials if one.trouble and one.status in TROUBLES]
    counted = Counter((one.status, str(one.trouble)) for one in sorted(troubled, key=lambda one: one.status))
    return [
        *map(nobody_left_line, short_of_approvers(state, directory)),
        *(f":warning: {_counted(n, status)}: {plain(why)}" for (status, why), n in counted.items()),
    ]


def _counted(number: int, status: str) -> str:
    one, several = TROUBLES[status]
    return one if number == 1 else f"{number} {several}"


def _reason(state: Access) -> str:
    return f"Reason: {cut(plain(state.reason), MAX_REASON_CHARS)}" if state.reason else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
