"""Requests and grants: asking for access, using it, giving it back."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Literal

from fastapi import APIRouter, Response
from ulid import ULID

from bot.web.api.auth import Api, By, Caller, TheApi
from bot.web.api.idempotency import (
    Before,
    Key,
    KeyVerdict,
    Limit,
    Subject,
    act,
    ask,
    listed,
    refuse_review,
)
from bot.web.api.long_poll import UNCHANGED, Look
from bot.web.api.problems import RETRY_SOON, Failed, documented, refused
from bot.web.api.responses import connect_of, grant_of, request_of
from bot.web.api.schemas import Credential, Grant, NewRequest, Page, Request
from integrations.vault import MINT_WITHIN
from workflows.access.commands import GiveBack, RequestAccess, RequestCredential, ReviewAccess, WithdrawAccess
from workflows.access.credentials import Credential as Minting
from workflows.access.performers import HANDING_OVER
from workflows.access.runs import SeenRun, named_run, read_run
from workflows.access.state import EVERY, GRANTED, KIND, Access, GrantStatus, Status
from workflows.durations import DurationError, parse_duration
from workflows.policy.schema.inputs import spelled
from workflows.ports import Minted, Permanent, Retryable
from workflows.workflow import derived

MINT_WAIT_SECONDS = MINT_WITHIN + HANDING_OVER + 5
"""Seconds until nobody waits for a credential any more."""
LOOK_SECONDS = 5.0
"""In which a run has to be seen."""


routes = APIRouter(tags=["access"])


@routes.get("/requests", responses=documented())
async def list_requests(
    api: TheApi,
    by: By,
    status: Status | None = None,
    mine: bool = False,
    before: Before = None,
    limit: Limit = 50,
) -> Page[Request]:
    """Access requests you can see, newest first; with `mine` only your own.

    Proposed ones that wait for you are listed with `status=proposed`.
    """
    wanted = (status,) if status else EVERY
    return await listed(
        api, by, Access, wanted, before, limit, partial(_shown, api), mine, owned=status != "proposed"
    )


@routes.post("/requests", status_code=201, responses=documented(400, 409, 413))
async def ask_for_access(
    api: TheApi, by: By, asked: NewRequest, answer: Response, key: Key = None
) -> Request:
    """Request access. With an `Idempotency-Key` this happens once, however often it is sent.

    Repeating the call returns the same request as it is now; a different body gets 422, `key-used`.
    """
    state = await ask(api, by, KIND, key, asked, await _command_of(api, asked), Access)
    answer.headers["Location"] = f"/api/v1/requests/{state.id}"
    return _shown(api, state)


@routes.get("/requests/{request}", response_model=Request, responses={**documented(404), **UNCHANGED})
async def one_request(api: TheApi, by: By, request: Subject, look: Look) -> Any:
    """One access request. With `If-None-Match` and `Prefer: wait=…` the answer waits until it has changed."""
    return await look.at(Access, request, partial(_shown, api), by)


@routes.post("/requests/{request}/withdraw", responses=documented(404, 409))
async def withdraw_request(api: TheApi, by: By, request: Subject) -> Request:
    """Withdraw a pending request, or decline one that someone made for you."""
    return _shown(api, await act(api, by, Access, WithdrawAccess(request)))


@routes.post("/requests/{request}/reviews", status_code=403, responses=documented(400, 404, 413))
async def review_request(api: TheApi, by: By, request: Subject, given: KeyVerdict) -> Any:
    """Always refused: machines never approve, and people do it in Slack. The attempt is logged."""
    verdict: Literal["approve", "deny"] = "approve" if given.verdict == "approve" else "deny"
    raise await refuse_review(api, by, Access, ReviewAccess(request, verdict, "", ""))


def _shown(api: Api, state: Access) -> Request:
    return request_of(state, api.world().directory)


async def _command_of(api: Api, asked: NewRequest) -> Callable[[str], RequestAccess]:
    """What is asked, for a subject yet to be named. A run is looked at. Raises Failed."""
    seconds = seconds_of(asked.duration)
    run = named_run(asked.until_run) if asked.until_run else None
    return partial(
        RequestAccess,
        entitlement=asked.entitlement,
        seconds=seconds,
        justification=asked.justification,
        ticket=asked.ticket or None,
        starts_at=asked.starts_at,
        until_run=SeenRun(run, await read_run(api.runs, run, LOOK_SECONDS)) if run else None,
        inputs={name: spelled(given) for name, given in asked.inputs.items()},
        on_behalf_of=_named_person(api, asked.on_behalf_of),
    )


def _named_person(api: Api, named: str | None) -> str | None:
    """Whom an id or an e-mail address means, as an id; what means nobody is left as it is, for the rules to refuse."""
    return (api.world().directory.account_with(named) or named) if named else None


@routes.get("/grants", responses=documented())
async def list_grants(
    api: TheApi,
    by: By,
    status: GrantStatus | None = None,
    before: Before = None,
    limit: Limit = 50,
) -> Page[Grant]:
    """Grants you can see, newest request first."""
    wanted = (status,) if status else GRANTED
    return await listed(api, by, Access, wanted, before, limit, grant_of)


@routes.get("/grants/{request}", responses=documented(404))
async def one_grant(api: TheApi, by: By, request: Subject) -> Grant:
    """The grant of an approved request."""
    return grant_of(await _granted(api, by, request))


@routes.post("/grants/{request}/give-back", responses=documented(404, 409))
async def give_back(api: TheApi, by: By, request: Subject) -> Grant:
    """Give access back before it expires."""
    await _granted(api, by, request)
    return grant_of(await act(api, by, Access, GiveBack(request)))


@routes.post("/grants/{request}/credentials", status_code=201, responses=documented(404, 409, 500))
async def get_credentials(api: TheApi, by: By, request: Subject, key: Key = None) -> Credential:
    """Create a credential that expires with the grant. It is returned here; Daypass keeps no copy.

    With an `Idempotency-Key` it is returned once; repeating the call gets 409,
    `handed-over`. 503 may work later with the same key; 500, `not-minted`, means that Vault
    refuses and an operator has to look. 409, `minting`, has a `Retry-After`.
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
        revocable=minted.valid_until is None and state.terms.vault.revocable,
        connect=connect_of(api.world().bundle, state.terms.entitlement),
    )


