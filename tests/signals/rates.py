"""How often each signal is raised over a year in which nobody means harm, and how many attacks it shows."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.signals.attacks import ATTACKS
from tests.signals.company import BEGINS, Company, build_company
from workflows.access.signals import SIGNAL_KINDS, signals_of
from workflows.access.signals.approve_each_other import LEAST
from workflows.access.signals.history import (
    MAX_REQUESTS,
    Asked,
    History,
    PastRequest,
    quick_approvers,
)

SEED = 15
ATTACKS_OF_EACH = 100
LEARNING = timedelta(days=60)
"""After which requests count: a new installation knows nobody's habits."""


@dataclass(frozen=True)
class Rate:
    """Of one signal: raised so often for so many ordinary requests, and for so many attacks meant for it."""

    signal: str
    raised: int
    requests: int
    shown: int
    attacks: int

    @property
    def false_alarms(self) -> float:
        return self.raised / self.requests

    @property
    def hits(self) -> float:
        return self.shown / self.attacks


@dataclass(frozen=True)
class Rates:
    """Of every signal, and how many ordinary requests have any."""

    people: int
    requests: int
    any: int
    each: tuple[Rate, ...]


def measure(seed: int = SEED) -> Rates:
    """Build the company and look at every request of it."""
    company = build_company(seed)
    found: Counter[str] = Counter()
    requests = unusual = 0
    for asked, history in _ordinary(company):
        raised = signals_of(history, asked).raised
        found.update(raised)
        requests += 1
        unusual += bool(raised)
    shown = _shown(company, Random(seed))
    each = tuple(Rate(name, found[name], requests, shown[name], ATTACKS_OF_EACH) for name in SIGNAL_KINDS)
    return Rates(len(company.people), requests, unusual, each)


def _ordinary(company: Company) -> Iterator[tuple[Asked, History]]:
    for person in company.people:
        made = company.requests[person.id]
        for index, one in enumerate(made):
            if one.at - BEGINS >= LEARNING:
                delegations = company.delegations(person, one.at)
                asked = Asked(person.id, one.entitlement, one.resource, one.at, delegations)
                yield asked, _history(company, person.id, made, index)


def _history(company: Company, who: str, made: tuple[PastRequest, ...], index: int) -> History:
    requests = _newest(made, index)
    approvers = quick_approvers(requests, LEAST)
    at = made[index].at
    theirs = {
        one: _newest(others, bisect_left(others, at, key=lambda other: other.at))
        for one in approvers
        if (others := company.requests.get(one))
    }
    return History(BEGINS, requests, theirs)


def _newest(made: tuple[PastRequest, ...], until: int) -> tuple[PastRequest, ...]:
    return tuple(reversed(made[max(0, until - MAX_REQUESTS) : until]))


def _shown(company: Company, random: Random) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, (_, plan) in ATTACKS.items():
        for _ in range(ATTACKS_OF_EACH):
            person = company.people[int(random.random() * len(company.people))]
            made = company.requests[person.id]
            index = len(made) // 2 + int(random.random() * (len(made) // 3))
            attack = plan(random, company, person, made[index])
            known = _history(company, person.id, made, index + 1)
            found[name] += name in signals_of(attack.history(known), attack.last).raised
    return found


def table(rates: Rates) -> str:
    """The rates as a table in Markdown."""
    rows = [
        f"| `{one.signal}` | {one.raised} of {one.requests:,} ({one.false_alarms:.2%}) "
        f"| {ATTACKS[SIGNAL_KINDS[one.signal].name][0]} | {one.shown} of {one.attacks} |"
        for one in rates.each
    ]
    total = f"| any of them | {rates.any} of {rates.requests:,} ({rates.any / rates.requests:.2%}) | | |"
    head = ["| signal | false alarms | attack | shown |", "|---|---|---|---|"]
    return "\n".join([*head, *rows, total])
