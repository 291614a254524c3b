"""Short messages that tell one person something has happened; the cards say the rest."""

from bot.slack.blocks import buttons, message, section
from bot.slack.incidents import texts
from bot.slack.incidents.cards import headline, offer_buttons
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, plain, some_of
from workflows.incidents.state import OFFER_NOTE, Handover, Incident

MAX_BRIEF_CHARS = 500
"""Characters; the card has all of it."""
SENTENCES = texts.NOTES


def note(state: Incident, name: str) -> Message:
    """The message for the event of this name. The one about a role can be answered while the role is offered."""
    kind = name.partition("/")[0]
    offer = _offer(state, name) if kind == OFFER_NOTE else None
    text = SENTENCES[kind].format(**_words(state), offered=_offered(state, offer, name))
    return message(text, section(text), *([buttons(*offer_buttons(state, offer))] if offer else []))


def _words(state: Incident) -> dict[str, str]:
    late = [step.name for step in state.steps if step.reminded and step.status in ("waiting", "failed")]
    return {
        "what": f"*{headline(state)}*",
        "where": f" in <#{state.channel}>" if state.channel else "",
        "paging": _not_paged(state),
        "late": some_of(map(plain, late)) or texts.NOT_LATE,
    }


def _not_paged(state: Incident) -> str:
    failed = [one.pager for one in state.pages if one.settled and one.trouble]
    return f"{texts.NOT_PAGED}: {some_of(map(plain, failed))}" if failed else texts.NOT_PAGED


def _offer(state: Incident, name: str) -> Handover | None:
    """What the message of this name is about, if it is still open; the newest one if it names none."""
    return next((one for one in reversed(state.offers) if one.note.startswith(name)), None)


def _offered(state: Incident, offer: Handover | None, name: str) -> str:
    role = offer.role if offer else name.rpartition("/")[2]
    terms = state.terms.role(role)
    title = plain(terms.title if terms else role)
    if offer is None:
        holder = state.holders.get(role)
        return texts.OFFER_CLOSED.format(role=title, who=mention(holder) if holder else "none")
    brief = cut(plain(offer.brief), MAX_BRIEF_CHARS)
    return texts.OFFERED.format(by=mention(offer.by), role=title, brief=brief)