def seconds_of(duration: str) -> int:
    """Seconds of a duration as typed. Raises Failed."""
    try:
        return parse_duration(duration)
    except DurationError as error:
        raise Failed(422, "duration", f"{error}.", {"duration": f"{error}."}) from error


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
            f"This Idempotency-Key was already used: {credential.id} was created and handed over. Daypass keeps no copy, so it "
            "can't send it again. Use a new key to get another credential."
        )
        return Failed(409, "handed-over", sentence)
    sentence = "A credential is already being created. Try again in a few seconds."
    return Failed(409, "minting", sentence, headers=RETRY_SOON)


async def _handed_over(handed: asyncio.Future[Minted]) -> Minted:
    try:
        return await asyncio.wait_for(handed, MINT_WAIT_SECONDS)
    except Permanent as error:
        raise Failed(500, "not-minted", str(error)) from error
    except Retryable as error:
        raise Failed(503, "not-minted", str(error), headers=RETRY_SOON) from error
    except TimeoutError as error:
        sentence = "Vault took too long. Nothing was handed over; try again."
        raise Failed(503, "not-minted", sentence, headers=RETRY_SOON) from error


async def _granted(api: Api, by: Caller, request: str) -> Access:
    state: Access = await api.find(by, Access, request)
    if state.grant is None:
        sentence = f"The request is {state.status}, so there is no grant."
        raise Failed(404, "not-granted", sentence)
    return state
