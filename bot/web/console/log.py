"""The log as somebody checks it: its checkpoints, each entry with its proof, verified by their own browser.

The page gets bytes, hashes and notes; `static/verify.js` and `proofs.js` do the arithmetic, and trust none of them.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from bot.web.console import texts
from bot.web.console.auth import Console, visitor
from bot.web.console.readings import record_reading
from bot.web.console.templating import Show
from workflows.audit.forwarding.lag import spell_lag
from workflows.audit.log import Signed
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.witness.progress import spell_behind
from workflows.narrative import Passage
from workflows.ports import Permanent, Retryable

PAGE = 20
"""Checkpoints of a page."""
MAX_INTEGER = 2**53 - 1
A_WHILE = timedelta(minutes=1)
"""How long the keys that Vault told are shown."""
Count = Annotated[int, Query(ge=0, le=MAX_INTEGER)]


def router(console: Console, show: Show) -> APIRouter:
    """The log's pages, and what they fetch."""
    routes = APIRouter()
    routes.include_router(_fetched(console))
    keys_of_log = _Keys(console)

    @routes.get("/log")
    async def log(
        request: Request, before: Annotated[int | None, Query(ge=1, le=MAX_INTEGER)] = None
    ) -> Response:
        by = await visitor(console, request)
        found = await console.log.checkpoints(before, PAGE + 1)
        shown, more = found[:PAGE], len(found) > PAGE
        keys, trouble = await keys_of_log.told()
        return show.page(
            request,
            "log.html",
            by=by,
            checkpoints=shown,
            following=f"/log?before={shown[-1].number}" if more else None,
            first=before is not None,
            keys=keys,
            trouble=trouble,
            witnesses=await console.witnesses() if console.witnesses and before is None else None,
            lags=await console.lags() if console.lags and before is None else (),
            spell_lag=spell_lag,
            now=console.now(),
            behind=spell_behind,
        )

    @routes.get("/log/{index}")
    async def entry(request: Request, index: Annotated[int, Path(ge=0, le=MAX_INTEGER)]) -> Response:
        by = await visitor(console, request)
        hashed = await console.log.hash_of(index)
        if hashed is None:
            return show.trouble(request, 404, texts.NO_EVENT, texts.NO_EVENT_AT.format(index=index), by)
        last = await console.log.last()
        found = await console.reading.logged(by.reader, index)
        if found:
            await record_reading(console, by, await console.reading.state_of(found))
        signed = last if last and index < last.size else None
        proof = (await console.log.inclusion([index], signed.size))[index] if signed else ()
        keys, _ = await keys_of_log.told()
        passage: Passage | None = console.reading.told(found) if found else None
        return show.page(
            request,
            "entry.html",
            by=by,
            index=index,
            hashed=hashed.hex(),
            leaf=found.leaf.decode() if found else None,
            laid_out=_laid_out(found.leaf) if found else None,
            texts=found.texts if found else (),
            passage=passage,
            signed=signed,
            proof=[_base64(step) for step in proof],
            keys=keys,
        )

    return routes


def _fetched(console: Console) -> APIRouter:
    """What the page's script asks for."""
    routes = APIRouter()

    @routes.get("/log/consistency")
    async def consistency(request: Request, first: Count, second: Count) -> Response:
        await visitor(console, request)
        last = await console.log.last()
        if last is None or not first <= second <= last.size:
            return JSONResponse({"error": texts.NOT_THAT_MANY}, 404)
        proof = await console.log.consistency(first, second)
        return JSONResponse({"proof": [_base64(step) for step in proof]})

    @routes.get("/log/checkpoint")
    async def newest(request: Request) -> Response:
        """What a browser that was here before compares with what it has seen."""
        await visitor(console, request)
        last = await console.log.last()
        return JSONResponse(_checkpoint(last) if last else {"error": texts.NO_CHECKPOINT})

    return routes


class _Keys:
    """The log's public keys: Vault is asked at most once a minute, however many look."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._asked_at: datetime | None = None
        self._found: list[VerifierKey] = []

    async def told(self) -> tuple[list[VerifierKey], str | None]:
        """As Vault tells them, or why it doesn't."""
        now = self._console.now()
        if self._asked_at is not None and now - self._asked_at < A_WHILE:
            return self._found, None
        try:
            found = await self._console.signer.public_keys()
        except (Retryable, Permanent) as error:
            return [], str(error)
        origin = self._console.world().bundle.settings.log_origin
        self._found = [VerifierKey(origin, found[version]) for version in sorted(found)]
        self._asked_at = now
        return self._found, None


def _laid_out(leaf: bytes) -> str:
    """The same JSON, a value a line."""
    return json.dumps(json.loads(leaf), indent=2, ensure_ascii=False)


def _checkpoint(signed: Signed) -> dict[str, Any]:
    return {"number": signed.number, "size": signed.size, "note": signed.note}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
