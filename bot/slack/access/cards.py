"""The cards of an access request: pure functions of its state, one for each role that looks at it."""

from collections import Counter

from slack_sdk.models.blocks import Block, ConfirmObject, DividerBlock

from bot.slack.blocks import (
    MAX_RULE_CHARS,
    Shown,
    button,
    buttons,
    fine_print,
    message,
    section,
    sections,
    sure,
)
from bot.slack.layout import Facts, Fixed, Lines, Passage, Prose, laid_out, whole_of
from bot.slack.mrkdwn import cut, mention, mentions, moment, plain
from bot.slack.presenter import CARD
from integrations.slack.messages import Message
from workflows.access.confirmation import spell_confirmed, spell_irrevocable, spell_why_it_works
from workflows.access.state import Access
from workflows.access.views import confirmed_by, works_until
from workflows.approval import Role, short_of_approvers, still_needed
from workflows.durations import spell_duration
from workflows.ports import Directory, is_machine
from workflows.workflow import Actor

WORD = "access"
APPROVE = "access.approve"
DENY = "access.deny"
WITHDRAW = "access.withdraw"
GET_CREDENTIALS = "access.get-credentials"
GIVE_BACK = "access.give-back"
REVOKE = "access.revoke"

STANDING = {
    "pending": ":hourglass_flowing_sand: Waiting for approval",
    "approved": ":white_check_mark: Approved",
    "active": ":white_check_mark: Approved, access is active",
    "ending": ":warning: Ending: not yet confirmed",
    "ended": ":checkered_flag: Ended",
    "denied": ":no_entry: Denied",
    "withdrawn": ":leftwards_arrow_with_hook: Withdrawn",
    "lapsed": ":zzz: Lapsed: nobody decided in time",
}
RISKS = {
    "low": "low",
    "moderate": "moderate",
    "high": ":large_orange_diamond: high",
    "critical": ":red_circle: critical",
}
MANY_LINES = 20
"""Of reviews and stages, from which on they stand below how it ended: they may be cut."""
MOST_REASONS = 6
"""In an alarm."""
TROUBLES = {
    "ending": ("A credential can't be ended yet", "credentials can't be ended yet"),
    "failed": ("A credential was not minted", "credentials were not minted"),
}


def value(state: Access) -> str:
    """What a button of a card drawn now carries."""
    return Shown(state.id, state.digest, state.terms.digest).value


def card(state: Access, role: Role, directory: Directory) -> Message:
    """The request's card for somebody in this role."""
    if role == "alarm":
        return _alarm(state)
    below = [*_buttons(state, role), fine_print(fine_print_of(state))]
    opens = Shown(state.id, CARD, "")
    blocks = laid_out(_passages(state, role, directory), below, opens, WORD)
    return message(_summary(state, role), *blocks)


def whole(state: Access, directory: Directory) -> list[Block]:
    """All that its cards have no room for."""
    return whole_of(_passages(state, "approver", directory), fine_print(fine_print_of(state)))


def _passages(state: Access, role: Role, directory: Directory) -> list[Passage]:
    """What is wrong comes first, and stays."""
    return [
        Fixed([section(_headline(state, role))]),
        Lines("warnings", _warnings(state, directory), most=10, least=3, longest=600, stays=8),
        Facts(facts_of(state)),
        Prose("Why", state.justification, stays=4),
        *_progress(state, directory),
    ]


def _summary(state: Access, role: Role) -> str:
    who = "You" if _theirs(state, role) else mention(state.requester)
    standing = standing_of(state).partition(": ")[2]
    asked = f"{who} asked for {plain(state.terms.title)} for {spell_duration(state.seconds)}"
    return f"{asked}. {standing}."


def _headline(state: Access, role: Role) -> str:
    who = "You asked" if _theirs(state, role) else f"{mention(state.requester)} asks"
    return f"*{who} for {plain(state.terms.title)}*\n{standing_of(state)}"


