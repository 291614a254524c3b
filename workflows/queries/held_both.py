"""Who had two things together, and when: found in the log, for one reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.policy.evaluation.separation import one_person
from workflows.ports import Directory
from workflows.queries.queries import HeldAccess, Holder, Queries
from workflows.queries.visibility import Viewer

MAX_SPAN = timedelta(days=92)
"""Of a question for who had access: the index is read for each of its days."""


@dataclass(frozen=True)
class HeldBoth:
    """Two grants of one person, and the time in which they had both. `until` is None while they still do."""

    first: Holder
    second: Holder
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Both:
    """Who had both at some time, by begin. It is `whole` unless the index is far behind."""

    found: tuple[HeldBoth, ...]
    whole: bool


async def held_both(
    queries: Queries,
    by: Viewer,
    directory: Directory,
    resources: tuple[str, str],
    at: datetime,
    until: datetime | None = None,
) -> Both:
    """Who had access to both of these resources or entitlements at that moment, or at any time from it to `until`.

    Accounts and machines count as one person's by what is known of them now.
    """
    first, second = [await queries.held(by, one, at, until) for one in resources]
    return Both(tuple(_both(directory, first, second, at, until)), first.whole and second.whole)


def _both(
    directory: Directory, first: HeldAccess, second: HeldAccess, at: datetime, until: datetime | None
) -> Iterator[HeldBoth]:
    found: list[HeldBoth] = []
    paired: set[frozenset[str]] = set()
    for one in first.holders:
        people = one_person(directory, one.access.requester)
        for other in second.holders:
            pair = frozenset({one.access.id, other.access.id})
            if len(pair) < 2 or pair in paired or other.access.requester not in people:
                continue
            span = _overlap(one, other)
            if span and span[0] <= (until or at) and (span[1] is None or at < span[1]):
                paired.add(pair)
                found.append(HeldBoth(one, other, *span))
    yield from sorted(found, key=lambda each: (each.since, each.first.access.id, each.second.access.id))


def _overlap(one: Holder, other: Holder) -> tuple[datetime, datetime | None] | None:
    """From when until when both were held; None if they never were at once."""
    since = max(one.since, other.since)
    until = min((end for end in (one.until, other.until) if end), default=None)
    return None if until is not None and until <= since else (since, until)
