"""The alarm that access has ended and a credential of it may still work, and that this is over."""

from collections import Counter

from slack_sdk.models.blocks import DividerBlock

from bot.slack.access import texts
from bot.slack.blocks import fine_print, message, section, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, plain
from workflows.access.confirmation import spell_confirmed
from workflows.access.state import Access
from workflows.access.views import confirmed_by

MAX_REASONS, MAX_REASON_CHARS = 6, 600


def alarm(state: Access) -> Message:
    """What the alarms channel sees; of a private incident it says neither whose access it is nor why it goes on."""
    open_ones = [one for one in state.credentials if one.status == "ending"]
    who = texts.PRIVATE if state.private else _whose(state)
    if not open_ones:
        confirmed = texts.BY_VAULT if state.private else spell_confirmed(confirmed_by(state))
        text = texts.CONFIRMED.format(who=who, confirmed=confirmed)
        return message(text, section(text), DividerBlock())
    text = texts.NOT_CONFIRMED.format(who=who)
    if state.private:
        return message(text, *sections(text, texts.WHERE_DETAILS, texts.STILL_TRYING))
    reasons = _reasons([one.trouble or texts.UNCONFIRMED for one in open_ones])
    return message(text, *sections(text, texts.STILL_TRYING, *reasons), fine_print(state.id))


def _whose(state: Access) -> str:
    return texts.ACCESS_OF.format(who=mention(state.requester), what=plain(state.terms.title))


def _reasons(troubles: list[str]) -> list[str]:
    counted = Counter(map(plain, troubles))
    lines = [
        f"• {cut(why, MAX_REASON_CHARS)}"
        + (f" ({texts.MANY_TIMES.format(number=number)})" if number > 1 else "")
        for why, number in counted.items()
    ]
    more = [texts.MORE_REASONS.format(number=len(lines) - MAX_REASONS)] if len(lines) > MAX_REASONS else []
    return [*lines[:MAX_REASONS], *more]
