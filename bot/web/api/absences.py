"""Who is away and who decides for them, to read. People say so in Slack."""

from fastapi import APIRouter

from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Before, Limit, Subject, listed
from bot.web.api.problems import documented
from bot.web.api.schemas import Absence as Shown
from bot.web.api.schemas import Page
from workflows.system.absences.state import EVERY, Absence, Status

routes = APIRouter(tags=["absences"])


@routes.get("/absences", responses=documented())
async def list_absences(
    api: TheApi, by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
) -> Page[Shown]:
    """Times away that you can see, newest first: your own, those for whom you decide, and for auditors all."""
    wanted = (status,) if status else EVERY
    return await listed(api, by, Absence, wanted, before, limit, absence_of, owned=False)


@routes.get("/absences/{absence}", responses=documented(404))
async def one_absence(api: TheApi, by: By, absence: Subject) -> Shown:
    """One time away."""
    return absence_of(await api.find(by, Absence, absence))


def absence_of(state: Absence) -> Shown:
    """The response for an absence."""
    return Shown(
        id=state.id,
        person=state.owner,
        status=state.status,
        since=state.at,
        until=state.until,
        delegate=state.delegate,
        groups=list(state.groups),
        ended_at=state.ended_at,
        how=state.how,
    )
