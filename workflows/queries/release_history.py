"""What was live of a service, from when until when, and by which release."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflows.ledger.repository import Repository
from workflows.releases.state import KIND, STANDING, Release

PAST = (*STANDING, "replaced")
"""Statuses of a release that has been live."""
RELEASES_READ = 200
"""Of all services, at a time."""
MAX_READS = 25
"""After which a page is given up short, with where to go on."""


@dataclass(frozen=True)
class LivePeriod:
    """A version was live by `release`, or, with `rolled_back`, because that was rolled back.

    `version` is empty for nothing; `until` is None while it lasts, as far as releases tell.
    """

    version: str
    since: datetime
    until: datetime | None
    release: Release
    rolled_back: bool = False


@dataclass(frozen=True)
class LiveHistory:
    """Periods, the newest first; `next` is the release to go on from, None at the end."""

    periods: tuple[LivePeriod, ...]
    next: str | None


async def live_history(
    reads: Repository,
    sees: Callable[[Release], Awaitable[bool]],
    service: str,
    before: str | None,
    limit: int,
) -> LiveHistory:
    """What was live of the service by at most `limit` releases, older than the one named `before`.

    Periods end when they ended, though the reader may not see by which release.
    """
    found, following = await _releases(reads, service, before, limit)
    newer = await reads.find(Release, before) if before else None
    periods = periods_of(found, newer.live_at if newer else None)
    seen = {one.id for one in found if await sees(one)}
    return LiveHistory(tuple(one for one in periods if one.release.id in seen), following)


def periods_of(releases: Sequence[Release], until: datetime | None) -> tuple[LivePeriod, ...]:
    """The periods of these releases of one service, the newest first; the last one lasts `until` then."""
    periods: list[LivePeriod] = []
    dated = [(one.live_at, one) for one in releases if one.live_at]
    for live_at, release in sorted(dated, key=lambda pair: pair[0], reverse=True):
        back_at = release.rolled_back_at
        if back_at:
            version = release.rolled_back_to or ""
            periods.append(LivePeriod(version, back_at, until, release, rolled_back=True))
        periods.append(LivePeriod(release.version, live_at, back_at or until, release))
        until = live_at
    return tuple(periods)


async def _releases(
    reads: Repository, service: str, before: str | None, limit: int
) -> tuple[list[Release], str | None]:
    found: list[Release] = []
    for _ in range(MAX_READS):
        some = await reads.page(Release, KIND, PAST, before, RELEASES_READ)
        found += [one for one in some if one.terms.service == service and one.live_at]
        if len(found) > limit:
            return found[:limit], found[limit - 1].id
        if len(some) < RELEASES_READ:
            return found, None
        before = some[-1].id
    return found, before