def standing_of(state: Access) -> str:
    """Where it stands; of what can't be revoked, until when it works."""
    until = works_until(state)
    if until:
        return f":warning: Works until {moment(until)}: {spell_why_it_works(state.terms)}"
    confirmed = f", {spell_confirmed(confirmed_by(state))}" if state.status == "ended" else ""
    return f"{STANDING[state.status]}{confirmed}"


def _theirs(state: Access, role: Role) -> bool:
    """Whether the reader asked themselves; who answers for a machine didn't."""
    return role == "requester" and not is_machine(state.requester)


def facts_of(state: Access) -> list[str]:
    """What, where, how long, how risky: each with its label."""
    terms = state.terms
    found = [
        f"*What*\n`{terms.entitlement}` on {plain(terms.resource_title)}",
        f"*Where*\n{terms.environment}",
        f"*How long*\n{spell_duration(state.seconds)}",
        f"*Risk*\n{RISKS[terms.risk]}",
    ]
    if spell_irrevocable(terms) and state.status in ("pending", "active"):
        found.append(f"*Can't be revoked early*\n{spell_irrevocable(terms)}; they work until they expire")
    if state.ticket:
        found.append(f"*Ticket*\n{plain(state.ticket)}")
    if state.grant:
        found.append(
            f"*{'Ends' if state.status == 'active' else 'End of the window'}*\n{moment(state.grant.ends_at)}"
        )
    elif state.status == "pending":
        found.append(f"*Lapses*\n{moment(state.lapses_at)}")
    return found


def _progress(state: Access, directory: Directory) -> list[Passage]:
    decided = [
        *(_review_line(review.reviewer, review.verdict) for review in state.reviews),
        *_needed_lines(state, directory),
    ]
    ended = _end_lines(state)
    lines = [*decided, *ended] if len(decided) <= MANY_LINES else [*ended, *decided]
    said = [Prose("Reason", state.reason)] if state.reason else []
    return [Lines("reviews and stages", lines, least=5), *said]


def _review_line(reviewer: str, verdict: str) -> str:
    if verdict == "approve":
        return f":white_check_mark: Approved by {mention(reviewer)}"
    return f":no_entry: Denied by {mention(reviewer)}"


def _needed_lines(state: Access, directory: Directory) -> list[str]:
    if state.status == "active" and not state.reviews:
        return ["Granted by the rule itself; nobody has to approve it."]
    needed = still_needed(state, directory)
    return [
        f"Stage *{plain(name)}*: can be decided by {mentions(people)}"
        + (" (escalated)" if name in state.escalated else "")
        for name, people in needed.items()
        if people
    ]


def nobody_left_line(stage: str) -> str:
    return (
        f":warning: *Nobody can decide stage {plain(stage)}.* Its approvers have left or aren't in the group any more. "
        "Daypass's operators have been told."
    )


def _end_lines(state: Access) -> list[str]:
    grant = state.grant
    lines = [_used(state)] if grant else []
    if grant and grant.how:
        ended_by = grant.ended_by if grant.how != "expired" else None
        by = f" by {mention(ended_by)}" if ended_by and not Actor(ended_by).is_daypass else ""
        lines.append(
            f"{grant.how.capitalize()}{by}"
            + (f", confirmed {moment(grant.ended_at)}" if grant.ended_at else "")
        )
    return lines


def _used(state: Access) -> str:
    """How often its holder got a credential; what was made and never seen isn't counted."""
    handed = [credential for credential in state.credentials if credential.delivered]
    if not handed:
        return _unused(state)
    times = "once" if len(handed) == 1 else f"{len(handed)} times"
    when = ", ".join(moment(credential.asked_at) for credential in handed[-5:])
    earlier = "the last five: " if len(handed) > 5 else ""
    none_left = state.status == "active" and all(credential.over for credential in handed)
    over = ". It no longer works" if none_left else ""
    return f"Credential minted {times}: {earlier}{when}{over}"


def _unused(state: Access) -> str:
    if any(credential.was_minted for credential in state.credentials):
        return "No credential was handed over."
    return "No credential was minted under it." if state.status == "ended" else "No credential minted yet."


