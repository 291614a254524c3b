"""Short messages that tell one person something has happened; the cards say the rest."""

from bot.slack.blocks import message, section
from bot.slack.incidents import texts
from bot.slack.incidents.cards import headline
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, plain, some_of
from workflows.incidents.state import Incident

LONGEST_BRIEF = 500
"""Characters; the card has all of it."""
SENTENCES = texts.NOTES


def note(state: Incident, name: str) -> Message:
    """The message for the event of this name."""
    text = SENTENCES[name].format(**_words(state))
    return message(text, section(text))


def _words(state: Incident) -> dict[str, str]:
    late = [step.name for step in state.steps if step.reminded and step.status in ("waiting", "failed")]
    return {
        "what": f"*{headline(state)}*",
        "where": f" in <#{state.channel}>" if state.channel else "",
        "offered": _offered(state),
        "paging": _not_paged(state),
        "late": some_of(map(plain, late)) or texts.NOT_LATE,
    }


def _not_paged(state: Incident) -> str:
    failed = [one.pager for one in state.pages if one.settled and one.trouble]
    return f"{texts.NOT_PAGED}: {some_of(map(plain, failed))}" if failed else texts.NOT_PAGED


def _offered(state: Incident) -> str:
    if not state.offers:
        return texts.NO_LONGER_OFFERED
    offer = state.offers[-1]
    brief = cut(plain(offer.brief), LONGEST_BRIEF)
    return texts.OFFERED.format(by=mention(offer.by), role=plain(offer.role), brief=brief)
