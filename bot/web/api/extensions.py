"""More time: a request that follows on a grant, as *Extend* in Slack makes it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from bot.web.api.access import seconds_of
from bot.web.api.auth import Api, Authenticate, Caller
from bot.web.api.idempotency import Key, Subject, ask
from bot.web.api.problems import Failed, documented, refused
from bot.web.api.responses import request_of
from bot.web.api.schemas import NewExtension, Request
from workflows.access.commands import RequestAccess
from workflows.access.extensions import EXTENDABLE_BY_ONE, extended, extension_of
from workflows.access.refusals import OVER
from workflows.access.state import KIND, Access


class _Asked(NewExtension):
    """All that an `Idempotency-Key` stands for."""

    request: str


def router(api: Api, caller: Authenticate) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["access"])
    By = Annotated[Caller, Depends(caller)]

    @routes.post("/requests/{request}/extend", status_code=201, responses=documented(400, 404, 409, 413))
    async def extend_access(
        by: By, request: Subject, asked: NewExtension, answer: Response, key: Key = None
    ) -> Request:
        """Request more time. It begins when the grant ends, once it's approved, and has credentials of its own.

        With an `Idempotency-Key` this happens once, however often it is sent.
        """
        before: Access = await api.find(by, Access, request)
        seconds = seconds_of(asked.duration)
        command_id = f"{by.id}/{KIND}/{key}" if key else None
        if command_id is None or await api.reads.decided_as(command_id) is None:
            await _check_not_extended(api, before)

        def command(subject: str) -> RequestAccess:
            extends = extended(before, api.now())
            if extends is None:
                raise refused(OVER)
            return RequestAccess(
                subject,
                before.terms.entitlement,
                seconds,
                asked.justification,
                asked.ticket or None,
                extends=extends,
            )

        whole = _Asked(request=request, **asked.model_dump())
        state = await ask(api, by, KIND, key, whole, command, Access)
        answer.headers["Location"] = f"/api/v1/requests/{state.id}"
        return request_of(state, api.world().directory)

    return routes


async def _check_not_extended(api: Api, before: Access) -> None:
    theirs = await api.reads.in_status(Access, KIND, EXTENDABLE_BY_ONE, before.owner)
    if extension := extension_of(before.id, theirs):
        raise Failed(
            409,
            "extended-already",
            f"This access is already extended by {extension.id}. Withdraw that first to change it.",
        )
