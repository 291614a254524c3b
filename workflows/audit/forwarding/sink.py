"""Where the log's events are sent, and what a receiver is given of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.audit.tlog.leaf import Leaf
from workflows.ports import Permanent


@dataclass(frozen=True)
class Placed:
    """An event at its place in the log. `index` and `hash` (its leaf hash, RFC 6962) name it for ever.

    `leaf` and `data`, its exact bytes, are None if only members of a private incident may read it; `at` is then the full
    hour. `began` is the first event of the same subject, which says whose it is.
    """

    index: int
    hash: bytes
    at: datetime
    leaf: Leaf | None
    data: bytes | None
    began: Leaf | None


class Rejected(Permanent):
    """The receiver will never take these events as they are; the message says why."""


class EventSink(Protocol):
    """One receiver. It may be sent the same event again, after a failure, and knows it by index and hash."""

    @property
    def name(self) -> str:
        """What operators call it."""

    async def send(self, events: Sequence[Placed]) -> None:
        """Return when the receiver has all of them. Raises Retryable, Rejected or, if its settings are wrong, Permanent."""
