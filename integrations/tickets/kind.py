"""What a kind of ticket system is, and where one is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import SecretStr

from integrations.egress import Reach
from workflows.policy.tickets import Tickets


@dataclass(frozen=True)
class TicketAddress:
    """Where a ticket system is, and how Daypass gets in: a token, with the name that it belongs to if there is one.

    `project` is where tickets are looked for that name none. `link` leads people to a ticket, with `{key}` in its place.
    """

    kind: str
    url: str
    username: str | None = None
    token: SecretStr | None = None
    project: str | None = None
    link: str | None = None

    def link_to(self, key: str, otherwise: str = "") -> str:
        """The address under which people find the ticket of this key; `otherwise` if none is configured."""
        return self.link.replace("{key}", quote(key, safe="")) if self.link else otherwise


@dataclass(frozen=True)
class TicketKind:
    """A kind of system. `open` asks it nothing: it may be away. `fault` says what is wrong with an address."""

    name: str
    open: Callable[[TicketAddress, Reach], AbstractAsyncContextManager[Tickets]]
    fault: Callable[[TicketAddress], str | None] = lambda address: None
