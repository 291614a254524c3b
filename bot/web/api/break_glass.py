"""Access without approval: taken by people, and listed for auditors' tools."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from bot.web.api.access import seconds_of
from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Key, ask
from bot.web.api.problems import documented
from bot.web.api.responses import request_of
from bot.web.api.schemas import NewBreakGlass, Request
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.break_glass.history import taken_before
from workflows.access.state import KIND, Access
from workflows.policy.bundle import Bundle
from workflows.policy.schema.inputs import spelled
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


routes = APIRouter(tags=["access"])


@routes.get("/break-glass", responses=documented())
async def list_break_glass(api: TheApi, by: By, days: Days = DAYS) -> TakenAccess:
    """Access taken without approval that you can see: all that isn't reviewed, and the rest of the last days."""
    since = api.now() - timedelta(days=days)
    found = await taken_without_approval(api.reading, api.reads, by.reader, since)
    directory = api.world().directory
    items = [request_of(one, directory) for one in found.found]
    return TakenAccess(items=items, counts=dict(found.counts), whole=found.whole)


@routes.post("/break-glass", status_code=201, responses=documented(400, 409, 413))
async def break_glass(
    api: TheApi, by: By, asked: NewBreakGlass, answer: Response, key: Key = None
) -> Request:
    """Take access at once, without approval, as the policy lets you in an emergency. People only.

    Everyone who could have approved it is told, and someone else reviews it afterwards. With an `Idempotency-Key`
    this happens once, however often it is sent.
    """
    world = api.world()
    duration = asked.duration
    command = partial(
        TakeAccess,
        entitlement=asked.entitlement,
        seconds=seconds_of(duration) if duration else _longest(world.bundle, asked.entitlement),
        justification=asked.justification,
        ticket=asked.ticket or None,
        inputs={name: spelled(given) for name, given in asked.inputs.items()},
        before=await taken_before(api.reads, world.directory, by.id, asked.entitlement, api.now()),
    )
    state = await ask(api, by, KIND, key, asked, command, Access)
    answer.headers["Location"] = f"/api/v1/requests/{state.id}"
    return request_of(state, world.directory)


def _longest(bundle: Bundle, name: str) -> int:
    """The seconds for which it may be taken at most; where it may not, any that its rule allows."""
    found = bundle.entitlements.get(name)
    if found is None:
        return 0
    return found.rule.break_glass.longest if found.rule.break_glass else found.rule.default
