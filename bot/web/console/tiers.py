"""The risk tier of each service: which counts and why, when its answers are due again, and which counted before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console.auth import Console, visitor
from bot.web.console.summary import names_of
from bot.web.console.templating import Show
from workflows.ledger.repository import Repository
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Directory
from workflows.releases.answers import with_answers
from workflows.releases.evidence import Evidence
from workflows.releases.narrative import WHY_TIER
from workflows.releases.state import EVERY, Release
from workflows.releases.tiers import TierStanding, standing_of

MAX_RELEASES = 200
"""The newest of all services, from which the past is told."""
MAX_CHANGES = 10
"""Of one service."""


@dataclass(frozen=True)
class TierChange:
    """A tier that a release had and the one before it hadn't, or by other answers."""

    title: str
    why: str
    since: datetime
    release: str


@dataclass(frozen=True)
class ServiceTier:
    """One service as the page shows it."""

    title: str
    standing: TierStanding
    why: str
    approved_by: str
    past: Sequence[TierChange]


def router(console: Console, show: Show) -> APIRouter:
    """The page's route."""
    routes = APIRouter()

    @routes.get("/tiers")
    async def tiers(request: Request) -> Response:
        by = await visitor(console, request)
        world = console.world()
        visible, _ = await console.reading.listed(by.reader, Release, EVERY, None, MAX_RELEASES)
        services = [
            await service_tier(console.reads, terms, visible, world.directory, console.now())
            for _, terms in sorted(world.bundle.services.items())
            if terms.tiering
        ]
        return show.page(request, "tiers.html", by=by, services=services)

    return routes


async def service_tier(
    reads: Repository,
    terms: ReleaseTerms,
    releases: Iterable[Release],
    directory: Directory,
    now: datetime,
) -> ServiceTier:
    """Find which tier counts for a service that has tiers, and which counted for these releases of it."""
    assert terms.tiering is not None
    read = await with_answers(reads, terms, Evidence(candidate=None, live=None))
    standing = standing_of(terms.tiering, read, (), directory, now)
    return ServiceTier(
        title=terms.title,
        standing=standing,
        why=WHY_TIER[standing.why],
        approved_by=names_of(standing.approved_by, directory),
        past=tier_changes(one for one in releases if one.terms.service == terms.service),
    )


def tier_changes(releases: Iterable[Release]) -> list[TierChange]:
    """When another tier counted for a service's releases, or the same by other answers; the newest first."""
    found: list[TierChange] = []
    before = None
    for state in sorted(releases, key=lambda one: one.id):
        if state.tier is None or state.tier.bound == before:
            continue
        before = state.tier.bound
        why = WHY_TIER[state.tier.why]
        found.append(TierChange(state.tier.title, why, state.proposed_at, state.id))
    return found[: -MAX_CHANGES - 1 : -1]
