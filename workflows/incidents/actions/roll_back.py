"""Roll back the release of a service that was live when the step began."""

from workflows.incidents.actions.action import PLAYBOOK, SURFACE, ActionKind, Performing
from workflows.ports import Permanent, Retryable
from workflows.releases.commands import RollBack
from workflows.releases.state import KIND, STANDING, Release

LOOK_AGAIN_SECONDS = 0.5


class RollingBack(Retryable):
    """It isn't done yet."""

    pause = LOOK_AGAIN_SECONDS


async def _perform(performing: Performing) -> str:
    """The release is the one that was live when the step began, however often it is tried."""
    release = await _release(performing)
    if release.status == "rolled back":
        return "Rolled back (confirmed)."
    if release.status != "rolling back":
        because = f"Incident {performing.incident.number}: {performing.incident.title}"
        outcome = await performing.ledger.handle(RollBack(release.id, because), PLAYBOOK, SURFACE)
        if outcome.refusal:
            raise Permanent(outcome.refusal.sentence)
    raise RollingBack(f"Rolling back {release.terms.title} {release.version}…")


async def _release(performing: Performing) -> Release:
    service, began = performing.action.service, performing.began
    releases = [
        one
        for one in await performing.reads.in_status(Release, KIND, STANDING)
        if one.terms.service == service and one.live_at and one.live_at <= began
    ]
    if not releases:
        raise Permanent(f"Daypass hasn't released {service}, so there's nothing to roll back.")
    return max(releases, key=lambda one: (one.live_at or began, one.id))


ROLL_BACK = ActionKind(
    "roll-back",
    describe=lambda incident, action: f"rolls back {action.service}",
    perform=_perform,
    reaches_outside=True,
    outlives_incident=True,
)
