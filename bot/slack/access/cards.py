"""The cards of an access request: pure functions of its state, one for each role that looks at it.

A card is read in three seconds: what is going wrong, who gets what, the terms, why, and whom it waits for. All else
stands in the window that its *Details* opens.
"""

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject

from bot.slack.access import texts
from bot.slack.access.alarms import alarm
from bot.slack.access.break_glass.lines import review_buttons, taken_lines
from bot.slack.access.break_glass.texts import TAKEN, TAKES
from bot.slack.access.input_fields import inputs_line
from bot.slack.access.on_behalf.lines import answer_buttons, requested_by
from bot.slack.access.on_behalf.texts import REQUESTS_FOR_YOU
from bot.slack.access.signals import signal_line
from bot.slack.access.status import (
    conditions_line,
    headline,
    how_long,
    is_theirs,
    offered_lines,
    status_line,
    terms_line,
    warning_lines,
)
from bot.slack.access.vault_quorum import vault_lines
from bot.slack.blocks import beside, button, buttons, fine_print, message, section, sections, sure
from bot.slack.button_values import About, Page, Shown
from bot.slack.layout import SHOW_ALL, Lines, laid_out
from bot.slack.message import Message
from bot.slack.mrkdwn import mention, plain
from bot.slack.presenter import CARD
from workflows.access.card_room import reason_chars_on_card
from workflows.access.confirmation import spell_irrevocable, spell_why_it_works
from workflows.access.state import Access
from workflows.approval.audiences import Role
from workflows.durations import spell_duration
from workflows.ports import Directory, is_machine
from workflows.text import glimpse

WORD = "access"
UNDECIDED = ("proposed", "pending")
APPROVE = "access.approve"
DENY = "access.deny"
"""In *Details*, a window, whose buttons no card has."""
ACCEPT = "access.accept"
WITHDRAW = "access.withdraw"
GET_CREDENTIALS = "access.get-credentials"
GIVE_BACK = "access.give-back"
EXTEND = "access.extend"
"""In a window, which no card's button stands in."""
REVOKE = "access.revoke"
DETAILS = f"access.{SHOW_ALL}"


def shown(state: Access) -> Shown:
    """What a card drawn now shows, and a decision on it applies to."""
    return Shown(state.id, state.digest, state.terms.digest)


def card(state: Access, role: Role, directory: Directory) -> Message:
    """The request's card for somebody in this role."""
    if role == "alarm":
        return alarm(state)
    body = _pending(state, role, directory) if state.status in UNDECIDED else _decided(state, role)
    warnings = Lines("warnings", warning_lines(state, directory), most=10, least=3, longest=600, stays=8)
    blocks = laid_out([warnings], body, Page(state.id, CARD), WORD)
    return message(_summary(state, role), *blocks)


def _pending(state: Access, role: Role, directory: Directory) -> list[Block]:
    """Five lines on a phone besides the buttons, one more where who asks for what takes two or something is unusual.

    Whoever is to accept conditions reads those, and not their own reason.
    """
    early = texts.EARLY if spell_irrevocable(state.terms) else ""
    early = texts.STATIC if state.terms.vault.static else early
    unusual = signal_line(state) if role == "approver" else ""
    standing = status_line(state, directory, role)
    offered = role == "requester" and state.offered_at is not None
    conditions = [] if offered else conditions_line(state)
    lines = [
        f"{terms_line(state)}{early}",
        inputs_line(state),
        unusual,
        "" if offered else why_line(state),
        *conditions,
        standing,
    ]
    return [
        section(headline(state, role)),
        fine_print("\n".join(filter(None, lines))),
        *(sections(*offered_lines(state)) if offered else []),
        buttons(*_buttons(state, role), details_button(state)),
    ]


def _decided(state: Access, role: Role) -> list[Block]:
    title = f"{texts.MARKS[state.status]} {headline(state, role)} · {spell_duration(state.approved_seconds)}"
    conditions = conditions_line(state) if state.status in ("scheduled", "active") else []
    said = [inputs_line(state)] if state.inputs else []
    text = "\n".join(
        [title, *said, status_line(state, role=role), *vault_lines(state, role), *_taken(state), *conditions]
    )
    pressed = _buttons(state, role)
    if not pressed:
        return [beside(text, details_button(state))]
    return [section(text), buttons(*pressed, details_button(state))]


