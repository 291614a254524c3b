"""What is seen of a ticket in the system that keeps it."""

from typing import Literal, Protocol

from workflows.policy.terms.snapshot import Snapshot

TicketStatus = Literal["open", "closed", "missing", "unreadable"]


class TicketReading(Snapshot):
    """What was seen of a ticket. `said` is its status in its system's own word, `why` why nothing could be seen.

    `key` and `project` are what the system calls it, which isn't what was typed if the ticket has moved. `link` leads
    people to it. `source` is the system's name under DAYPASS_TICKETS.
    """

    status: TicketStatus
    source: str = ""
    key: str = ""
    project: str = ""
    said: str = ""
    link: str = ""
    title: str = ""
    why: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it was seen closed. One that can't be found may be hidden from Daypass by a fault."""
        return self.status == "closed"

    @property
    def unseen(self) -> str:
        """Why it can't be seen, as a sentence; empty if it is seen."""
        return {"missing": NOT_FOUND, "unreadable": self.why}.get(self.status, "")

    def for_log(self) -> "TicketReading":
        """The same without what people have written, which stands beside the log."""
        return self.model_copy(update={"title": "", "why": ""})


class Tickets(Protocol):
    """A system that keeps tickets."""

    async def read(self, key: str) -> TicketReading:
        """Read the ticket of this key, as somebody typed it. Raises Retryable or Permanent when it can't be seen."""


NOT_FOUND = "It wasn't found: it was deleted, or Daypass may no longer read it."
