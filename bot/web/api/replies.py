"""What whoever asked says to approvers: accepting conditions, answering questions."""

from fastapi import APIRouter

from bot.web.api.auth import By, TheApi
from bot.web.api.idempotency import Number, Subject, act
from bot.web.api.problems import documented
from bot.web.api.responses import release_of, request_of
from bot.web.api.schemas import Acceptance, Answer, Release, Request
from workflows.access.conditions import AcceptConditions
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.state import Access
from workflows.approval.questions import AnswerQuestion
from workflows.releases.state import Release as ReleaseState

routes = APIRouter()


@routes.post("/requests/{request}/accept", tags=["access"], responses=documented(400, 404, 409, 413))
async def accept_conditions(api: TheApi, by: By, request: Subject, given: Acceptance) -> Request:
    """Accept the conditions under which it is approved, or what someone requested for you, exactly as it was read."""
    before: Access = await api.find(by, Access, request)
    proposed = before.unaccepted
    accept = (
        AcceptProposal(request, given.digest)
        if proposed
        else AcceptConditions(request, given.digest, confirmed=True)
    )
    state = await act(api, by, Access, accept)
    return request_of(state, api.world().directory)


@routes.post(
    "/requests/{request}/questions/{number}/answer",
    tags=["access"],
    responses=documented(400, 404, 409, 413),
)
async def answer_about_access(
    api: TheApi, by: By, request: Subject, number: Number, given: Answer
) -> Request:
    """Answer an approver's question about your request."""
    state = await act(api, by, Access, AnswerQuestion(request, number, given.answer))
    return request_of(state, api.world().directory)


@routes.post(
    "/releases/{release}/questions/{number}/answer",
    tags=["releases"],
    responses=documented(400, 404, 409, 413),
)
async def answer_about_release(
    api: TheApi, by: By, release: Subject, number: Number, given: Answer
) -> Release:
    """Answer an approver's question about your release."""
    state = await act(api, by, ReleaseState, AnswerQuestion(release, number, given.answer))
    return release_of(state, api.world().directory)
