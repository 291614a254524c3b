"""What cards and Details say of a request's ticket."""

import re

from bot.slack.access import texts
from bot.slack.mrkdwn import cut, escape, minute, plain
from workflows.access.state import Access

MAX_TICKET_CHARS = 400
MAX_LINK_CHARS = 300
"""Of a link in markup; where a longer one would stand, the key stands alone."""
_LEADS_SOMEWHERE = re.compile(r"https://[^\s<>|]+")
"""What Slack takes for an address (https://docs.slack.dev/messaging/formatting-message-text)."""


def ticket_link(state: Access) -> str:
    """The ticket as it was typed, or its key where it was looked up, with a link if one is known; empty without one."""
    found = state.ticket_found
    if found is None:
        return plain(state.ticket or "")
    key = plain(found.key or state.ticket or "")
    link = f"<{escape(found.link)}|{key}>"
    return link if _LEADS_SOMEWHERE.fullmatch(found.link) and len(link) <= MAX_LINK_CHARS else key


def ticket_facts(state: Access) -> list[str]:
    """The ticket with its title, and its status when access was requested; empty without one."""
    if not state.ticket:
        return []
    found = state.ticket_found
    told = [ticket_link(state)]
    if found:
        told += [f"“{plain(state.ticket_title)}”"] if state.ticket_title else []
        told += [texts.TICKET_WAS.format(status=plain(found.said))] if found.said else []
        told += [texts.NOT_CHECKED] if found.status == "unreadable" else []
    facts = [texts.TICKET.format(ticket=cut(" · ".join(told), MAX_TICKET_CHARS))]
    return [*facts, texts.ENDS_WITH_TICKET] if found and state.terms.ticket.ends_access else facts


def ticket_unseen(state: Access) -> list[str]:
    """That it can't be seen, while that matters; for a reviewer, that it wasn't when access was taken."""
    taken, found = state.break_glass, state.ticket_found
    if taken and not taken.review and found and found.status == "unreadable":
        return [texts.TICKET_UNCHECKED]
    if state.ticket_unseen_since is None or state.status not in ("scheduled", "active"):
        return []
    waits = texts.TICKET_UNSEEN_WAITS if state.status == "scheduled" else texts.TICKET_UNSEEN
    return [waits.format(since=minute(state.ticket_unseen_since))]
