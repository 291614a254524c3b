"""Reads a setting that says, by name, where systems of several kinds are, and how Daypass signs in there."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, TypeVar

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from bot.setting_urls import sent_in_clear

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,59}$")]


class System(BaseModel):
    """One of them, as the setting has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: str
    url: AnyHttpUrl
    username: str | None = None
    token: SecretStr | None = None


S = TypeVar("S", bound=System)
A = TypeVar("A")


def read_systems(
    given: object,
    systems: TypeAdapter[dict[str, S]],
    address: type[A],
    address_of: Callable[[str, S], A],
    example: str,
) -> dict[str, A]:
    """The addresses by name, from JSON. Raises ValueError with a sentence that holds no secret."""
    if isinstance(given, Mapping) and all(isinstance(one, address) for one in given.values()):
        return dict(given)
    try:
        read = systems.validate_python(json.loads(given) if isinstance(given, str) else given)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = " › ".join(str(one) for one in fault["loc"]) or "it"
        raise ValueError(f"{where}: {fault['msg'].lower()}; write it like {example}") from None
    except ValueError:
        raise ValueError(f"this must be a JSON object, such as {example}") from None
    return {name: address_of(name, one) for name, one in read.items()}


def bare_url(name: str, system: System, kinds: Collection[str], secret: str) -> str:
    """The address without a slash at its end. Raises ValueError unless the kind is known and the address is one alone.

    `secret` is what would be readable on the network if it weren't encrypted, in words.
    """
    url = system.url
    if system.kind not in kinds:
        raise ValueError(f"the kind of {name} has to be one of {', '.join(kinds)}")
    if sent_in_clear(url):
        raise ValueError(f"{secret} would be readable on the network; use an https:// address")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError(f"the url of {name} has more than an address; remove user, password, “?” and “#”")
    return str(url).rstrip("/")