def _warnings(state: Access, directory: Directory) -> list[str]:
    return [*map(nobody_left_line, short_of_approvers(state, directory)), *_trouble_lines(state)]


def _trouble_lines(state: Access) -> list[str]:
    """One for each reason, those first that let something work on."""
    troubled = [one for one in state.credentials if one.trouble and one.status in TROUBLES]
    counted = Counter((one.status, str(one.trouble)) for one in sorted(troubled, key=lambda one: one.status))
    return [
        f":warning: {_counted(number, status)}: {plain(trouble)}"
        for (status, trouble), number in counted.items()
    ]


def _counted(number: int, status: str) -> str:
    one, several = TROUBLES[status]
    return one if number == 1 else f"{number} {several}"


def _buttons(state: Access, role: Role) -> list[Block]:
    if role == "requester" and state.status == "pending":
        return [buttons(button("Withdraw", WITHDRAW, value(state), confirm=sure("Withdraw this request?")))]
    if role == "requester" and state.status == "active":
        get = button("Get credentials", GET_CREDENTIALS, value(state), style="primary")
        give_back = button(
            "Give back", GIVE_BACK, value(state), confirm=_end_anyway(state) or sure("End this access now?")
        )
        return [buttons(get, give_back) if _theirs(state, role) else buttons(give_back)]
    if role == "approver" and state.status == "pending":
        return [
            buttons(
                button("Approve", APPROVE, value(state), style="primary"),
                button("Deny", DENY, value(state), style="danger"),
            )
        ]
    if role == "approver" and state.status == "active":
        return [buttons(button("End now", REVOKE, value(state), style="danger", confirm=_end_anyway(state)))]
    return []


def _end_anyway(state: Access) -> ConfirmObject | None:
    """Told before the click counts: what was handed out of such an engine works on."""
    ends = [one.valid_until for one in state.credentials if one.valid_until and one.status == "live"]
    if not ends:
        return None
    return sure(
        f"{spell_why_it_works(state.terms)}: what was handed out works until {max(ends):%H:%M} UTC. "
        "No more credentials will be given. End it now?"
    )


def fine_print_of(state: Access) -> str:
    """By what the request can be found."""
    return f"{state.id} · {cut(plain(state.terms.rule), MAX_RULE_CHARS)} · policy {state.terms.digest[:12]}"


def _alarm(state: Access) -> Message:
    open_ones = [credential for credential in state.credentials if credential.status == "ending"]
    if state.private:
        return _private_alarm(over=not open_ones)
    who = f"{mention(state.requester)}'s access to {plain(state.terms.title)}"
    if not open_ones:
        confirmed = spell_confirmed(confirmed_by(state))
        text = f":white_check_mark: {who} could not be ended at first and now is, {confirmed}."
        return message(text, section(text), DividerBlock())
    counted = Counter(plain(one.trouble or "not confirmed yet") for one in open_ones)
    reasons = [
        f"• {cut(why, 600)}{f' ({number} times)' if number > 1 else ''}" for why, number in counted.items()
    ]
    more = (
        [f"• and {len(reasons) - MOST_REASONS} more reasons, on the card"]
        if len(reasons) > MOST_REASONS
        else []
    )
    text = f":rotating_light: {who} has ended, but the end of its credentials isn't confirmed."
    what = "Daypass keeps trying. Until it is confirmed, take the credential for alive."
    lines = [text, what, *reasons[:MOST_REASONS], *more]
    return message(text, *sections(*lines), fine_print(state.id))


def _private_alarm(*, over: bool) -> Message:
    """For whoever looks after Daypass: the incident's own channel says whose access it is, and why it goes on."""
    if over:
        text = ":white_check_mark: Access given in a private incident could not be ended at first and now is, confirmed by Vault."
        return message(text, section(text), DividerBlock())
    text = (
        ":rotating_light: Access given in a private incident has ended, but Vault has not confirmed the end of its "
        "credentials. The incident's own channel has the details.\nDaypass keeps trying. Until it is confirmed, assume "
        "the credential still works."
    )
    return message(text, section(text))
