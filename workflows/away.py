"""Who is away, as a decision sees it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Away:
    """Someone is away until then. `delegate` decides for them where they are an approver by one of `groups`."""

    absence: str
    until: datetime
    delegate: str | None = None
    groups: frozenset[str] = frozenset()
