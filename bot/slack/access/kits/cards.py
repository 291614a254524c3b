"""The card of a kit: all that was requested together, a line each, with the buttons for all of it."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access.kits import texts
from bot.slack.access.signals import signal_line
from bot.slack.access.status import is_theirs, status_line, warning_lines
from bot.slack.access.texts import MARKS
from bot.slack.blocks import button, buttons, fine_print, message, section, sections, sure
from bot.slack.button_values import About, Page, Shown
from bot.slack.layout import SHOW_ALL, Lines, laid_out
from bot.slack.message import Message
from bot.slack.mrkdwn import mention, plain
from bot.slack.presenter import CARD
from workflows.access.card_room import MAX_KIT_INPUT_CHARS, inputs_in_one_line, reason_chars_on_card
from workflows.access.kits.whole import WholeKit
from workflows.access.state import Access
from workflows.approval.audiences import Role
from workflows.durations import brief_duration
from workflows.ports import Directory, is_machine
from workflows.text import glimpse

WORD = "access"
APPROVE = "access.kit-approve"
DENY = "access.kit-deny"
WITHDRAW = "access.kit-withdraw"
GET_CREDENTIALS = "access.kit-credentials"
EXTEND = "access.kit-extend"
GIVE_BACK = "access.kit-give-back"
REVOKE = "access.kit-revoke"
TITLE_CHARS = 60
"""Of each entitlement's title: as many as a kit can have stand on one card, and Details has all of it."""
PENDING = ":hourglass_flowing_sand:"
STANDING = ("scheduled", "active")


def shown(kit: WholeKit) -> Shown:
    """What a card drawn now shows of all its requests, and a decision on it applies to."""
    return Shown(kit.id, kit.shown_digest, kit.terms.digest)


def kit_card(kit: WholeKit, role: Role, directory: Directory) -> Message:
    """The card of all that was requested with the kit, for somebody in this role."""
    warnings = [
        texts.OF_MEMBER.format(what=plain(one.terms.title), warning=warning)
        for one in kit.states
        for warning in warning_lines(one, directory)
    ]
    passage = Lines("warnings", warnings, most=10, least=3, longest=600, stays=8)
    blocks = laid_out([passage], _body(kit, role, directory), Page(kit.id, CARD), WORD)
    return message(_summary(kit, role), *blocks)


def member_lines(kit: WholeKit, directory: Directory | None = None, role: Role | None = None) -> list[str]:
    """Each entitlement of it in one line, with where it stands."""
    found = {one.terms.entitlement: one for one in kit.states}
    refused = {one.entitlement: one.code for one in kit.kit_refused}
    return [
        _member_line(found[one.entitlement], directory, role)
        if one.entitlement in found
        else texts.NOT_REQUESTED.format(entitlement=one.entitlement, code=refused[one.entitlement])
        if one.entitlement in refused
        else texts.BEING_REQUESTED.format(entitlement=one.entitlement)
        for one in kit.named.members
    ]


def headline(kit: WholeKit, role: Role | None = None) -> str:
    """Who gets which kit."""
    who = "You" if is_theirs(kit, role) else mention(kit.requester)
    return texts.HEADLINE.format(who=who, kit=plain(kit.named.title), number=len(kit.named.members))


def strictest_line(kit: WholeKit) -> str:
    """Which rule asks for the most, while anything is pending."""
    if not kit.of("pending"):
        return ""
    number = sum(stage.quorum for stage in kit.strictest.terms.stages)
    approvals = texts.ONE_APPROVAL if number == 1 else texts.APPROVALS.format(number=number)
    return texts.STRICTEST.format(what=plain(kit.strictest.terms.title), approvals=approvals)


def reason_line(kit: WholeKit) -> str:
    """Why it is requested, quoted; Details has all of it."""
    ticket = f"{plain(kit.ticket)} · " if kit.ticket else ""
    return f"{ticket}“{plain(glimpse(kit.justification, reason_chars_on_card(kit)))}”"


def kit_buttons(kit: WholeKit, role: Role) -> list[ButtonElement]:
    """What somebody in this role can do with all of it."""
    about = About(kit.id).value
    if role == "requester":
        return [*_holding(kit, role), *([_withdraw(about)] if kit.of("pending") else [])]
    if kit.of("pending"):
        return decide_buttons(kit)
    return [button("Revoke", REVOKE, about, style="danger")] if kit.of(*STANDING) else []


def decide_buttons(kit: WholeKit) -> list[ButtonElement]:
    """For whoever may decide on some of it."""
    value = shown(kit).value
    return [
        button("Approve", APPROVE, value, style="primary"),
        button("Deny", DENY, value, style="danger"),
    ]


def details_button(kit: WholeKit) -> ButtonElement:
    """Opens everything that the card has no room for."""
    return button("Details", f"{WORD}.{SHOW_ALL}", Page(kit.id, CARD).value)


def _body(kit: WholeKit, role: Role, directory: Directory) -> list[Block]:
    unusual = signal_line(kit) if role == "approver" and kit.of("pending") else ""
    below = filter(None, [strictest_line(kit), unusual, reason_line(kit)])
    return [
        section(headline(kit, role)),
        *sections(*member_lines(kit, directory, role)),
        fine_print("\n".join(below)),
        buttons(*kit_buttons(kit, role), details_button(kit)),
    ]


def _member_line(state: Access, directory: Directory | None, role: Role | None) -> str:
    """With its inputs: it can be approved from here, unless some of them are left out."""
    inputs = plain(glimpse(inputs_in_one_line(state), MAX_KIT_INPUT_CHARS))
    terms = [brief_duration(state.approved_seconds), inputs]
    return texts.MEMBER.format(
        mark=MARKS.get(state.status, PENDING),
        what=plain(glimpse(state.terms.title, TITLE_CHARS)),
        terms=" · ".join(filter(None, terms)),
        status=status_line(state, directory, role),
    )


def _holding(kit: WholeKit, role: Role) -> list[ButtonElement]:
    """For the requester, of what is granted."""
    about = About(kit.id).value
    active = kit.of("active")
    get = [button("Get credentials", GET_CREDENTIALS, about, style="primary")] if active else []
    more = [button("Extend", EXTEND, about)] if active and not is_machine(kit.requester) else []
    back = [button("Give back", GIVE_BACK, about, confirm=sure(texts.GIVE_BACK))] if kit.of(*STANDING) else []
    return [*(get if is_theirs(kit, role) else []), *more, *back]


def _withdraw(about: str) -> ButtonElement:
    return button("Withdraw", WITHDRAW, about, confirm=sure(texts.WITHDRAW))


def _summary(kit: WholeKit, role: Role) -> str:
    theirs = is_theirs(kit, role)
    return texts.REQUESTS.format(
        who="You" if theirs else mention(kit.requester),
        requests="request" if theirs else "requests",
        kit=plain(kit.named.title),
        number=len(kit.named.members),
        status=" · ".join(f"{plain(one.terms.title)}: {status_line(one, role=role)}" for one in kit.states),
    )
