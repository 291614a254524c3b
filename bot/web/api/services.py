"""Services: what was live of each and when, and what changed between two releases."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query

from bot.web.api.auth import Api, By, Caller, TheApi
from bot.web.api.idempotency import MAX_ID_CHARS, Before, Limit, Subject
from bot.web.api.problems import documented, not_found
from bot.web.api.responses import gates_of
from bot.web.api.schemas import Page
from bot.web.api.service_schemas import Period, ReleaseChanges, VersionChange
from workflows.queries.release_history import LivePeriod, live_history
from workflows.releases.changes import changed_releases
from workflows.releases.state import Release

routes = APIRouter(tags=["releases"])
Service = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", max_length=60)]
Since = Annotated[str | None, Query(pattern=r"^rel_[0-9A-Z]{26}$", max_length=MAX_ID_CHARS)]


@routes.get("/services/{service}/history", responses=documented(404))
async def service_history(
    api: TheApi, by: By, service: Service, before: Before = None, limit: Limit = 50
) -> Page[Period]:
    """What was live of a service and when, newest first, by the releases you can see. `limit` counts releases."""

    async def sees(release: Release) -> bool:
        return await api.reading.find(by.reader, Release, release.id) is not None

    found = await live_history(api.reads, sees, service, before, limit)
    if not found.periods and service not in api.world().bundle.services:
        raise not_found()
    return Page(items=[_period(api, one) for one in found.periods], next=found.next)


@routes.get("/releases/{release}/changes", responses=documented(404))
async def release_changes(api: TheApi, by: By, release: Subject, since: Since = None) -> ReleaseChanges:
    """What changed since the release that was live before, or since any other one of the same service."""
    after = await api.find(by, Release, release)
    before = await _since(api, by, after, since)
    changes = [VersionChange(**asdict(one)) for one in changed_releases(before, after)]
    versions = {"version": after.version, "since_version": before.version}
    return ReleaseChanges(release=after.id, since=before.id, changes=changes, **versions)


async def _since(api: Api, by: Caller, after: Release, since: str | None) -> Release:
    """The release to compare with. Raises Failed if there is none that they can see."""
    made_live = (one.release for one in after.earlier if one.version == after.replaces)
    subject = since or next(made_live, None)
    if subject is None:
        raise not_found()
    before: Release = await api.find(by, Release, subject)
    if before.terms.service != after.terms.service:
        raise not_found()
    return before


def _period(api: Api, period: LivePeriod) -> Period:
    release, directory = period.release, api.world().directory
    earlier = {one.version: one for one in release.earlier}
    artifact = release.digest_of_version(period.version) if period.rolled_back else release.artifact_digest
    approved = [one.reviewer for one in release.reviews if one.verdict == "approve"]
    brought_back = earlier.get(period.version) if period.rolled_back else None
    return Period(
        version=period.version or None,
        since=period.since,
        until=period.until,
        release=release.id,
        rolled_back=period.rolled_back,
        rolled_back_by=release.rollback_by if period.rolled_back else None,
        proposed_by=brought_back.by if brought_back else release.requester,
        approved_by={} if period.rolled_back else {one: directory.name_of(one) for one in approved},
        artifact=artifact,
        gates=[] if period.rolled_back else gates_of(release.results),
        rule=release.terms.rule,
        policy=release.terms.digest,
    )
