"""Requests and grants: asking for access, using it, giving it back."""

import asyncio
from itertools import count
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from ulid import ULID

from bot.web.api.auth import Api, Authenticate, Caller
from bot.web.api.idempotency import Before, Key, Limit, Subject, Verdict, act, ask, listed, refuse_review
from bot.web.api.problems import SOON, Failed, documented, refused
from bot.web.api.schemas import Credential, Grant, NewRequest, Page, Request, grant_of, request_of
from integrations.vault import MINT_WITHIN
from workflows.access.commands import GiveBack, RequestAccess, RequestCredential, ReviewAccess, WithdrawAccess
from workflows.access.performers import HANDING_OVER
from workflows.access.state import EVERY, GRANTED, KIND, Access, GrantStatus, Status
from workflows.access.state import Credential as Minting
from workflows.durations import DurationError, parse_duration
from workflows.ports import Minted, Permanent, Retryable
from workflows.workflow import derived

PATIENCE = MINT_WITHIN + HANDING_OVER + 5
"""Seconds until nobody waits for a credential any more."""


def router(api: Api, caller: Authenticate) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["access"])
    By = Annotated[Caller, Depends(caller)]

    def shown(state: Access) -> Request:
        return request_of(state, api.world().directory)

    @routes.get("/requests", responses=documented())
    async def list_requests(
        by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
    ) -> Page[Request]:
        """Access requests that are any business of yours, newest first."""
        wanted = (status,) if status else EVERY
        return await listed(api, by, Access, wanted, before, limit, shown)

    @routes.post("/requests", status_code=201, responses=documented(400, 409, 413))
    async def ask_for_access(by: By, asked: NewRequest, answer: Response, key: Key = None) -> Request:
        """Ask for access. With an `Idempotency-Key` it is asked once, however often it is sent.

        Sent again, the call is answered with what came of it; with something else in it, with 422, `key-used`.
        """
        try:
            seconds = parse_duration(asked.duration)
        except DurationError as error:
            raise Failed(422, "duration", f"{error}.", {"duration": f"{error}."}) from error

        def command(subject: str) -> RequestAccess:
            return RequestAccess(
                subject, asked.entitlement, seconds, asked.justification, asked.ticket or None
            )

        state = await ask(api, by, KIND, key, asked, command, Access)
        answer.headers["Location"] = f"/api/v1/requests/{state.id}"
        return shown(state)

    @routes.get("/requests/{request}", responses=documented(404))
    async def one_request(by: By, request: Subject) -> Request:
        """One access request."""
        return shown(await api.find(by, Access, request))

    @routes.post("/requests/{request}/withdraw", responses=documented(404, 409))
    async def withdraw_request(by: By, request: Subject) -> Request:
        """Take back a request that waits."""
        return shown(await act(api, by, Access, WithdrawAccess(request)))

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

    @routes.post("/grants/{request}/credentials", status_code=201, responses=documented(404, 409, 500))
    async def get_credentials(by: By, request: Subject, key: Key = None) -> Credential:
        """Mint a credential that dies with the grant. It is handed over here and kept nowhere.

        With an `Idempotency-Key` one is handed over once; sent again, the call is answered with 409,
        `handed-over`. 503 is for what may work later, with the same key; 500, `not-minted`, for what Vault
        refuses, however often it is asked: an operator has to look. 409, `minting`, has a `Retry-After`.
        """
        state = await _granted(api, by, request)
        credential = _named(state, by, key)
        with api.waiting.window() as (window, handed):
            outcome = await api.act(RequestCredential(request, credential, window), by)
            if outcome.refusal:
                raise refused(outcome.refusal)
            if not outcome.events:
                raise _not_again(outcome.state.credential(credential))
            minted = await _handed_over(handed)
        return Credential(
            id=credential,
            wrapping_token=minted.wrapping_token.get_secret_value(),
            wrapped_for=minted.wrapped_for,
            vault_addr=api.vault_addr,
            expires_at=minted.expires_at,
            revocable=minted.valid_until is None,
        )

    return routes


def _named(state: Access, by: Caller, key: str | None) -> str:
    """A credential's id. With a key it is the same until one was minted; what was taken back while the
    grant lasts was handed to nobody, so it doesn't count."""
    words = (by.id, state.id, key or str(ULID()))
    names = (derived("crd", state.asked_at, *words, str(attempt)) for attempt in count())
    return next(id for id in names if (found := state.credential(id)) is None or not _taken_back(found))


def _taken_back(credential: Minting) -> bool:
    return credential.status in ("ending", "ended")


def _not_again(credential: Minting | None) -> Failed:
    """Why nothing is minted: it was before, with this key, or something is just now."""
    if credential is not None and credential.status == "failed":
        return Failed(500, "not-minted", credential.trouble or "")
    if credential is not None and credential.status == "live":
        sentence = (
            f"With this Idempotency-Key {credential.id} was minted and handed over. It is kept nowhere, so it "
            "can't be handed over again. Use a new key for another credential."
        )
        return Failed(409, "handed-over", sentence)
    sentence = "A credential is being minted just now. Ask again when it is done."
    return Failed(409, "minting", sentence, headers=SOON)


async def _handed_over(handed: asyncio.Future[Minted]) -> Minted:
    try:
        return await asyncio.wait_for(handed, PATIENCE)
    except Permanent as error:
        raise Failed(500, "not-minted", str(error)) from error
    except Retryable as error:
        raise Failed(503, "not-minted", str(error), headers=SOON) from error
    except TimeoutError as error:
        sentence = "Vault took too long. Whatever was made is being ended; ask again."
        raise Failed(503, "not-minted", sentence, headers=SOON) from error


async def _granted(api: Api, by: Caller, request: str) -> Access:
    state: Access = await api.find(by, Access, request)
    if state.grant is None:
        sentence = f"The request is {state.status}; there is no grant."
        raise Failed(404, "not-granted", sentence)
    return state