def _taken(state: Access) -> list[str]:
    """That nobody approved it stays on the card; while it is active, the line above says so."""
    if state.break_glass is None:
        return []
    over = [] if state.status == "active" else [TAKEN]
    return [*over, why_line(state), *taken_lines(state)]


def why_line(state: Access) -> str:
    """Why it is requested, quoted, in one paragraph; typed words format nothing. Details has all of it."""
    why = f"“{plain(glimpse(state.justification, reason_chars_on_card(state)))}”"
    return ": ".join(filter(None, [requested_by(state), why]))


def details_button(state: Access) -> ButtonElement:
    """Opens everything that the card has no room for."""
    return button("Details", DETAILS, Page(state.id, CARD).value)


def _summary(state: Access, role: Role) -> str:
    theirs = is_theirs(state, role)
    if state.break_glass:
        return TAKES.format(
            who="You" if theirs else mention(state.requester),
            what=plain(state.terms.title),
            how_long=spell_duration(state.seconds),
            status=status_line(state, role=role),
        )
    if theirs and state.unaccepted:
        return REQUESTS_FOR_YOU.format(
            who=mention(state.owner),
            what=plain(state.terms.title),
            how_long=spell_duration(state.seconds),
            status=status_line(state, role=role),
        )
    return texts.REQUESTS.format(
        who="You" if theirs else mention(state.requester),
        requests="request" if theirs else "requests",
        what=plain(state.terms.title),
        how_long=how_long(state, spell_duration),
        status=status_line(state, role=role),
    )


def _buttons(state: Access, role: Role) -> list[ButtonElement]:
    if role == "approver" and (reviewing := review_buttons(state)):
        return reviewing
    match role, state.status:
        case "requester", "proposed":
            return answer_buttons(state)
        case "requester", "pending":
            return [*accept_buttons(state), withdraw_button(state)]
        case "requester", "active":
            get = [get_button(state)] if is_theirs(state, role) else []
            return [*get, *extend_buttons(state), give_back_button(state)]
        case "requester", "scheduled":
            return [give_back_button(state)]
        case "approver", "pending":
            return decide_buttons(state)
        case "approver", "scheduled" | "active":
            return [
                button("Revoke", REVOKE, About(state.id).value, style="danger", confirm=_end_anyway(state))
            ]
        case _:
            return []


def decide_buttons(state: Access) -> list[ButtonElement]:
    """For whoever may decide; what is risky is confirmed in a window before it counts.

    What has its approvals, and waits for the requester, can only be denied.
    """
    approve = button("Approve", APPROVE, shown(state).value, style="primary")
    deny = button("Deny", DENY, shown(state).value, style="danger")
    return [deny] if state.offered_at else [approve, deny]


def accept_buttons(state: Access) -> list[ButtonElement]:
    """For the requester, where conditions wait to be accepted."""
    if state.status != "pending" or state.offered_at is None:
        return []
    return [button("Accept", ACCEPT, shown(state).value, style="primary")]


def withdraw_button(state: Access) -> ButtonElement:
    """For the requester, while nothing is decided."""
    return button("Withdraw", WITHDRAW, About(state.id).value, confirm=sure(texts.WITHDRAW))


def get_button(state: Access) -> ButtonElement:
    """For the requester, while access is active."""
    return button("Get credentials", GET_CREDENTIALS, About(state.id).value, style="primary")


def extend_buttons(state: Access, action: str = EXTEND) -> list[ButtonElement]:
    """For the requester, while access is active: asks for more time. None for a machine, or in a private incident."""
    if state.status != "active" or state.private or is_machine(state.requester):
        return []
    return [button("Extend", action, About(state.id).value)]


def give_back_button(state: Access) -> ButtonElement:
    """For the requester, while access is active: asks before it ends it."""
    question = texts.GIVE_BACK
    if state.status == "scheduled":
        question = texts.GIVE_UP_EXTENSION if state.extends else texts.CANCEL_SCHEDULED
    confirm = _end_anyway(state) or sure(question)
    return button("Give back", GIVE_BACK, About(state.id).value, confirm=confirm)


def _end_anyway(state: Access) -> ConfirmObject | None:
    """Say before the click counts that what was handed out of such an engine goes on working."""
    live = [one for one in state.credentials if one.status == "live"]
    if live and state.terms.vault.static:
        return sure(texts.END_KNOWN)
    ends = [one.valid_until for one in live if one.valid_until]
    if not ends:
        return None
    return sure(texts.END_ANYWAY.format(why=spell_why_it_works(state.terms), until=f"{max(ends):%H:%M}"))
