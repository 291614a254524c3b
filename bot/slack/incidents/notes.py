"""Short messages that tell one person something has happened; the cards say the rest."""

from bot.slack.elements import section
from bot.slack.incidents.cards import headline
from bot.slack.words import literal, mention, plain
from integrations.slack.board import Message
from workflows.incidents.model import Incident


def note(state: Incident, name: str) -> Message:
    """The message for the event of this name."""
    where = f" in <#{state.channel}>" if state.channel else ""
    text = f"{_SENTENCES[name](state)}{where}.\n*{headline(state)}*"
    return Message(text, (section(text),))


def _offered(state: Incident) -> str:
    if not state.offers:
        return ":handshake: A role was offered to you; that is settled by now"
    offer = state.offers[-1]
    brief = literal(offer.brief, 600)
    return f":handshake: {mention(offer.by)} offers you the role {plain(offer.role)}: “{brief}”. Accept or decline"


def _overdue(state: Incident) -> str:
    late = [
        plain(step.name) for step in state.steps if step.reminded and step.status in ("waiting", "failed")
    ]
    return f":alarm_clock: Overdue: {', '.join(late) or 'nothing any more'}. The checklist is"


def _follow_up(state: Incident) -> str:
    return ":memo: You have a follow-up of an incident; its card is"


_SENTENCES = {"role-offered": _offered, "step-overdue": _overdue, "follow-up-added": _follow_up}
