"""An export's events beside the hashes that its level 0 tiles have for them: what was done to which event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

Hashes = Sequence[bytes | None]


class DoneAtVault(Enum):
    """What was done to an event."""

    CHANGED = "something else stands at its place"
    REPLACED = "a copy of another stands at its place"
    MOVED = "it stands at another's place"
    MISSING = "it is nowhere"
    UNREADABLE = "its bundle can't be read there"
    DOUBLED = "it stands there a second time"
    ADDED = "what stands there is none of the log"
    BEHIND = "it stands behind the last that is expected"


_IN_RUNS = (DoneAtVault.MOVED, DoneAtVault.MISSING, DoneAtVault.UNREADABLE, DoneAtVault.BEHIND)


@dataclass(frozen=True)
class Deviation:
    """`count` events from `index` on, which stand, or would have to, at the places from `place` on.

    A place is counted by what is here, an index by the log. `copied` is the index of what stands in the place
    of a REPLACED event. What was ADDED or is BEHIND has no index but its place.
    """

    done: DoneAtVault
    index: int
    place: int
    count: int = 1
    copied: int | None = None

    @property
    def last(self) -> int:
        return self.index + self.count - 1


def deviations(found: Hashes, expected: Hashes) -> list[Deviation]:
    """What tells the events' hashes as found from those expected, in the order of the log.

    None is found where nothing can be read, and expected where no hash is known: anything new fits there.
    """
    return list(_in_runs(_Walk(found, expected).deviations()))


class _Walk:
    """One pass over both, hand in hand, in time that grows as they do, however they were mixed up."""

    def __init__(self, found: Hashes, expected: Hashes) -> None:
        self._found = found
        self._expected = expected
        self._home = {hashed: index for index, hashed in enumerate(expected) if hashed}
        self._present = Counter(hashed for hashed in found if hashed)
        self._seen: set[bytes] = set()
        self._index = self._place = 0

    def deviations(self) -> Iterator[Deviation]:
        while self._index < len(self._expected) and self._place < len(self._found):
            yield from self._step()
        yield from self._missing(len(self._expected))
        yield from map(self._behind, range(self._place, len(self._found)))

    def _behind(self, place: int) -> Deviation:
        hashed = self._found[place]
        if hashed and hashed in self._seen and hashed in self._home:
            return Deviation(DoneAtVault.DOUBLED, self._home[hashed], place)
        return Deviation(DoneAtVault.BEHIND, place, place)

    def _step(self) -> Iterator[Deviation]:
        """What is to be said of the next index and place; goes on behind the one, the other, or both."""
        index, place = self._index, self._place
        here, wanted = self._found[place], self._expected[index]
        own = self._home.get(here) if here else None
        again = self._present[here or b""] > 1
        if own is not None and own > index and not again and self._all_gone(index, own):
            yield from self._missing(own)
            return
        self._place += 1
        if here:
            self._seen.add(here)
        gone = wanted is not None and wanted not in self._present
        surplus = len(self._found) - place > len(self._expected) - index
        if surplus and here and not gone and here != wanted and (again or (own is None and wanted)):
            yield (
                Deviation(DoneAtVault.ADDED, place, place)
                if own is None
                else Deviation(DoneAtVault.DOUBLED, own, place)
            )
            return
        self._index += 1
        if here is None:
            yield Deviation(DoneAtVault.UNREADABLE, index, place)
        elif here != wanted and not (wanted is None and own is None):
            yield from _at_another(index, place, own, again, gone)

    def _all_gone(self, start: int, end: int) -> bool:
        return all(self._expected[index] not in self._present for index in range(start, end))

    def _missing(self, end: int) -> Iterator[Deviation]:
        if end > self._index:
            yield Deviation(DoneAtVault.MISSING, self._index, self._place, end - self._index)
        self._index = max(end, self._index)


def _at_another(index: int, place: int, own: int | None, again: bool, gone: bool) -> Iterator[Deviation]:
    """Where event `index` was expected stands the one that belongs at `own`, or none of the log."""
    if own is None:
        yield Deviation(DoneAtVault.CHANGED if gone else DoneAtVault.ADDED, index if gone else place, place)
    elif again and gone:
        yield Deviation(DoneAtVault.REPLACED, index, place, copied=own)
    elif again:
        yield Deviation(DoneAtVault.DOUBLED, own, place)
    else:
        yield Deviation(DoneAtVault.MOVED, own, place)
        if gone:
            yield Deviation(DoneAtVault.MISSING, index, place)


def _in_runs(given: Iterable[Deviation]) -> Iterator[Deviation]:
    """Neighbours to which the same was done, as one."""
    run: Deviation | None = None
    for one in given:
        if run and run.done is one.done in _IN_RUNS and _goes_on(run, one):
            run = Deviation(run.done, run.index, run.place, run.count + one.count)
            continue
        if run:
            yield run
        run = one
    if run:
        yield run


def _goes_on(run: Deviation, one: Deviation) -> bool:
    follows = one.index == run.last + 1
    return follows and (one.done is DoneAtVault.MISSING or one.place == run.place + run.count)
