"""The alarm that access has ended and a credential of it may still work, and that this is over."""

from collections import Counter

from slack_sdk.models.blocks import DividerBlock

from bot.slack.blocks import fine_print, message, section, sections
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, mention, plain
from workflows.access.confirmation import spell_confirmed
from workflows.access.state import Access
from workflows.access.views import confirmed_by

MAX_REASONS, MAX_REASON_CHARS = 6, 600
MEANWHILE = "Daypass keeps trying. Until it's confirmed, assume the credential still works."
RAISED = ":rotating_light: {who} has ended, but its credentials aren't confirmed revoked."
OVER = ":white_check_mark: Resolved: {who} couldn't be revoked at first; it has now ended, {confirmed}."
PRIVATE = "Access given in a private incident"
WHERE_DETAILS = "The incident's own channel has the details."


def alarm(state: Access) -> Message:
    """What the alarms channel sees; of a private incident it says neither whose access it is nor why it goes on."""
    open_ones = [one for one in state.credentials if one.status == "ending"]
    who = PRIVATE if state.private else f"{mention(state.requester)}'s access to {plain(state.terms.title)}"
    if not open_ones:
        confirmed = "confirmed by Vault" if state.private else spell_confirmed(confirmed_by(state))
        text = OVER.format(who=who, confirmed=confirmed)
        return message(text, section(text), DividerBlock())
    text = RAISED.format(who=who)
    if state.private:
        return message(text, *sections(text, WHERE_DETAILS, MEANWHILE))
    reasons = _reasons([one.trouble or "not confirmed yet" for one in open_ones])
    return message(text, *sections(text, MEANWHILE, *reasons), fine_print(state.id))


def _reasons(troubles: list[str]) -> list[str]:
    counted = Counter(map(plain, troubles))
    lines = [
        f"• {cut(why, MAX_REASON_CHARS)}{f' ({number} times)' if number > 1 else ''}"
        for why, number in counted.items()
    ]
    more = [f"• and {len(lines) - MAX_REASONS} more, on the card"] if len(lines) > MAX_REASONS else []
    return [*lines[:MAX_REASONS], *more]
