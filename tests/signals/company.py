"""A year of access requests at a company that doesn't exist, the same for the same seed. Nobody in it means harm.

What is assumed of it is in `Assumptions`, and in docs/signals.md beside the rates that come of it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from workflows.access.signals.history import Delegation, PastRequest, PastReview

BEGINS = datetime(2025, 1, 6, tzinfo=UTC)
"""A Monday."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Assumptions:
    """Rates are per person unless said; times of day are local."""

    days: int = 364
    teams: int = 6
    people_a_team: int = 7
    offsets: tuple[int, ...] = (-8, 0, 1)
    """Hours from UTC in winter, one a team in turn; from April to October an hour more."""
    works_from: float = 9.0
    works_until: float = 17.5
    requests_a_workday: float = 0.6
    resources_a_team: int = 3
    projects_a_year: float = 4.0
    """Each brings a resource that is new to the person, for six weeks."""
    project_share: float = 0.4
    """Of the requests during a project."""
    days_off: int = 25
    late_share: float = 0.03
    """Of requests: made in the evening or at the weekend."""
    busy_day: float = 0.004
    """Share of workdays on which a release or a backfill takes four to seven requests within an hour."""
    calls_a_week: float = 1.5
    """Incidents of whoever is on call, at any hour, with one to three requests each."""
    travels: int = 7
    """Days a year in another zone."""
    denied: float = 0.04
    asks_again: float = 0.5
    unused: float = 0.12
    answer_minutes: float = 8.0
    """The median."""
    quick: float = 0.05
    """Share of approvals within 30 seconds."""
    delegating: float = 0.5
    """Of an approver's weeks off: somebody decides for them, from Friday evening to Monday morning a week later."""
    usual_deputy: float = 0.75
    """Of those: the one whom they usually ask; otherwise anyone of their team."""


@dataclass(frozen=True)
class Person:
    """Somebody of a team; `away` are the numbers of days off, `travelling` those in another zone."""

    id: str
    team: int
    offset: int
    away: frozenset[int]
    travelling: frozenset[int]
    projects: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Stay:
    """Time for which somebody decides for an approver; `since`: when that approver first asked them."""

    delegation: Delegation
    began: datetime
    until: datetime


@dataclass(frozen=True)
class Company:
    """Requests by requester, oldest first; and by approver, when others decided for them."""

    assumed: Assumptions
    people: tuple[Person, ...]
    requests: dict[str, tuple[PastRequest, ...]]
    stays: dict[str, tuple[Stay, ...]]

    def delegations(self, who: Person, at: datetime) -> tuple[Delegation, ...]:
        """Who could decide a request of theirs as a delegate then."""
        owners = approvers_of(self.assumed, who)
        return tuple(
            stay.delegation
            for owner in owners
            for stay in self.stays[owner]
            if stay.began <= at < stay.until and stay.delegation.delegate not in {who.id, *owners}
        )


def build_company(seed: int, assumed: Assumptions | None = None) -> Company:
    """Live through the year."""
    assumed = assumed or Assumptions()
    random = Random(seed)
    people = tuple(
        _person(random, assumed, team, number)
        for team in range(assumed.teams)
        for number in range(assumed.people_a_team)
    )
    requests = {
        one.id: tuple(sorted(_year(random, assumed, one, index), key=lambda made: made.at))
        for index, one in enumerate(people)
    }
    chance = Random(seed + 1)
    return Company(assumed, people, requests, {one.id: tuple(_stays(chance, assumed, one)) for one in people})


def approvers_of(assumed: Assumptions, person: Person) -> list[str]:
    """The two owners of what a team uses, and one of the next team, without the person."""
    near = [f"U{person.team}0", f"U{person.team}1", f"U{(person.team + 1) % assumed.teams}0"]
    return [one for one in near if one != person.id]


def resource_of(team: int, number: int) -> str:
    """A team's resource by its number."""
    return f"resource-{team}-{number}"


def _person(random: Random, assumed: Assumptions, team: int, number: int) -> Person:
    first = int(random.random() * (assumed.days - assumed.travels))
    return Person(
        id=f"U{team}{number}",
        team=team,
        offset=assumed.offsets[team % len(assumed.offsets)],
        away=frozenset(_weeks_off(random, assumed)),
        travelling=frozenset(range(first, first + assumed.travels)),
        projects=tuple(
            (int(random.random() * assumed.days), _elsewhere(random, assumed, team))
            for _ in range(_poisson(random, assumed.projects_a_year))
        ),
    )


