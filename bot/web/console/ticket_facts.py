"""What stands above a story of the ticket that access is for."""

from bot.web.console import texts
from bot.web.console.summary import Fact
from workflows.access.state import Access


def ticket_facts(state: Access) -> list[Fact]:
    """The ticket as it was seen, and since when it can't be; nothing if nobody looked."""
    found = state.ticket_found
    if found is None:
        return []
    seen = ", ".join(part for part in (found.key, found.project, found.said, found.link) if part)
    return [
        Fact(texts.TICKET.format(source=found.source), seen or texts.TICKET_UNCHECKED),
        *(
            [Fact(texts.ENDS_WITH_TICKET, found.key or state.ticket or "")]
            if state.terms.ticket.ends_access
            else []
        ),
        *([Fact(texts.TICKET_UNSEEN, state.ticket_unseen_since)] if state.ticket_unseen_since else []),
    ]
