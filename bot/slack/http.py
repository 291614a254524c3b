"""`POST /slack/events`: everything that Slack sends. What isn't signed by Slack is refused, and recorded."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect

from bot.slack import texts
from bot.slack.payload import Reader
from bot.web.rejections import Rejection, Rejections, address_of

FIVE_MINUTES = 300
MAX_BODY_BYTES = 1_000_000
"""Bytes of a request; Slack's are far smaller."""
MAX_READING = 16_000_000
"""Bytes of requests that are being read at once; beyond that only what is `SMALL`, as nearly all of Slack's is."""
SMALL = 100_000
MAX_CERTIFICATE_CHECK = 200
"""Bytes of a request by which Slack only looks at the certificate."""
CLOSED = {"Connection": "close"}
NOT_SLACK = Rejection("not-from-slack", texts.NOT_SIGNED, "http")
Dispatch = Callable[[AsyncBoltRequest, float], Awaitable[BoltResponse]]
"""Answers a request that arrived at this time of the monotonic clock."""
UNLIKE_SLACK = Rejection("unlike-slack", texts.UNLIKE_SLACK, "http")


def router(dispatch: Dispatch, signing_secret: str, rejections: Rejections, reader: Reader) -> APIRouter:
    """The route. Nothing of a request is read before its signature is found right."""
    routes = APIRouter()
    verifier = SignatureVerifier(signing_secret)
    reading = BodyReading()

    @routes.post("/slack/events")
    async def events(request: Request) -> Response:
        arrived = time.monotonic()
        if announced(request.headers) > MAX_BODY_BYTES:
            return Response(status_code=413, content=texts.TOO_LARGE, headers=CLOSED)
        if await asks_for_certificate(request, reading):
            return Response()
        if not may_be_signed(request.headers, time.time()):
            await rejections.reject(NOT_SLACK, address_of(request))
            return _not_from_slack()
        try:
            body = await reading.read(request)
        except TooLarge:
            return Response(status_code=413, content=texts.TOO_LARGE, headers=CLOSED)
        except (Busy, ClientDisconnect):
            return Response(status_code=503, content=texts.BUSY, headers=CLOSED)
        if not signed(verifier, body, request.headers):
            await rejections.reject(NOT_SLACK, address_of(request))
            return _not_from_slack()
        asked = reader.read(request, body)
        if asked is None:
            await rejections.reject(UNLIKE_SLACK, address_of(request))
            content = texts.NOTHING_DONE.format(why=texts.NOT_IN_FORMAT)
            return Response(status_code=400, content=content)
        return to_starlette_response(await dispatch(asked, arrived))

    @routes.get("/slack/events")
    async def certificate(request: Request) -> Response:
        query = request.url.query
        only = len(query) <= MAX_CERTIFICATE_CHECK and is_certificate_check(query)
        refused = Response(status_code=405, content=texts.POST_ONLY, headers={"Allow": "POST"})
        return Response() if only else refused

    return routes


async def asks_for_certificate(request: Request, reading: "BodyReading") -> bool:
    """Whether this is Slack looking at the certificate, which it doesn't sign; no more than its few bytes are read."""
    if "x-slack-signature" in request.headers or not 0 < announced(request.headers) <= MAX_CERTIFICATE_CHECK:
        return False
    try:
        return is_certificate_check((await reading.read(request)).decode())
    except (TooLarge, Busy, ClientDisconnect, UnicodeDecodeError):
        return False


def is_certificate_check(form: str) -> bool:
    """Whether a form holds `ssl_check=1`, a token at most, and nothing else that anybody could act on.

    https://docs.slack.dev/interactivity/implementing-slash-commands#best_practices
    """
    try:
        fields = dict(parse_qsl(form, keep_blank_values=True, max_num_fields=2))
    except ValueError:
        return False
    return fields.get("ssl_check") == "1" and fields.keys() <= {"ssl_check", "token"}


def signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack has signed this, no more than five minutes ago; whatever can't be checked is no."""
    try:
        return verifier.is_valid_request(body, headers)
    except Exception:
        return False


def may_be_signed(headers: Mapping[str, str], now: float) -> bool:
    """Whether the headers that Slack signs with are there, and of these five minutes: seen before anything is read.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    recent = re.fullmatch(r"[0-9]{1,12}", stamp) is not None and abs(now - int(stamp)) <= FIVE_MINUTES
    return recent and re.fullmatch(r"v0=[0-9a-f]{64}", headers.get("x-slack-signature", "")) is not None


def announced(headers: Mapping[str, str]) -> int:
    """Bytes that the body will have, as far as that is said."""
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0


class TooLarge(Exception):
    """More than Slack ever sends."""


class Busy(Exception):
    """So much is being read that this has to wait."""


class BodyReading:
    """Bodies that are being read, and how much of them is in memory."""

    def __init__(self) -> None:
        self._bytes = 0

    async def read(self, request: Request) -> bytes:
        """The body. Raises TooLarge, Busy or ClientDisconnect."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._bytes += len(chunk)
                if len(body) > MAX_BODY_BYTES:
                    raise TooLarge
                if self._bytes > MAX_READING and len(body) > SMALL:
                    raise Busy
        finally:
            self._bytes -= len(body)
        return bytes(body)


def _not_from_slack() -> Response:
    return Response(status_code=401, content=texts.NOTHING_DONE.format(why=texts.NOT_SIGNED), headers=CLOSED)
