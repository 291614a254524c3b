"""A witness as Daypass sees it, and how many of them have to cosign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workflows.audit.tlog.note import VerifierKey


@dataclass(frozen=True)
class Lines:
    """Signature lines, which are still to be verified."""

    text: str


@dataclass(frozen=True)
class KnowsSize:
    """The witness has cosigned the log up to this size, and not the one it was asked about."""

    size: int


@dataclass(frozen=True)
class SaysNo:
    """The witness refuses. `contradicts`: because it knows another history."""

    why: str
    contradicts: bool


Answer = Lines | KnowsSize | SaysNo


class Witness(Protocol):
    """Somebody else who watches that the log only grows. `key` is what they cosign with."""

    @property
    def key(self) -> VerifierKey: ...

    async def add(self, request: bytes) -> Answer:
        """Ask it to cosign. Raises Retryable or Permanent."""


@dataclass(frozen=True)
class WitnessPolicy:
    """Of these keys, each with a name of its own, at least `quorum` have to cosign."""

    keys: Sequence[VerifierKey]
    quorum: int
