"""What the API answers of the log. Times are UTC, ids as in the log."""

from datetime import datetime

from pydantic import BaseModel

from bot.web.api.schemas import Page


class Event(BaseModel):
    """One event as a sentence. `said` is what people typed, by field; `index` its place in the log, if it has one.

    `rule` is the policy rule that decided, empty if the event isn't a decision.
    """

    index: int | None
    at: datetime
    actor: str
    surface: str
    action: str
    subject: str
    sentence: str
    said: dict[str, str]
    rule: str
    policy: str | None


class Story(BaseModel):
    """Oldest first. `next` goes into `after` to get the following page; null at the end."""

    items: list[Event]
    next: str | None


class Events(Page[Event]):
    """`late`: the index is behind, so the newest events are missing; try again."""

    late: bool


class SaltedText(BaseModel):
    field: str
    salt: str
    text: str


class ProvenEvent(BaseModel):
    """An event's exact bytes with its inclusion proof (RFC 6962, base64) against the checkpoint `note`.

    `leaf` is null if the caller may not read the event; its hash can still be verified.
    """

    index: int
    hash: str
    leaf: str | None
    texts: list[SaltedText]
    size: int
    proof: list[str]
    note: str


class Checkpoint(BaseModel):
    """A signed tree head (C2SP tlog-checkpoint)."""

    number: int
    size: int
    at: datetime
    note: str


class Consistency(BaseModel):
    """Proof that the tree of `second` events extends the tree of `first` events (RFC 6962, base64)."""

    first: int
    second: int
    proof: list[str]


class Held(BaseModel):
    """Access that someone had at the given time; `until` is its confirmed end."""

    request: str
    holder: str
    entitlement: str
    resource: str
    since: datetime
    until: datetime | None
    approved_by: list[str]
    conditions: list[str]
    rule: str
    policy: str


class HeldBoth(BaseModel):
    """Two grants that one person had at once; `until` is when the first of them ended, confirmed."""

    first: Held
    second: Held
    since: datetime
    until: datetime | None
