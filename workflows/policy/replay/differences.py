"""What differs between what was decided and what a draft would have decided, counted and named."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from workflows.policy.replay.recorded import RecordedRequest, Unrecorded
from workflows.policy.replay.redecide import Redecided, Redecider
from workflows.policy.terms.access import StageTerms

Kind = Literal[
    "refused",
    "allowed",
    "needs-approval",
    "automatic",
    "approved",
    "denied",
    "not-approved",
    "other-approvers",
]
MAX_NAMED = 1_000
"""Differences that are named one by one; all are counted."""


@dataclass(frozen=True)
class Difference:
    """One request that a draft would have decided otherwise. `before` and `after` are short phrases."""

    id: str
    at: str
    requester: str
    entitlement: str
    kind: Kind
    before: str
    after: str


@dataclass
class Replay:
    """What came of all requests. `unrecorded` has how many can't be replayed, by the reason."""

    requests: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    unrecorded: Counter[str] = field(default_factory=Counter)
    private: int = 0

    @property
    def differing(self) -> int:
        return sum(self.kinds.values())

    @property
    def unknown(self) -> int:
        return sum(self.unrecorded.values())

    @property
    def same(self) -> int:
        return self.requests - self.differing - self.unknown

    def add(self, redecider: Redecider, requests: Sequence[RecordedRequest | Unrecorded]) -> None:
        """Decide these again and count what differs."""
        redecider.prepare(one for one in requests if isinstance(one, RecordedRequest))
        for request in requests:
            self.requests += 1
            found = request if isinstance(request, Unrecorded) else redecider.redecide(request)
            if isinstance(request, Unrecorded) or isinstance(found, Unrecorded):
                self.unrecorded[found.why if isinstance(found, Unrecorded) else ""] += 1
            elif difference := difference_of(request, found):
                self.kinds[difference.kind] += 1
                if len(self.differences) < MAX_NAMED:
                    self.differences.append(difference)


def difference_of(request: RecordedRequest, after: Redecided) -> Difference | None:
    """What the draft would have decided otherwise; None if nothing."""
    kind = _kind(request, after)
    if kind is None:
        return None
    return Difference(
        id=request.id,
        at=request.at.isoformat(timespec="seconds"),
        requester=request.requester,
        entitlement=request.entitlement,
        kind=kind,
        before=_before(request),
        after=_after(after),
    )


def _kind(request: RecordedRequest, after: Redecided) -> Kind | None:
    if bool(request.refused) != bool(after.refused):
        return "refused" if after.refused else "allowed"
    if request.refused:
        return None
    if request.automatic != after.automatic:
        return "automatic" if after.automatic else "needs-approval"
    if request.settled != after.settled:
        return "not-approved" if after.settled == "open" else after.settled
    return None if _asked(request) == _asks(after.stages) else "other-approvers"


def _asked(request: RecordedRequest) -> set[tuple[str, int, frozenset[str]]]:
    return {(one.name, one.quorum, frozenset(one.approvers)) for one in request.stages}


def _asks(stages: tuple[StageTerms, ...]) -> set[tuple[str, int, frozenset[str]]]:
    return {(one.name, one.quorum, frozenset(one.approvers)) for one in stages}


def _before(request: RecordedRequest) -> str:
    if request.refused:
        return f"refused ({', '.join(request.refused)})"
    if request.automatic:
        return "approved automatically"
    needed = _needed([(one.name, one.quorum) for one in request.stages])
    return f"{request.settled if request.settled != 'open' else 'not decided'}, needed {needed}"


def _after(after: Redecided) -> str:
    if after.refused:
        return f"refused ({', '.join(after.refused)})"
    if after.automatic:
        return "approved automatically"
    needed = _needed([(one.name, one.quorum) for one in after.stages])
    return f"{after.settled if after.settled != 'open' else 'not enough approvals'}, needs {needed}"


def _needed(stages: list[tuple[str, int]]) -> str:
    return " and ".join(f"{quorum} in {name}" for name, quorum in stages) or "no approval"
