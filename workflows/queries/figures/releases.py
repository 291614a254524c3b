"""Figures of releases: what became of each that was proposed, and how long it took to go live."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from workflows.queries.figures.spread import Spread, spread_of
from workflows.releases.state import Release


@dataclass(frozen=True)
class ReleaseFigures:
    """The releases of a service, or of all, by when they were proposed. `live` counts all that ever went live.

    `troubled` were live and drifted, had other bytes than were approved, or failed a check. `to_live` is how long it
    took from the proposal.
    """

    service: str
    title: str
    proposed: int
    live: int
    rejected: int
    not_decided: int
    rolled_back: int
    troubled: int
    to_live: Spread


def release_figures(releases: Iterable[Release]) -> tuple[ReleaseFigures, tuple[ReleaseFigures, ...]]:
    """The figures of all, and of each service by its name."""
    every = sorted(releases, key=_service)
    services = [(name, list(some)) for name, some in groupby(every, _service)]
    return (
        _figures("", "", every),
        tuple(_figures(name, some[-1].terms.title, some) for name, some in services),
    )


def _service(release: Release) -> str:
    return release.terms.service


def _figures(service: str, title: str, releases: list[Release]) -> ReleaseFigures:
    live = [one for one in releases if one.live_at]
    return ReleaseFigures(
        service=service,
        title=title,
        proposed=len(releases),
        live=len(live),
        rejected=sum(one.status == "rejected" for one in releases),
        not_decided=sum(one.status in ("lapsed", "withdrawn", "superseded") for one in releases),
        rolled_back=sum(one.status in ("rolling back", "rolled back") for one in live),
        troubled=sum(_troubled(one) for one in live),
        to_live=spread_of((one.live_at - one.proposed_at).total_seconds() for one in live if one.live_at),
    )


def _troubled(release: Release) -> bool:
    failed = any(one.verdict == "failed" for one in release.checks)
    return release.drifted or bool(release.swapped) or failed
