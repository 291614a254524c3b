"""What is decided in stages: the few things that deciding asks of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from workflows.policy.evaluation.quorum import Review as Vote
from workflows.policy.terms.access import StageTerms
from workflows.ports import Directory
from workflows.workflow import Part

UNDECIDED = ("proposed", "pending")
"""Statuses of what is decided in stages, while nothing is settled: whoever it is for may still have to accept it."""


class StagedTerms(Protocol):
    """`digest` is the policy's."""

    @property
    def stages(self) -> tuple[StageTerms, ...]: ...
    @property
    def digest(self) -> str: ...


class DelegatedBy(Part):
    """An approver for whom a delegate reviewed: away until then, by this absence, and an approver by these groups."""

    approver: str
    absence: str
    until: datetime
    groups: tuple[str, ...]
    account: str | None = None
    """Their account by which they said that they are away, if it's another."""


class Given(Protocol):
    """A review. `delegated_by` is empty where the reviewer is an approver themself; `signed` with a passkey or not."""

    @property
    def reviewer(self) -> str: ...
    @property
    def delegated_by(self) -> Sequence[DelegatedBy]: ...
    @property
    def signed(self) -> bool: ...


class Staged(Protocol):
    """What is decided in stages, from `begun_at` on. `digest` is of all that its card shows."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def requester(self) -> str: ...
    @property
    def terms(self) -> StagedTerms: ...
    @property
    def digest(self) -> str: ...
    @property
    def begun_at(self) -> datetime: ...
    @property
    def lapses_at(self) -> datetime: ...
    @property
    def escalated(self) -> Collection[str]: ...
    @property
    def stuck(self) -> tuple[str, ...]: ...
    @property
    def reviews(self) -> Sequence[Given]: ...
    @property
    def votes(self) -> Sequence[Vote]: ...

    def excluded(self, directory: Directory) -> frozenset[str]:
        """All accounts of those who never decide on it."""
