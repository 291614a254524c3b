"""Compares an export's events with the hashes in its level 0 tiles, and says what happened to which event."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

Hashes = Sequence[bytes | None]


class Tampering(Enum):
    """What happened to an event."""

    CHANGED = "its place has something else"
    REPLACED = "its place has a copy of another event"
    MOVED = "it is at another event's place"
    MISSING = "it is nowhere"
    UNREADABLE = "its bundle can't be read there"
    DUPLICATED = "it is there a second time"
    ADDED = "the place has something that isn't in the log"
    AFTER_THE_END = "it is after the last expected event"


_IN_RUNS = (Tampering.MOVED, Tampering.MISSING, Tampering.UNREADABLE, Tampering.AFTER_THE_END)


@dataclass(frozen=True)
class Deviation:
    """What happened to `count` events from `index` on, found (or missing) at the places from `place` on.

    An index counts the log's events, a place counts those in the export. `copied` is the index of the event that
    replaced a REPLACED one. For ADDED and AFTER_THE_END, `index` is the place.
    """

    done: Tampering
    index: int
    place: int
    count: int = 1
    copied: int | None = None

    @property
    def last(self) -> int:
        return self.index + self.count - 1


def deviations(found: Hashes, expected: Hashes) -> list[Deviation]:
    """Give the differences between the events' hashes as found and as expected, in the order of the log.

    A hash found is None where nothing can be read. One expected is None where it isn't known; anything fits there.
    """
    if found == expected and None not in found:
        return []
    return list(_in_runs(_Walk(found, expected).deviations()))


class _Walk:
    """One pass over both lists, in time linear in their length however they were mixed up."""

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
            return Deviation(Tampering.DUPLICATED, self._home[hashed], place)
        return Deviation(Tampering.AFTER_THE_END, place, place)

    def _step(self) -> Iterator[Deviation]:
        """Give what is wrong at the next index and place, and move past one of them or both."""
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
                Deviation(Tampering.ADDED, place, place)
                if own is None
                else Deviation(Tampering.DUPLICATED, own, place)
            )
            return
        self._index += 1
        if here is None:
            yield Deviation(Tampering.UNREADABLE, index, place)
        elif here != wanted and not (wanted is None and own is None):
            yield from _at_another(index, place, own, again, gone)

    def _all_gone(self, start: int, end: int) -> bool:
        return all(self._expected[index] not in self._present for index in range(start, end))

    def _missing(self, end: int) -> Iterator[Deviation]:
        if end > self._index:
            yield Deviation(Tampering.MISSING, self._index, self._place, end - self._index)
        self._index = max(end, self._index)


def _at_another(index: int, place: int, own: int | None, again: bool, gone: bool) -> Iterator[Deviation]:
    """Judge a place that has the event of index `own`, or none of the log's, where event `index` was expected."""
    if own is None:
        yield Deviation(Tampering.CHANGED if gone else Tampering.ADDED, index if gone else place, place)
    elif again and gone:
        yield Deviation(Tampering.REPLACED, index, place, copied=own)
    elif again:
        yield Deviation(Tampering.DUPLICATED, own, place)
    else:
        yield Deviation(Tampering.MOVED, own, place)
        if gone:
            yield Deviation(Tampering.MISSING, index, place)


def _in_runs(given: Iterable[Deviation]) -> Iterator[Deviation]:
    """Join neighbours to which the same happened."""
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
    return follows and (one.done is Tampering.MISSING or one.place == run.place + run.count)
