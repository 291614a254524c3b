"""The API's requests and responses about kits: entitlements that are requested together."""

from typing import Annotated

from pydantic import BaseModel, Field

from bot.web.api.schemas import Given, Line, Moment, Request


class KitEntitlement(BaseModel):
    """An entitlement of a kit. `eligible`: you may request it; otherwise `why_not` says who may."""

    id: str
    name: str
    eligible: bool
    why_not: str | None


class Kit(BaseModel):
    """Entitlements that you may request together. Each is decided and ends under its own rule."""

    id: str
    name: str
    description: str
    entitlements: list[KitEntitlement]


class NewKitRequest(Given):
    """`duration` holds for each entitlement, up to its own maximum. `entitlements` are all of the kit unless given."""

    kit: Line
    duration: Annotated[str, Field(max_length=60, examples=["30m"])]
    justification: Annotated[str, Field(max_length=20_000)]
    ticket: Annotated[str, Field(max_length=1_000)] | None = None
    starts_at: Moment | None = None
    entitlements: Annotated[list[Line], Field(min_length=1, max_length=5)] | None = None


class KitRefusal(BaseModel):
    """An entitlement of the kit that the policy refused, with the refusal's code."""

    entitlement: str
    code: str


class KitRequest(BaseModel):
    """What was requested with a kit. `id` is that of its first request; the others follow within a second.

    Each of `requests` is decided, granted and ended by itself.
    """

    id: str
    kit: str
    title: str
    requests: list[Request]
    refused: list[KitRefusal]
