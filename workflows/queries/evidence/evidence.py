"""What a pack holds before it is written: each check's findings and samples, each control's checks, and the proofs."""

import asyncio
from collections.abc import Iterator
from collections.abc import Mapping as Facts
from dataclasses import dataclass
from typing import Any

from workflows.audit.export.extract import Taken
from workflows.audit.export.sampling import draw
from workflows.audit.log import Log
from workflows.audit.tlog.checkpoint import Checkpoint, read_body
from workflows.audit.tlog.note import read_note
from workflows.queries.evidence.checks import CHECKS
from workflows.queries.evidence.checks.check import Check, Found
from workflows.queries.evidence.checks.reviews import reviews_of
from workflows.queries.evidence.controls import Mapping, packaged_controls
from workflows.queries.evidence.gather import Gathered, Gatherer
from workflows.queries.evidence.period import Period
from workflows.queries.extract import take_under
from workflows.system.access_reviews.state import AccessReview

SAMPLES = 25
"""Of each population, unless someone asks for another number."""
MAX_SAMPLES = 100


@dataclass(frozen=True)
class Checked:
    """A check with what it found, and the subjects drawn from its population."""

    check: Check
    found: Found
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """All of it. `extract` has every event of the samples, and each event that is noted, with its inclusion proof.

    `growth` proves that the log of the seed's checkpoint grew into that of the newest one.
    """

    gathered: Gathered
    checked: tuple[Checked, ...]
    controls: Mapping
    count: int
    extract: Taken
    growth: tuple[bytes, ...]

    @property
    def period(self) -> Period:
        return self.gathered.history.period

    @property
    def origin(self) -> str:
        return _head(self.gathered.last.own).origin

    @property
    def seed(self) -> Checkpoint:
        """The tree head that the samples are drawn by."""
        return _head(self.gathered.seed.own)

    @property
    def empty(self) -> bool:
        """Whether nothing happened in the period that any check looks at."""
        return not self.gathered.history.events

    @property
    def over(self) -> bool:
        """Whether the period is over, so that its samples can't change any more."""
        history = self.gathered.history
        return self.gathered.seed.at >= history.period.ends

    @property
    def reviews(self) -> tuple[AccessReview, ...]:
        return reviews_of(self.gathered.history)

    def of(self, name: str) -> Checked:
        """What the check of this name found."""
        return next(one for one in self.checked if one.check.name == name)


async def collect(gatherer: Gatherer, log: Log, period: Period, count: int, by: str) -> Evidence:
    """Check a period, draw `count` samples of each population, and prove them. `by` says who wanted it.

    Raises PeriodError if the period is too large, Retryable if the log isn't signed or indexed that far yet.
    """
    gathered = await gatherer.gather(period)
    seed = _head(gathered.seed.own).root
    checked = []
    for check in CHECKS.values():
        found = await asyncio.to_thread(check.run, gathered.history)
        checked.append(Checked(check, found, draw(seed, check.name, found.population, count)))
    drawn = frozenset(subject for one in checked for subject in one.samples)
    places = [note.index for one in checked for note in one.found.noted if note.index is not None]
    stories = await gatherer.stories(drawn, gathered.last.size)
    behind = frozenset(subject for one in stories for subject in named_in(one.told.facts))
    stories += await gatherer.stories(behind - drawn, gathered.last.size)
    events = await gatherer.logged([*places, *(one.index for one in stories)])
    about = {
        "wanted": f"evidence of {period}",
        "taken_by": by,
        "taken_at": f"{gathered.history.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    extract = await take_under(log, gathered.last, events, about)
    grew = 0 < gathered.seed.size < gathered.last.size
    growth = await log.consistency(gathered.seed.size, gathered.last.size) if grew else ()
    return Evidence(gathered, tuple(checked), packaged_controls(), count, extract, growth)


def named_in(facts: Facts[str, Any]) -> Iterator[str]:
    """Give the subjects whose stories show that an approval could be given so: a delegate's absence, a signer's passkey."""
    yield from (str(one["absence"]) for one in facts.get("delegated_by") or ())
    if signed := facts.get("signed"):
        yield str(signed["passkey"])


def _head(note: str) -> Checkpoint:
    return read_body(read_note(note.encode()).body)
