"""Reads where tickets are looked up, from the setting that holds it."""

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from bot.setting_urls import sent_in_clear
from integrations.tickets import TICKET_KINDS, TicketAddress

EXAMPLE = (
    '{"jira": {"kind": "jira", "url": "https://northwind.atlassian.net", "username": "…", "token": "…"}}'
)
_Link = Annotated[str, Field(pattern=r"^https://[^\s<>|\\{}]+\{key\}[^\s<>|\\{}]*$", max_length=300)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: str
    url: AnyHttpUrl
    username: str | None = None
    token: SecretStr | None = None
    project: str | None = None
    link: _Link | None = None


_SOURCES = TypeAdapter(dict[_Name, _Source])


def read_sources(given: object) -> dict[str, TicketAddress]:
    """The addresses by name, from JSON. Raises ValueError with a sentence that holds no secret."""
    if isinstance(given, Mapping) and all(isinstance(one, TicketAddress) for one in given.values()):
        return dict(given)
    try:
        read = _SOURCES.validate_python(json.loads(given) if isinstance(given, str) else given)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = " › ".join(str(one) for one in fault["loc"]) or "it"
        raise ValueError(f"{where}: {fault['msg'].lower()}; write it like {EXAMPLE}") from None
    except ValueError:
        raise ValueError(f"this must be a JSON object, such as {EXAMPLE}") from None
    return {name: _address(name, one) for name, one in read.items()}


def _address(name: str, source: _Source) -> TicketAddress:
    if source.kind not in TICKET_KINDS:
        raise ValueError(f"the kind of {name} has to be one of {', '.join(TICKET_KINDS)}")
    if sent_in_clear(source.url):
        raise ValueError(f"the token of {name} would be readable on the network; use an https:// address")
    if source.url.username or source.url.password or source.url.query or source.url.fragment:
        raise ValueError(f"the url of {name} has more than an address; remove user, password, “?” and “#”")
    address = TicketAddress(
        source.kind,
        str(source.url).rstrip("/"),
        source.username,
        source.token,
        source.project,
        source.link,
    )
    if fault := TICKET_KINDS[source.kind].fault(address):
        raise ValueError(f"{name} {fault}")
    return address
