"""A witness over HTTP: `add-checkpoint`, and what it has cosigned, for anyone to compare.

Source: https://c2sp.org/tlog-witness
"""

import logging
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.body_limit import Limit
from bot.witness.key import WitnessKey
from bot.witness.state import WitnessState
from workflows.audit.tlog.note import NoteError
from workflows.audit.witness.judge import BAD_REQUEST, CONFLICT, Accepted, Logs, Refused, named
from workflows.audit.witness.protocol import MAX_REQUEST_BYTES, PATH, SIZE_TYPE, AddCheckpoint, read_request
from workflows.text import one_line

log = logging.getLogger(__name__)


def witness_app(
    key: WitnessKey, state: WitnessState, logs: Logs, now: Callable[[], float] = time.time
) -> Starlette:
    """The witness as an application; `now` is Unix time."""

    async def add(request: Request) -> Response:
        try:
            asked = read_request(await request.body())
            origin = named(asked)
        except (NoteError, UnicodeDecodeError) as error:
            return PlainTextResponse(f"{one_line(str(error), 300)}\n", BAD_REQUEST)
        verdict = await run_in_threadpool(state.take, origin, asked, logs)
        match verdict:
            case Accepted(checkpoint):
                log.info("cosigned %s at %s events", origin, checkpoint.size)
                return PlainTextResponse(key.cosign(checkpoint.body, int(now())).line)
            case Refused():
                return _refused(verdict, origin, asked, state)

    async def newest(request: Request) -> Response:
        """The newest checkpoint of each log."""
        notes = await run_in_threadpool(state.notes)
        return PlainTextResponse(b"\n".join(notes))

    async def contradictions(request: Request) -> Response:
        """What logs signed against what they had signed before: proof of a fork."""
        return PlainTextResponse(b"\n".join(await run_in_threadpool(state.doubted, "contradiction")))

    async def unproven(request: Request) -> Response:
        """What logs signed, and nobody has shown to have grown out of what was cosigned."""
        return PlainTextResponse(b"\n".join(await run_in_threadpool(state.doubted, "unproven")))

    routes = [
        Route(PATH, add, methods=["POST"]),
        Route("/checkpoints", newest),
        Route("/contradictions", contradictions),
        Route("/unproven", unproven),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(Limit, most=MAX_REQUEST_BYTES)
    return app


def _refused(verdict: Refused, origin: str, asked: AddCheckpoint, state: WitnessState) -> Response:
    if verdict.doubt == "contradiction":
        log.warning("%s signed another history. It is kept, see /contradictions.", origin)
    elif verdict.doubt == "unproven":
        log.warning("a checkpoint of %s came with an invalid proof, see /unproven", origin)
    elif verdict.status == CONFLICT:
        known = state.known(origin)
        return Response(f"{known.size if known else 0}\n", CONFLICT, media_type=SIZE_TYPE)
    return PlainTextResponse(f"{one_line(verdict.why, 300)}\n", verdict.status)
