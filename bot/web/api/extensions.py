"""More time: a request that follows on a grant, as *Extend* in Slack makes it."""

from functools import partial

from fastapi import APIRouter, Response

from bot.web.api.access import seconds_of
from bot.web.api.auth import Api, By, TheApi
from bot.web.api.idempotency import Key, Subject, ask
from bot.web.api.problems import documented
from bot.web.api.responses import request_of
from bot.web.api.schemas import NewExtension, Request
from workflows.access.commands import RequestAccess
from workflows.access.extensions import EXTENDABLE_BY_ONE, extended, extension_of
from workflows.access.refusals import OVER, extended_already
from workflows.access.state import KIND, Access, Extended
from workflows.workflow import Refused


class _Asked(NewExtension):
    """All that an `Idempotency-Key` stands for."""

    request: str


"""The route."""
routes = APIRouter(tags=["access"])


@routes.post("/requests/{request}/extend", status_code=201, responses=documented(400, 404, 409, 413))
async def extend_access(
    api: TheApi, by: By, request: Subject, asked: NewExtension, answer: Response, key: Key = None
) -> Request:
    """Request more time. It begins when the grant ends, once it's approved, and has credentials of its own.

    With an `Idempotency-Key` this happens once, however often it is sent.
    """
    before: Access = await api.find(by, Access, request)
    seconds = seconds_of(asked.duration)
    again = key is not None and await api.reads.decided_as(f"{by.id}/{KIND}/{key}") is not None
    extends = extended(before, api.now())
    command = partial(
        RequestAccess,
        entitlement=before.terms.entitlement,
        seconds=seconds,
        justification=asked.justification,
        ticket=asked.ticket or None,
        extends=extends,
        unextendable=None if again else await _why_not(api, before, extends),
    )
    whole = _Asked(request=request, **asked.model_dump())
    state = await ask(api, by, KIND, key, whole, command, Access)
    answer.headers["Location"] = f"/api/v1/requests/{state.id}"
    return request_of(state, api.world().directory)


async def _why_not(api: Api, before: Access, extends: Extended | None) -> Refused | None:
    """Why this access can't be extended now; None if it can."""
    theirs = await api.reads.in_status(Access, KIND, EXTENDABLE_BY_ONE, {before.owner})
    if extension := extension_of(before.id, theirs):
        return extended_already(extension.id)
    return None if extends else OVER
