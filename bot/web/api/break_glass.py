"""Access that was taken without approval, for auditors' tools."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from bot.web.api.auth import Api, Authenticate, Caller
from bot.web.api.problems import documented
from bot.web.api.responses import request_of
from bot.web.api.schemas import Request
from workflows.queries.break_glass import taken_without_approval

DAYS = 90
Days = Annotated[int, Query(ge=1, le=3_650)]


class TakenAccess(BaseModel):
    """Access taken without approval, newest first; `counts` by the status of its review.

    Not `whole`: more was taken in this time than is listed.
    """

    items: list[Request]
    counts: dict[str, int]
    whole: bool


def router(api: Api, caller: Authenticate) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["access"])
    By = Annotated[Caller, Depends(caller)]

    @routes.get("/break-glass", responses=documented())
    async def list_break_glass(by: By, days: Days = DAYS) -> TakenAccess:
        """Access taken without approval that you can see: all that isn't reviewed, and the rest of the last days."""
        since = api.now() - timedelta(days=days)
        found = await taken_without_approval(api.reading, api.reads, by.reader, since)
        directory = api.world().directory
        items = [request_of(one, directory) for one in found.found]
        return TakenAccess(items=items, counts=dict(found.counts), whole=found.whole)

    return routes
