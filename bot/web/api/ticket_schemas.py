"""What the API says of tickets."""

from typing import Self

from pydantic import BaseModel

from workflows.access.state import Access
from workflows.policy.terms.tickets import TicketTerms
from workflows.policy.tickets import TicketStatus


class TicketNeed(BaseModel):
    """`patterns` are RE2; a ticket has to match each as a whole.

    With a `source` it is looked up there; `projects` are those that count, and with `own_project` only those of your
    groups. With `ends_access`, access ends when the ticket is closed.
    """

    required: bool
    hint: str
    patterns: list[str]
    source: str | None
    projects: list[str] | None
    own_project: bool
    must_be_open: bool
    ends_access: bool

    @classmethod
    def of(cls, rule: TicketTerms) -> Self:
        """What a rule asks for."""
        return cls.model_validate(rule.model_dump(mode="json"))


class TicketSeen(BaseModel):
    """A ticket as it was seen when access was requested; `said` is its status in its system's own word.

    The status is `unreadable` where break-glass was taken while the ticket's system was away.
    """

    source: str
    key: str
    status: TicketStatus
    project: str
    said: str
    title: str | None
    link: str

    @classmethod
    def of(cls, state: Access) -> Self | None:
        """The ticket of a request; None if it has none, or nobody looked."""
        found = state.ticket_found
        return cls(**found.model_dump(exclude={"title", "why"}), title=state.ticket_title) if found else None