def _weeks_off(random: Random, assumed: Assumptions) -> Iterator[int]:
    """Whole weeks, and the last days of the year, when nobody works."""
    yield from range(assumed.days - 10, assumed.days)
    for _ in range(assumed.days_off // 5):
        first = 7 * int(random.random() * (assumed.days // 7))
        yield from range(first, first + 7)


def _stays(random: Random, assumed: Assumptions, person: Person) -> Iterator[Stay]:
    """The weeks off for which somebody decides."""
    first: dict[str, datetime] = {}
    for week in range(assumed.days // 7):
        if 7 * week not in person.away or random.random() >= assumed.delegating:
            continue
        usual = (int(person.id[-1]) + 2) % assumed.people_a_team
        number = (
            usual if random.random() < assumed.usual_deputy else int(random.random() * assumed.people_a_team)
        )
        deputy = f"U{person.team}{number}"
        if deputy != person.id:
            began = _midnight(person, 7 * week - 3) + timedelta(hours=assumed.works_until)
            until = _midnight(person, 7 * week + 7) + timedelta(hours=assumed.works_from)
            since = first.setdefault(deputy, began)
            yield Stay(Delegation(deputy, person.id, f"away-{person.id}-{week}", since), began, until)


def _elsewhere(random: Random, assumed: Assumptions, team: int) -> str:
    other = (team + 1 + int(random.random() * (assumed.teams - 1))) % assumed.teams
    return resource_of(other, int(random.random() * assumed.resources_a_team))


def _year(random: Random, assumed: Assumptions, person: Person, index: int) -> Iterator[PastRequest]:
    for day in range(assumed.days):
        if day in person.away:
            continue
        if day % 7 < 5:
            yield from _workday(random, assumed, person, day)
        if (day // 7) % assumed.people_a_team == index % assumed.people_a_team:
            yield from _calls(random, assumed, person, day)


def _workday(random: Random, assumed: Assumptions, person: Person, day: int) -> Iterator[PastRequest]:
    for _ in range(_poisson(random, assumed.requests_a_workday)):
        yield from _asks(random, assumed, person, _at_work(random, assumed, person, day), day)
    if random.random() < assumed.busy_day:
        begins = _at_work(random, assumed, person, day)
        for _ in range(4 + int(random.random() * 4)):
            at = begins + timedelta(minutes=random.random() * 55)
            yield from _asks(random, assumed, person, at, day)


def _calls(random: Random, assumed: Assumptions, person: Person, day: int) -> Iterator[PastRequest]:
    for _ in range(_poisson(random, assumed.calls_a_week / 7)):
        begins = _midnight(person, day) + timedelta(hours=random.random() * 24)
        for _ in range(1 + int(random.random() * 3)):
            at = begins + timedelta(minutes=random.random() * 50)
            yield from _asks(random, assumed, person, at, day)


def _at_work(random: Random, assumed: Assumptions, person: Person, day: int) -> datetime:
    """The middle of the day is busiest; sometimes it is the evening or the weekend."""
    if random.random() < assumed.late_share:
        return _midnight(person, day + (5 - day % 7 if random.random() < 0.3 else 0)) + timedelta(
            hours=assumed.works_until + random.random() * 5
        )
    share = (random.random() + random.random()) / 2
    hours = assumed.works_from + share * (assumed.works_until - assumed.works_from)
    return _midnight(person, day) + timedelta(hours=hours)


def _midnight(person: Person, day: int) -> datetime:
    """In UTC; in summer an hour earlier, and elsewhere by that zone."""
    offset = person.offset + (1 if 84 <= day < 294 else 0) + (6 if day in person.travelling else 0)
    return BEGINS + day * DAY - timedelta(hours=offset)


def _asks(
    random: Random, assumed: Assumptions, person: Person, at: datetime, day: int
) -> Iterator[PastRequest]:
    """A request with its answer, and after a denial often another one."""
    first = _request(random, assumed, person, at, _what(random, assumed, person, day))
    yield first
    if first.denied_at and random.random() < assumed.asks_again:
        later = first.denied_at + timedelta(minutes=5 + random.random() * 120)
        again = _request(random, assumed, person, later, first.resource)
        yield replace(again, entitlement=first.entitlement)


def _what(random: Random, assumed: Assumptions, person: Person, day: int) -> str:
    running = [what for begins, what in person.projects if begins <= day < begins + 42]
    if running and random.random() < assumed.project_share:
        return running[-1]
    own = int((random.random() ** 2) * assumed.resources_a_team)
    return resource_of(person.team, own)


def _request(random: Random, assumed: Assumptions, person: Person, at: datetime, what: str) -> PastRequest:
    approvers = approvers_of(assumed, person)
    who, after = approvers[int(random.random() * len(approvers))], _answer_seconds(random, assumed)
    denied = random.random() < assumed.denied
    return PastRequest(
        at=at,
        entitlement=f"{what}-{'write' if random.random() < 0.2 else 'read'}",
        resource=what,
        granted=not denied,
        over=not denied,
        used=not denied and random.random() >= assumed.unused,
        denied_at=at + timedelta(seconds=after) if denied else None,
        reviews=(PastReview(who, not denied, after),),
    )


def _answer_seconds(random: Random, assumed: Assumptions) -> int:
    if random.random() < assumed.quick:
        return 5 + int(random.random() * 25)
    normal = math.sqrt(-2 * math.log(1 - random.random())) * math.cos(2 * math.pi * random.random())
    return max(31, int(60 * assumed.answer_minutes * math.exp(normal)))


def _poisson(random: Random, mean: float) -> int:
    """Knuth's method."""
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
