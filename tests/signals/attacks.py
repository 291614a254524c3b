"""What somebody who means harm might do with another's account, or their own: each a request at the end of a history."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from tests.signals.company import Company, Person, approvers_of, resource_of
from workflows.access.signals.history import Asked, Delegation, History, PastRequest, PastReview
from workflows.policy.fields import Signal

NEVER_THEIRS = "payroll"
"""A resource that nobody of the company uses."""


@dataclass(frozen=True)
class Attack:
    """`last` is the request that is looked at, `earlier` what came before it and isn't in the history."""

    last: Asked
    earlier: tuple[PastRequest, ...] = ()
    of_accomplice: tuple[PastRequest, ...] = ()
    accomplice: str = ""

    def history(self, known: History) -> History:
        """What the attack makes of the history."""
        requests = tuple(sorted((*self.earlier, *known.requests), key=lambda one: one.at, reverse=True))
        theirs = {self.accomplice: self.of_accomplice} if self.accomplice else {}
        return replace(known, requests=requests, of_approvers={**known.of_approvers, **theirs})


Plan = Callable[[Random, Company, Person, PastRequest], Attack]


def _at_night(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """A stolen session, used while its owner sleeps, for what its owner uses."""
    midnight = base.at.replace(hour=0, minute=0) - timedelta(hours=person.offset)
    at = midnight + timedelta(days=1, hours=random.random() * 4)
    return Attack(Asked(person.id, base.entitlement, base.resource, at))


def _new_resource(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """A stolen session at work, for something that its owner never needed."""
    at = base.at + timedelta(hours=random.random())
    return Attack(Asked(person.id, f"{NEVER_THEIRS}-read", NEVER_THEIRS, at))


def _sweep(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """Everything that can be requested, one after the other."""
    earlier = tuple(
        PastRequest(base.at + timedelta(minutes=5 + 3 * number), f"{what}-read", what)
        for number in range(6 + int(random.random() * 4))
        for what in [resource_of(number % company.assumed.teams, 0)]
    )
    last = earlier[-1]
    return Attack(Asked(person.id, last.entitlement, last.resource, last.at), earlier[:-1])


def _insists(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """Denied, and requested again until somebody else approves."""
    at = base.at + timedelta(hours=2)
    denied = replace(base, at=at, granted=False, over=False, used=False, denied_at=at + timedelta(minutes=9))
    later = at + timedelta(hours=1 + random.random() * 40)
    return Attack(Asked(person.id, base.entitlement, base.resource, later), (denied,))


def _hoards(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """Access kept open and not used, in case it is useful one day."""
    kept = tuple(
        PastRequest(base.at + timedelta(days=number), "vault-read", "vault", True, True)
        for number in range(1, 5)
    )
    return Attack(Asked(person.id, "vault-read", "vault", base.at + timedelta(days=6)), kept)


def _colludes(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """Two who approve whatever the other requests, without reading."""
    other = "UACCOMPLICE"

    def quick(who: str) -> Iterator[PastRequest]:
        for number in range(1, 5):
            review = PastReview(who, True, 4 + int(random.random() * 20))
            yield replace(base, at=base.at + timedelta(days=number), reviews=(review,))

    last = Asked(person.id, base.entitlement, base.resource, base.at + timedelta(days=6))
    return Attack(last, tuple(quick(other)), tuple(quick(person.id)), other)


def _accomplice(random: Random, company: Company, person: Person, base: PastRequest) -> Attack:
    """An approver's session left open: an accomplice is named their delegate, then requests are made."""
    at = base.at + timedelta(minutes=random.random() * 60 * 48)
    owner = approvers_of(company.assumed, person)[0]
    asked = Delegation("UACCOMPLICE", owner, "away-forged", base.at)
    return Attack(Asked(person.id, base.entitlement, base.resource, at, (asked,)))


ATTACKS: Mapping[Signal, tuple[str, Plan]] = {
    "burst": ("requests everything within half an hour", _sweep),
    "denied-recently": ("requests again after a denial", _insists),
    "approve-each-other": ("two approve each other unread", _colludes),
    "unusual-hour": ("uses a stolen session at night", _at_night),
    "first-time": ("requests what isn't theirs", _new_resource),
    "never-used": ("keeps access in reserve", _hoards),
    "new-delegate": ("has an accomplice made an approver's delegate", _accomplice),
}
"""By the signal that is meant to show it: what is done, in words."""
