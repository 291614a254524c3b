"""The API's requests and responses about who calls: signing in, sessions, and whom a token identifies."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from bot.web.api.schemas import Given


class NewSession(Given):
    """`nonce` is the one that the id token was requested with, `device` the name of the computer."""

    id_token: Annotated[str, Field(max_length=16_384)]
    nonce: Annotated[str, Field(max_length=255)] | None = None
    device: Annotated[str, Field(min_length=1, max_length=200, examples=["ada's laptop"])]


class Login(BaseModel):
    """The identity provider, and the public client to sign in as. `device`: whether it has the device flow (RFC 8628)."""

    issuer: str
    client_id: str
    scopes: list[str]
    device: bool


class Person(BaseModel):
    """`id` is their Slack user id."""

    id: str
    name: str
    email: str | None


class SessionToken(BaseModel):
    """`token` is shown once; only its digest is kept."""

    token: str
    expires_at: datetime
    person: Person


class Whoami(BaseModel):
    """A person's session."""

    person: Person
    expires_at: datetime


class Me(BaseModel):
    """The machine or person the caller's token belongs to. People have no `owners`."""

    id: str
    title: str
    role: str
    groups: list[str]
    owners: list[str]
    expires_at: datetime
