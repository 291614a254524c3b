"""Releases: proposing one, following it, withdrawing it."""

from functools import partial
from typing import Any, Literal

from fastapi import APIRouter, Response

from bot.web.api.auth import Api, By, TheApi
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
from bot.web.api.problems import documented, not_found
from bot.web.api.responses import release_of
from bot.web.api.schemas import NewRelease, Page
from bot.web.api.schemas import Release as Shown
from workflows.releases.attestation.dsse import MEDIA as DSSE
from workflows.releases.commands import ProposeRelease, ReviewRelease, WithdrawRelease
from workflows.releases.state import EVERY, KIND, Release, Status

routes = APIRouter(tags=["releases"])


@routes.get("/releases", responses=documented())
async def list_releases(
    api: TheApi, by: By, status: Status | None = None, before: Before = None, limit: Limit = 50
) -> Page[Shown]:
    """Releases you can see, newest first."""
    wanted = (status,) if status else EVERY
    return await listed(api, by, Release, wanted, before, limit, partial(_shown, api))


@routes.post("/releases", status_code=201, responses=documented(400, 409, 413))
async def propose_release(api: TheApi, by: By, asked: NewRelease, answer: Response, key: Key = None) -> Shown:
    """Propose a release. With an `Idempotency-Key` this happens once, however often it is sent.

    Repeating the call returns the same request as it is now; a different body gets 422, `key-used`.
    """

    def command(subject: str) -> ProposeRelease:
        return ProposeRelease(subject, asked.service, asked.version, asked.note)

    state = await ask(api, by, KIND, key, asked, command, Release)
    answer.headers["Location"] = f"/api/v1/releases/{state.id}"
    return _shown(api, state)


@routes.get("/releases/{release}", response_model=Shown, responses={**documented(404), **UNCHANGED})
async def one_release(api: TheApi, by: By, release: Subject, look: Look) -> Any:
    """One release. With `If-None-Match` and `Prefer: wait=…` the answer waits until it has changed."""
    return await look.at(Release, release, partial(_shown, api), by)


@routes.get(
    "/releases/{release}/attestation",
    response_class=Response,
    responses={200: {"content": {DSSE: {}}, "description": "The envelope"}, **documented(404)},
)
async def release_attestation(api: TheApi, by: By, release: Subject) -> Response:
    """The signed verdict on a release, as a DSSE envelope; 404 as long as there is none."""
    state = await api.find(by, Release, release)
    if state.attestation is None:
        raise not_found()
    return Response(state.attestation, media_type=DSSE)


@routes.post("/releases/{release}/withdraw", responses=documented(404, 409))
async def withdraw_release(api: TheApi, by: By, release: Subject) -> Shown:
    """Withdraw a release that isn't live yet."""
    return _shown(api, await act(api, by, Release, WithdrawRelease(release)))


@routes.post("/releases/{release}/reviews", status_code=403, responses=documented(400, 404, 413))
async def review_release(api: TheApi, by: By, release: Subject, given: KeyVerdict) -> Any:
    """Always refused: machines never approve, and people do it in Slack. The attempt is logged."""
    verdict: Literal["approve", "reject"] = "approve" if given.verdict == "approve" else "reject"
    raise await refuse_review(api, by, Release, ReviewRelease(release, verdict, "", ""))


def _shown(api: Api, state: Release) -> Shown:
    return release_of(state, api.world().directory)
