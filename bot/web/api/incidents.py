"""Incidents, to read. They are declared and commanded by people, in Slack."""

from fastapi import APIRouter

from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Before, Limit, Subject, listed
from bot.web.api.problems import documented
from bot.web.api.responses import incident_of
from bot.web.api.schemas import Incident as Shown
from bot.web.api.schemas import Page
from workflows.incidents.state import EVERY, Incident, Status

routes = APIRouter(tags=["incidents"])


@routes.get("/incidents", responses=documented())
async def list_incidents(
    api: TheApi, by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
) -> Page[Shown]:
    """Incidents you can see, newest first."""
    wanted = (status,) if status else EVERY
    return await listed(api, by, Incident, wanted, before, limit, incident_of)


@routes.get("/incidents/{incident}", responses=documented(404))
async def one_incident(api: TheApi, by: By, incident: Subject) -> Shown:
    """One incident."""
    return incident_of(await api.find(by, Incident, incident))
