"""Requests and grants: asking for access, using it, giving it back."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from ulid import ULID

from bot.web.api.asking import Before, Key, Limit, Subject, Verdict, act, ask, listed, refuse_review
from bot.web.api.callers import Api, Authenticate, Caller
from bot.web.api.problems import Failed, documented, refused
from bot.web.api.shapes import Credential, Grant, NewRequest, Page, Request, grant_of, request_of
from integrations.vault import MINT_WITHIN
from workflows.access.model import (
    EVERY,
    GRANTED,
    KIND,
    Access,
    GiveBack,
    GrantStatus,
    RequestAccess,
    RequestCredential,
    ReviewAccess,
    Status,
    WithdrawAccess,
)
from workflows.access.perform import HANDING_OVER
from workflows.policy.durations import DurationError, parse_duration
from workflows.ports import Permanent

PATIENCE = MINT_WITHIN + HANDING_OVER + 5
"""Seconds until nobody waits for a credential any more."""


def router(api: Api, caller: Authenticate) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["access"])
    By = Annotated[Caller, Depends(caller)]

    @routes.get("/requests", responses=documented())
    async def list_requests(
        by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
    ) -> Page[Request]:
        """Access requests that are any business of yours, newest first."""
        wanted = (status,) if status else EVERY
        return await listed(api, by, Access, wanted, before, limit, request_of)

    @routes.post("/requests", status_code=201, responses=documented(400, 409, 413))
    async def ask_for_access(by: By, asked: NewRequest, answer: Response, key: Key = None) -> Request:
        """Ask for access. With an `Idempotency-Key` it is asked once, however often it is sent."""
        try:
            seconds = parse_duration(asked.duration)
        except DurationError as error:
            raise Failed(422, "duration", f"{error}.", {"duration": f"{error}."}) from error

        def command(subject: str) -> RequestAccess:
            return RequestAccess(
                subject, asked.entitlement, seconds, asked.justification, asked.ticket or None
            )

        state = await ask(api, by, KIND, key, command, Access)
        answer.headers["Location"] = f"/api/v1/requests/{state.id}"
        return request_of(state)

    @routes.get("/requests/{request}", responses=documented(404))
    async def one_request(by: By, request: Subject) -> Request:
        """One access request."""
        return request_of(await api.find(by, Access, request))

    @routes.post("/requests/{request}/withdraw", responses=documented(404, 409))
    async def withdraw_request(by: By, request: Subject) -> Request:
        """Take back a request that waits."""
        return request_of(await act(api, by, Access, WithdrawAccess(request)))

    @routes.post("/requests/{request}/reviews", status_code=403, responses=documented(400, 404, 413))
    async def review_request(by: By, request: Subject, given: Verdict) -> Any:
        """Refused, always: a machine never decides. The attempt is an event of the log."""
        verdict: Literal["approve", "deny"] = "approve" if given.verdict == "approve" else "deny"
        raise await refuse_review(api, by, Access, ReviewAccess(request, verdict, "", ""))

    @routes.get("/grants", responses=documented())
    async def list_grants(
        by: By,
        status: GrantStatus | None = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> Page[Grant]:
        """Grants that are any business of yours, newest request first."""
        wanted = (status,) if status else GRANTED
        return await listed(api, by, Access, wanted, before, limit, grant_of)

    @routes.get("/grants/{request}", responses=documented(404))
    async def one_grant(by: By, request: Subject) -> Grant:
        """The grant that a request has led to."""
        return grant_of(await _granted(api, by, request))

    @routes.post("/grants/{request}/give-back", responses=documented(404, 409))
    async def give_back(by: By, request: Subject) -> Grant:
        """End access early."""
        await _granted(api, by, request)
        return grant_of(await act(api, by, Access, GiveBack(request)))

    @routes.post("/grants/{request}/credentials", status_code=201, responses=documented(404, 409))
    async def get_credentials(by: By, request: Subject) -> Credential:
        """Mint a credential that dies with the grant. It is handed over here and kept nowhere."""
        await _granted(api, by, request)
        with api.waiting.window() as (window, handed):
            credential = f"crd_{ULID()}"
            outcome = await api.act(RequestCredential(request, credential, window), by)
            if outcome.refusal:
                raise refused(outcome.refusal)
            if not outcome.events:
                raise Failed(
                    409, "minting", "A credential is being minted just now. Ask again when it is done."
                )
            try:
                minted = await asyncio.wait_for(handed, PATIENCE)
            except Permanent as error:
                raise Failed(503, "not-minted", str(error)) from error
            except TimeoutError as error:
                sentence = "Vault took too long. Whatever was made is being ended; ask again."
                raise Failed(503, "not-minted", sentence) from error
        return Credential(
            id=credential,
            wrapping_token=minted.wrapping_token.get_secret_value(),
            wrapped_for=minted.wrapped_for,
            vault_addr=api.vault_addr,
        )

    return routes


async def _granted(api: Api, by: Caller, request: str) -> Access:
    state: Access = await api.find(by, Access, request)
    if state.grant is None:
        sentence = f"The request is {state.status}; there is no grant."
        raise Failed(404, "not-granted", sentence)
    return state
