"""Incidents, to read. They are declared and commanded by people, in Slack."""

from typing import Annotated

from fastapi import APIRouter, Depends

from bot.web.api.auth import Api, Authenticate, Caller
from bot.web.api.idempotency import Before, Limit, Subject, listed
from bot.web.api.problems import documented
from bot.web.api.schemas import Incident as Shown
from bot.web.api.schemas import Page, incident_of
from workflows.incidents.state import EVERY, Incident, Status


def router(api: Api, caller: Authenticate) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["incidents"])
    By = Annotated[Caller, Depends(caller)]

    @routes.get("/incidents", responses=documented())
    async def list_incidents(
        by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
    ) -> Page[Shown]:
        """Incidents that are any business of yours, newest first."""
        wanted = (status,) if status else EVERY
        return await listed(api, by, Incident, wanted, before, limit, incident_of)

    @routes.get("/incidents/{incident}", responses=documented(404))
    async def one_incident(by: By, incident: Subject) -> Shown:
        """One incident."""
        return incident_of(await api.find(by, Incident, incident))

    return routes
