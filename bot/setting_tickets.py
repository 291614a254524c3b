"""Reads where tickets are looked up, from the setting that holds it."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.setting_systems import Name, System, bare_url, read_systems
from integrations.tickets import TICKET_KINDS, TicketAddress

EXAMPLE = (
    '{"jira": {"kind": "jira", "url": "https://northwind.atlassian.net", "username": "…", "token": "…"}}'
)
_Link = Annotated[str, Field(pattern=r"^https://[^\s<>|\\{}]+\{key\}[^\s<>|\\{}]*$", max_length=300)]


class _TicketSystem(System):
    project: str | None = None
    link: _Link | None = None


_SYSTEMS = TypeAdapter(dict[Name, _TicketSystem])


def read_sources(given: object) -> dict[str, TicketAddress]:
    """The addresses by name, from JSON. Raises ValueError with a sentence that holds no secret."""
    return read_systems(given, _SYSTEMS, TicketAddress, _address, EXAMPLE)


def _address(name: str, system: _TicketSystem) -> TicketAddress:
    url = bare_url(name, system, TICKET_KINDS, f"the token of {name}")
    address = TicketAddress(system.kind, url, system.username, system.token, system.project, system.link)
    if fault := TICKET_KINDS[system.kind].fault(address):
        raise ValueError(f"{name} {fault}")
    return address
