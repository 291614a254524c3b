"""What the API says of services: what was live when, and what changed between two releases."""

from datetime import datetime

from pydantic import BaseModel

from bot.web.api.schemas import Gate


class Period(BaseModel):
    """A version was live from `since` until `until` (null: still).

    With `rolled_back` it is live because `release`, which made another version live, was rolled back; `version` is null
    if nothing was live then. `approved_by`: people by id, with their names.
    """

    version: str | None
    since: datetime
    until: datetime | None
    release: str
    rolled_back: bool
    rolled_back_by: str | None
    proposed_by: str
    approved_by: dict[str, str]
    artifact: str
    gates: list[Gate]
    rule: str
    policy: str


class VersionChange(BaseModel):
    """Something that differs; `by` is the difference of two numbers with its sign, else empty."""

    what: str
    before: str
    after: str
    by: str


class ReleaseChanges(BaseModel):
    """What changed from the release `since` to `release`."""

    release: str
    since: str
    version: str
    since_version: str
    changes: list[VersionChange]
