"""What is unusual about a request: a short line on the approver's card, and the explanations in Details."""

from bot.slack.access import texts
from bot.slack.mrkdwn import mention
from workflows.access.signals import UNTOLD, explanations, labels
from workflows.access.state import Access

MAX_ON_CARD = 2


def signal_line(state: Access) -> str:
    """The most telling signals by their labels, in one line on a phone; empty if there is nothing to say."""
    if state.signals is None or not state.signals.on_card:
        return ""
    named = labels(state.signals.raised)
    if not named:
        return texts.UNREAD_HISTORY
    more = texts.MORE_SIGNALS.format(number=len(named) - MAX_ON_CARD) if len(named) > MAX_ON_CARD else ""
    return texts.UNUSUAL.format(what=", ".join(named[:MAX_ON_CARD]), more=more)


def signal_lines(state: Access) -> list[str]:
    """Every signal with what it was told from, and what couldn't be told."""
    if state.signals is None:
        return []
    found = [
        texts.SIGNAL.format(label=label.capitalize(), why=why)
        for label, why in explanations(state.signals, mention)
    ]
    return [*found, *([UNTOLD[state.signals.unknown]] if state.signals.unknown else [])]
