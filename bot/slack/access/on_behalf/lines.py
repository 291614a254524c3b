"""What cards, Details, the App Home and messages say of a request for somebody else, and its buttons."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.access.on_behalf import texts
from bot.slack.blocks import button, buttons, message, section, sure
from bot.slack.button_values import About, Shown
from bot.slack.message import Message
from bot.slack.mrkdwn import mention, minute, moment, plain
from workflows.access.card_room import reason_chars_on_card
from workflows.access.state import Access
from workflows.approval.audiences import Role
from workflows.text import glimpse

ACCEPT = "access.accept-proposal"
DECLINE = "access.decline-proposal"
WITHDRAW = "access.withdraw-proposal"
"""In a message to whoever asked, who has no card of it."""


def waiting_line(state: Access, role: Role | None) -> str:
    """Say whom it waits for, such as “Waiting for you to accept until 5 PM”."""
    who = "you" if role == "requester" else mention(state.requester)
    return texts.WAITING.format(who=who, until=minute(state.lapses_at))


def requested_by(state: Access) -> str:
    """Who asked for somebody else, in markup; empty if nobody did."""
    asker = state.asked_by if state.holder else None
    return texts.REQUESTED_BY.format(who=mention(asker)) if asker else ""


def answer_buttons(state: Access) -> list[ButtonElement]:
    """For whom it is, until they have answered."""
    if state.status != "proposed":
        return []
    shown = Shown(state.id, state.digest, state.terms.digest)
    return [
        button("Accept", ACCEPT, shown.value, style="primary"),
        button("Decline", DECLINE, About(state.id).value, confirm=sure(texts.DECLINE)),
    ]


def home_item(state: Access, terms: str, details: ButtonElement) -> list[Block]:
    """What somebody requested for the reader; `terms` and `details` are as on its card."""
    why = plain(glimpse(state.justification, reason_chars_on_card(state)))
    text = texts.HOME.format(
        who=mention(state.owner),
        what=plain(state.terms.title),
        terms=terms,
        why=why,
        until=moment(state.lapses_at),
    )
    return [section(text), buttons(*answer_buttons(state), details)]


def proposal_note(state: Access, name: str) -> Message:
    """The message for the event of this name."""
    text = texts.NOTES[name].format(
        holder=mention(state.requester),
        asker=mention(state.asked_by or state.owner),
        what=f"*{plain(state.terms.title)}*",
        outcome=texts.OUTCOMES.get(state.status, texts.APPROVED),
    )
    withdraw = button("Withdraw", WITHDRAW, About(state.id).value)
    open = name == "proposal-made" and state.status == "proposed"
    return message(text, section(text), *([buttons(withdraw)] if open else []))
