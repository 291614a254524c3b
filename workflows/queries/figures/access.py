"""Figures of access: how requests were decided, how long that took, what was granted and what of it was used."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from workflows.access.state import Access
from workflows.access.views import held_over
from workflows.policy.fields import UNKNOWN_HISTORY
from workflows.queries.figures.spread import Spread, spread_of

_NOT_ASKED = ("proposed",)
"""Nobody has asked for it yet."""


@dataclass(frozen=True)
class Decisions:
    """What became of requests, each counted once.

    `decided` is how long a person's decision took, of the requests that had one; `waited` is that of all requests
    together, those that expired or were withdrawn included: the time that approval cost.
    """

    requested: int
    approved: int
    automatic: int
    denied: int
    withdrawn: int
    expired: int
    waiting: int
    decided: Spread
    waited: float

    @property
    def granted(self) -> int:
        return self.approved + self.automatic


@dataclass(frozen=True)
class Holding:
    """What was granted, and what of it was used: seconds held so far, and grants under which no credential was taken.

    A grant that goes on, and under which there is none yet, isn't counted as unused.
    """

    grants: int
    held: float
    unused: int
    held_unused: float
    over: int
    """Grants that are over, or under which a credential was taken: of these, `unused` are a share."""


@dataclass(frozen=True)
class BreakGlassFigures:
    """Access taken without approval, and its reviews."""

    taken: int
    justified: int
    unjustified: int
    waiting: int
    overdue: int


@dataclass(frozen=True)
class EntitlementFigures:
    """The figures of one entitlement."""

    entitlement: str
    title: str
    risk: str
    decisions: Decisions
    holding: Holding


@dataclass(frozen=True)
class PersonFigures:
    """What one person or machine held."""

    person: str
    holding: Holding


@dataclass(frozen=True)
class AccessFigures:
    """The figures of all requests of a period, by when they were made.

    `confirmed` is how long after its promised end each grant that ran its time was confirmed gone; `ending` counts
    grants whose end isn't confirmed though it is past. `signals` are counted by request.
    """

    decisions: Decisions
    holding: Holding
    break_glass: BreakGlassFigures
    confirmed: Spread
    ending: int
    signals: tuple[tuple[str, int], ...]
    by_entitlement: tuple[EntitlementFigures, ...]
    by_person: tuple[PersonFigures, ...]


def access_figures(requests: Iterable[Access], now: datetime) -> AccessFigures:
    """Count these requests as they stand now. Entitlements are ordered by time lost, people by time held, both downwards."""
    every = [one for one in requests if one.status not in _NOT_ASKED]
    entitlements = [_entitlement(one, now) for one in _grouped(every, lambda one: one.terms.entitlement)]
    people = [
        PersonFigures(one[0].requester, _holding(one, now))
        for one in _grouped(every, lambda one: one.requester)
    ]
    signals = Counter(
        name for one in every if one.signals for name in one.signals.names if name != UNKNOWN_HISTORY
    )
    return AccessFigures(
        decisions=_decisions(every, now),
        holding=_holding(every, now),
        break_glass=_break_glass(every),
        confirmed=spread_of(late for one in every if (late := confirmed_after(one)) is not None),
        ending=sum(unconfirmed(one, now) for one in every),
        signals=tuple(sorted(signals.items(), key=lambda one: (-one[1], one[0]))),
        by_entitlement=tuple(sorted(entitlements, key=lambda one: (-one.decisions.waited, one.entitlement))),
        by_person=tuple(
            sorted(
                (one for one in people if one.holding.grants), key=lambda one: (-one.holding.held, one.person)
            )
        ),
    )


def confirmed_after(request: Access) -> float | None:
    """Seconds after its promised end in which a grant that ran its time was confirmed gone; None for every other request."""
    grant = request.grant
    if grant is None or grant.ended_at is None or grant.how != "expired":
        return None
    return (grant.ended_at - grant.ends_at).total_seconds()


def unconfirmed(request: Access, at: datetime) -> bool:
    """Whether the grant's promised end is past, and nothing has confirmed it."""
    return request.status == "ending" and request.grant is not None and request.grant.ends_at <= at


def _grouped(requests: Sequence[Access], key: Callable[[Access], str]) -> list[list[Access]]:
    return [list(some) for _, some in groupby(sorted(requests, key=key), key)]


def _entitlement(requests: Sequence[Access], now: datetime) -> EntitlementFigures:
    terms = requests[-1].terms
    return EntitlementFigures(
        terms.entitlement, terms.title, terms.risk, _decisions(requests, now), _holding(requests, now)
    )


def _decisions(requests: Sequence[Access], now: datetime) -> Decisions:
    asked = [one for one in requests if one.break_glass is None]
    kinds = Counter(_outcome(one) for one in asked)
    decided = [one for one in asked if one.reviews and one.decided_at]
    return Decisions(
        requested=len(asked),
        approved=kinds["approved"],
        automatic=kinds["automatic"],
        denied=kinds["denied"],
        withdrawn=kinds["withdrawn"],
        expired=kinds["expired"],
        waiting=kinds["waiting"],
        decided=spread_of(_waited(one, now) for one in decided),
        waited=sum(_waited(one, now) for one in asked),
    )


def _outcome(request: Access) -> str:
    match request.status:
        case "pending":
            return "waiting"
        case "denied" | "withdrawn":
            return request.status
        case "lapsed":
            return "expired"
        case _:
            return "approved" if request.reviews else "automatic"


def _waited(request: Access, now: datetime) -> float:
    """Seconds from the request to its decision; to now while it waits."""
    decided = request.decided_at or (now if request.status == "pending" else request.begun_at)
    return max(0.0, (decided - request.begun_at).total_seconds())


def _holding(requests: Sequence[Access], now: datetime) -> Holding:
    spans = [(one, _held(one, now)) for one in requests if held_over(one)]
    settled = [(one, held) for one, held in spans if _used(one) or (one.grant and one.grant.ended_at)]
    unused = [held for one, held in settled if not _used(one)]
    return Holding(len(spans), sum(held for _, held in spans), len(unused), sum(unused), len(settled))


def _held(request: Access, now: datetime) -> float:
    span = held_over(request)
    return max(0.0, ((span[1] or now) - span[0]).total_seconds()) if span else 0.0


def _used(request: Access) -> bool:
    return any(one.delivered for one in request.credentials)


def _break_glass(requests: Sequence[Access]) -> BreakGlassFigures:
    taken = [one.break_glass for one in requests if one.break_glass]
    verdicts = Counter(one.verdict for one in taken)
    return BreakGlassFigures(
        len(taken),
        verdicts["justified"],
        verdicts["unjustified"],
        verdicts["unreviewed"],
        verdicts["overdue"],
    )
